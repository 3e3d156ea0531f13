# ruff: noqa: SLF001 - a patch is about ministack's inner names
"""Source identity: ministack ignores it, so a trust policy that names `sts:SourceIdentity` denies every AssumeRole.

Adds, as AWS has it: the key `sts:SourceIdentity` in the trust policy's context; the demand that the trust policy
allows `sts:SetSourceIdentity` when one is set; and `aws:SourceIdentity` in the context of every call made with the
session, and of sessions assumed from it.
"""

import dataclasses
import importlib
import json
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qs


def _requested(body: bytes, query: dict[str, list[str]]) -> str | None:
    """The SourceIdentity parameter of an STS request in either protocol."""
    text = body.decode("utf-8", errors="replace")
    if text.lstrip().startswith("{"):
        try:
            value = json.loads(text).get("SourceIdentity")
        except json.JSONDecodeError:
            return None
        return value if isinstance(value, str) else None
    values = parse_qs(text).get("SourceIdentity") or query.get("SourceIdentity")
    return values[0] if values else None


def apply() -> None:
    """Carry the parameter from the request into trust evaluation and into the session's condition keys."""
    sts: Any = importlib.import_module("ministack.services.sts")
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    handle_request, register_session = sts.handle_request, sts.register_session
    evaluate_trust, principal_keys = evaluator.evaluate_trust_policy, evaluator._principal_keys
    asked: ContextVar[str | None] = ContextVar("source_identity", default=None)

    async def handle_request_with_identity(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        reset = asked.set(_requested(body, query))
        try:
            return await handle_request(method, path, headers, body, query)
        finally:
            asked.reset(reset)

    def evaluate_trust_with_identity(trust: Any, caller: str, context: Any = None) -> bool:
        identity = asked.get()
        if context is None or identity is None:
            return bool(evaluate_trust(trust, caller, context))
        known = dataclasses.replace(
            context, service_context={**context.service_context, "sts:sourceidentity": identity}
        )
        may_set = dataclasses.replace(known, action="sts:SetSourceIdentity")
        return bool(evaluate_trust(trust, caller, known) and evaluate_trust(trust, caller, may_set))

    def register_session_with_identity(access_key: str, session: dict[str, Any]) -> None:
        parent = sts._sessions.get(session.get("SourceAccessKeyId", "")) or {}
        identity = asked.get() or parent.get("SourceIdentity")
        register_session(access_key, {**session, "SourceIdentity": identity} if identity else session)

    def principal_keys_with_identity(credential: Any) -> dict[str, Any]:
        keys: dict[str, Any] = principal_keys(credential)
        session = sts._sessions.get(credential.access_key_id) or {}
        if session.get("SourceIdentity"):
            keys["aws:sourceidentity"] = session["SourceIdentity"]
        return keys

    sts.handle_request = handle_request_with_identity
    sts.register_session = register_session_with_identity
    evaluator.evaluate_trust_policy = evaluate_trust_with_identity
    evaluator._principal_keys = principal_keys_with_identity
    sts._principal_keys = principal_keys_with_identity
