"""A request, and the deployment's own state, as one JSON document each, and back."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from typing import Any

from sallyport.domain.actions import Delivery
from sallyport.domain.card_debts import CardDebt
from sallyport.domain.clock import instant, stamp
from sallyport.domain.deployment import Deployment, Halt
from sallyport.domain.events import Actor, ActorKind, Head
from sallyport.domain.requests import (
    ApprovalRequest,
    CardRef,
    Choice,
    Decision,
    Grant,
    GrantStatus,
    RefusalCount,
    RequestStatus,
    Review,
    VerdictKind,
)


def to_json(request: ApprovalRequest) -> str:
    """Everything but the task token, which has an attribute of its own."""
    fields = asdict(request)
    del fields["task_token"]
    return json.dumps(fields, default=_encode, separators=(",", ":"))


def _encode(value: object) -> str:
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, Enum):
        return str(value.value)
    raise TypeError(type(value).__name__)


def from_json(text: str, task_token: str | None) -> ApprovalRequest:
    """The inverse of `to_json`."""
    raw: dict[str, Any] = json.loads(text)
    grant = raw["grant"]
    return ApprovalRequest(
        **{
            **raw,
            "status": RequestStatus(raw["status"]),
            "verdict": VerdictKind(raw["verdict"]),
            "delivery": Delivery(raw["delivery"]),
            "created_at": instant(raw["created_at"]),
            "expires_at": instant(raw["expires_at"]),
            "operators": tuple(raw["operators"]),
            "may_act_for": tuple(raw.get("may_act_for", ())),
            "asked": tuple(raw.get("asked", ())),
            "decisions": tuple(_decision(d) for d in raw["decisions"]),
            "grant": None if grant is None else _grant(grant),
            "card": None if raw["card"] is None else CardRef(**raw["card"]),
            "head": Head(**raw["head"]),
            "refusals": tuple(RefusalCount(**r) for r in raw["refusals"]),
            "review": _review(raw.get("review")),
            "ended_by": _actor(raw.get("ended_by")),
            "card_debt": _debt(raw.get("card_debt")),
            "task_token": task_token,
        }
    )


def _decision(raw: dict[str, Any]) -> Decision:
    return Decision(**{**raw, "choice": Choice(raw["choice"]), "at": instant(raw["at"])})


def _review(raw: dict[str, Any] | None) -> Review | None:
    if raw is None:
        return None
    return Review(**{**raw, "choice": Choice(raw["choice"]), "at": instant(raw["at"])})


def _actor(raw: dict[str, Any] | None) -> Actor | None:
    return None if raw is None else Actor(**{**raw, "kind": ActorKind(raw["kind"])})


def _debt(raw: dict[str, Any] | None) -> CardDebt | None:
    return None if raw is None else CardDebt(**{**raw, "since": instant(raw["since"])})


def _grant(raw: dict[str, Any]) -> Grant:
    return Grant(
        status=GrantStatus(raw["status"]),
        issued_at=instant(raw["issued_at"]),
        expires_at=instant(raw["expires_at"]),
        approvers=tuple(raw["approvers"]),
        redeemed_at=instant(raw["redeemed_at"]) if raw["redeemed_at"] else None,
        cut_off=instant(raw["cut_off"]) if raw["cut_off"] else None,
        role_arn=raw.get("role_arn"),
        calling_since=instant(raw["calling_since"]) if raw.get("calling_since") else None,
        ended_at=instant(raw["ended_at"]) if raw.get("ended_at") else None,
    )


def deployment_to_json(deployment: Deployment) -> str:
    """The deployment's own state."""
    return json.dumps(asdict(deployment), default=_encode, separators=(",", ":"))


def deployment_from_json(text: str) -> Deployment:
    """The inverse of `deployment_to_json`."""
    raw: dict[str, Any] = json.loads(text)
    halts = tuple(Halt(**{**halt, "at": instant(halt["at"])}) for halt in raw["halts"])
    return Deployment(raw["version"], halts, Head(**raw["head"]), raw.get("policy_digest"))
