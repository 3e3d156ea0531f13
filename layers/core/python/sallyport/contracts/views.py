"""What callers are shown. Everything that an agent typed comes out of a masked document."""

from __future__ import annotations

from typing import Any

from sallyport.domain.clock import stamp
from sallyport.domain.credentials import ScopedCredentials
from sallyport.domain.deployment import Halt
from sallyport.domain.requests import ApprovalRequest, Decision, Grant, Review
from sallyport.masking import MaskedDocument


def request_view(request: ApprovalRequest, view: MaskedDocument | None) -> dict[str, Any]:
    """The request view of the HTTP interface. `masked` and `presented_digest` are null until the payload is masked."""
    shown = view.members if view else {}
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
    if shown.get("hidden"):
        answer["hidden"] = shown["hidden"]
    if request.grant is not None:
        answer["grant"] = _grant(request.grant)
    if request.glass_broken_by is not None:
        answer |= {"break_glass": request.glass_broken_by, "review": _review(request.review)}
    if request.code is not None:
        answer["code"] = request.code
    return answer


def _review(review: Review | None) -> dict[str, Any] | str:
    """`pending`, or who reviewed the break-glass approval and what they said."""
    if review is None:
        return "pending"
    return {
        "by": review.by,
        "decision": review.choice.value,
        "at": stamp(review.at),
        "channel": review.channel,
        "reason": review.comment,
    }


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


def result_answer(
    request: ApprovalRequest, code: str, result: MaskedDocument | None, *, complete: bool
) -> dict[str, Any]:
    """What the one call returned, masked. `result` is null when `code` is not `ok`, although the call was made."""
    return {
        "request_id": request.request_id,
        "status": request.status.value,
        "action": request.action,
        "code": code,
        "result": None if result is None else result.document,
        "complete": complete,
    }


def halts_answer(halts: tuple[Halt, ...]) -> dict[str, Any]:
    """The kill switches that are set."""
    return {"halts": [{"switch": h.switch, "by": h.by, "at": stamp(h.at), "reason": h.reason} for h in halts]}
