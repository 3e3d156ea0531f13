"""What callers are shown. Everything that an agent typed comes out of a masked document."""

from __future__ import annotations

from typing import Any, cast

from sallyport.domain.actions import ActionDefinition
from sallyport.domain.clock import stamp
from sallyport.domain.credentials import ScopedCredentials
from sallyport.domain.requests import ApprovalRequest, Decision, Grant
from sallyport.masking import MaskedDocument


def request_view(request: ApprovalRequest, view: MaskedDocument | None) -> dict[str, Any]:
    """The request view of the HTTP interface. `masked` and `presented_digest` are null until the payload is masked."""
    shown = cast("dict[str, Any]", view.document) if view else {}
    answer: dict[str, Any] = {
        "request_id": request.request_id,
        "status": request.status.value,
        "action": request.action,
        "agent": request.agent,
        "on_behalf_of": request.on_behalf_of,
        "delivery": request.delivery.value,
        "duration_seconds": request.duration_seconds,
        "masked": shown.get("masked"),
        "findings": shown.get("findings", []),
        "action_digest": request.action_digest,
        "presented_digest": request.presented_digest,
        "policy_digest": request.policy_digest,
        "created_at": stamp(request.created_at),
        "expires_at": stamp(request.expires_at),
        "decisions": [_decision(decision) for decision in request.decisions],
        "quorum": {"needed": request.quorum, "have": len(request.approvers)},
    }
    if request.grant is not None:
        answer["grant"] = _grant(request.grant)
    if request.code is not None:
        answer["code"] = request.code
    return answer


def _decision(decision: Decision) -> dict[str, Any]:
    shown = {
        "by": decision.by,
        "decision": decision.choice.value,
        "at": stamp(decision.at),
        "channel": decision.channel,
    }
    return shown if decision.comment is None else {**shown, "reason": decision.comment}


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "status": grant.status.value,
        "issued_at": stamp(grant.issued_at),
        "expires_at": stamp(grant.expires_at),
        "approvers": list(grant.approvers),
        "redeemed_at": stamp(grant.redeemed_at) if grant.redeemed_at else None,
        "ends_at": stamp(grant.cut_off) if grant.cut_off else None,
    }


def credentials_answer(credentials: ScopedCredentials, request: ApprovalRequest) -> dict[str, Any]:
    """AWS's `credential_process` shape. `Expiration` is when the credential stops working, by STS or by its policy."""
    cut_off = request.grant.cut_off if request.grant else None
    expiration = min(credentials.expiration, cut_off) if cut_off else credentials.expiration
    return {
        "Version": 1,
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "SessionToken": credentials.session_token,
        "Expiration": stamp(expiration),
        "request_id": request.request_id,
    }


def action_view(action: ActionDefinition) -> dict[str, Any]:
    """A catalog entry, from which a tool definition can be made."""
    return {
        "name": action.name,
        "title": action.title,
        "description": action.review,
        "risk": action.risk,
        "delivery": action.delivery.value,
        "parameters": dict(action.parameters),
        "duration_seconds": {
            "default": action.duration.default,
            "minimum": action.duration.minimum,
            "maximum": action.duration.maximum,
        },
        "on_behalf_of_required": action.on_behalf_of_required,
    }
