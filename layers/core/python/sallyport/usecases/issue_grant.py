"""Turn a recorded approval into a grant that waits to be redeemed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sallyport.domain.canonical import JSON
from sallyport.domain.clock import stamp
from sallyport.domain.events import SYSTEM, Draft, EventType
from sallyport.domain.ports import Ports
from sallyport.domain.proofs import BY_POLICY
from sallyport.domain.refusals import NotApproved, NotFound
from sallyport.domain.requests import ApprovalRequest, Grant, GrantStatus, RequestStatus, VerdictKind
from sallyport.services import approvals, break_glass
from sallyport.services.cards import refresh_card
from sallyport.services.grants import check_still_approved
from sallyport.services.transition import record, record_effect


def issue_grant(request_id: str, task_token: str, ports: Ports, now: datetime) -> ApprovalRequest:
    """Re-read and re-check everything, then record `grant.issued` with the token that redemption will call back.

    That the workflow came here proves nothing: only the recorded decisions do. Raises a Refusal when they do not carry
    a grant (denied, cancelled, stale); the caller then fails the state with its code.
    """
    current = ports.store.load(request_id)
    if current is None:
        raise NotFound

    def issued(request: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        if request.grant is not None:
            return replace(request, task_token=task_token), ()  # the state was started again after a fault
        _check_status(request)
        check_still_approved(request, ports)
        expires = now + timedelta(seconds=ports.policy.actions[request.action].redemption_seconds)
        approvers = tuple(dict.fromkeys(decision.by for decision in approvals.standing(request, ports)))
        grant = Grant(GrantStatus.ISSUED, now, expires, approvers)
        details: dict[str, JSON] = {"approvers": list(approvers) or [BY_POLICY], "until": stamp(expires)}
        if request.glass_broken_by is not None:
            details["break_glass"] = True
        drafts = [Draft(EventType.GRANT_ISSUED, SYSTEM, details)]
        if request.status is RequestStatus.PENDING:
            request = request.moved(RequestStatus.APPROVED)
            drafts.insert(0, Draft(EventType.REQUEST_APPROVED, SYSTEM, {"approvers": [BY_POLICY]}))
        return replace(request, grant=grant, task_token=task_token), tuple(drafts)

    first = current.grant is None
    request = (record_effect if first else record)(ports, request_id, issued, now)
    refresh_card(request_id, ports, now)
    if request.needs_review and first:
        break_glass.tell_everyone(request, ports)
    return request


def _check_status(request: ApprovalRequest) -> None:
    """Approved by people, or still pending where policy alone allows it."""
    by_policy = request.verdict is VerdictKind.ALLOW and request.status is RequestStatus.PENDING
    if not by_policy and request.status is not RequestStatus.APPROVED:
        raise NotApproved
