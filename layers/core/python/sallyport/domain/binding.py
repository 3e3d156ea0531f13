"""What is approved is what runs: the digest that ties a decision to an action."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sallyport.domain.canonical import JSON, canonical


@dataclass(frozen=True, slots=True)
class Effect:
    """What will run: the exact session policy, the role that it narrows, and for an action of delivery `execute` the
    call that Sallyport will make, its arguments rendered."""

    target_role_arn: str
    session_policy: str = field(repr=False)
    call: dict[str, Any] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class VaultRecord:
    """The raw action as stored in the vault. Nothing of it is ever printed: every raw field is kept out of `repr`.

    `salt` is 32 random bytes in hexadecimal; with it the digest is useless for guessing an SSN.
    `target_role_arn`, `session_policy` and `call` are its `effect`, and what redemption will use. `hidden` are the
    parameters that the approver does not see.
    """

    request_id: str
    action: str
    parameters: dict[str, Any] = field(repr=False)
    reason: str = field(repr=False)
    context: Any = field(repr=False)
    agent: str
    on_behalf_of: str | None
    duration_seconds: int
    target_role_arn: str
    session_policy: str = field(repr=False)
    policy_digest: str
    salt: str = field(repr=False)
    call: dict[str, Any] | None = field(default=None, repr=False)
    hidden: tuple[str, ...] = ()

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> VaultRecord:
        """From the members that were stored as JSON. Raises TypeError for others."""
        return cls(**{**stored, "hidden": tuple(stored.get("hidden", ()))})

    @property
    def effect(self) -> Effect:
        return Effect(self.target_role_arn, self.session_policy, self.call)

    @property
    def action_digest(self) -> str:
        """SHA-256(salt || RFC 8785 JSON of everything that will run), in hexadecimal."""
        bound: dict[str, JSON] = {
            "request_id": self.request_id,
            "action": self.action,
            "parameters": self.parameters,
            "reason": self.reason,
            "context": self.context,
            "agent": self.agent,
            "on_behalf_of": self.on_behalf_of,
            "duration_seconds": self.duration_seconds,
            "target_role_arn": self.target_role_arn,
            "session_policy": self.session_policy,
            "policy_digest": self.policy_digest,
        }
        if self.call is not None:
            bound["call"] = self.call
        if self.hidden:
            bound["hidden"] = list(self.hidden)
        return hashlib.sha256(bytes.fromhex(self.salt) + canonical(bound)).hexdigest()

    def value_digest(self, name: str) -> str:
        """HMAC-SHA256 under the salt of one parameter's name and value, in hexadecimal. It names a hidden value without
        being of use for guessing it, nor for finding the same value in another request."""
        told = canonical({"parameter": name, "value": self.parameters.get(name)})
        return hmac.new(bytes.fromhex(self.salt), told, hashlib.sha256).hexdigest()


def same_digest(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


def sameness_bytes(
    agent: str,
    action: str,
    parameters: JSON,
    reason: str,
    context: JSON,
    on_behalf_of: str | None,
    duration_seconds: int,
) -> bytes:
    """What two requests must share to be the same request; keyed with KMS before it is stored anywhere."""
    return canonical(
        {
            "agent": agent,
            "action": action,
            "parameters": parameters,
            "reason": reason,
            "context": context,
            "on_behalf_of": on_behalf_of,
            "duration_seconds": duration_seconds,
        }
    )
