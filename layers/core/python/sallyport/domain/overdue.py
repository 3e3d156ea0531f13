"""When somebody has to look after a request, because what should have happened to it by itself has not."""

from __future__ import annotations

from datetime import datetime, timedelta

from sallyport.domain.requests import ApprovalRequest, RequestStatus
from sallyport.domain.revocations import session_end

# A submission takes 30 s at most, then it has put the payload and started the workflow, or never will.
STARTED_WITHIN = timedelta(minutes=2)
# A callback wakes the workflow within seconds, and the state behind it asks or grants.
ANSWERED_WITHIN = timedelta(minutes=2)
# The workflow's own timers settle what runs out. They start a little later than ours, and a late start delays them by
# minutes.
CLOSED_WITHIN = timedelta(minutes=15)


def due(request: ApprovalRequest) -> datetime | None:
    """When to look after the request unless it is saved again before; None when nothing more is to come."""
    card = request.card_debt.due if request.card_debt is not None else None
    return min((at for at in (step_due(request), card) if at is not None), default=None)


def step_due(request: ApprovalRequest) -> datetime | None:
    """`due` without the card: when what should have happened by itself has not."""
    grant = request.grant
    if request.status is RequestStatus.PENDING:
        started = request.presented_digest is not None
        return request.expires_at + CLOSED_WITHIN if started else request.created_at + STARTED_WITHIN
    if request.status is RequestStatus.APPROVED and grant is not None:
        return grant.expires_at + CLOSED_WITHIN
    if request.status is RequestStatus.APPROVED or request.task_token is not None or is_calling(request):
        return last_step(request) + ANSWERED_WITHIN
    if not request.live or grant is None or grant.redeemed_at is None:
        return None
    if request.status is RequestStatus.REDEEMED:
        return session_end(grant.redeemed_at, request.duration_seconds)
    return grant.redeemed_at + ANSWERED_WITHIN


def is_calling(request: ApprovalRequest) -> bool:
    """Whether the one call of an `execute` action was sent and its outcome has not been recorded."""
    return request.grant is not None and request.grant.calling_since is not None


def is_unstarted(request: ApprovalRequest, now: datetime) -> bool:
    """Pending for too long without anything that a workflow would have done. Starting it again is harmless."""
    waits = request.status is RequestStatus.PENDING and request.presented_digest is None
    return waits and request.created_at + STARTED_WITHIN <= now < request.expires_at


def last_step(request: ApprovalRequest) -> datetime:
    """The time of the latest step whose time is kept."""
    redeemed_at = request.grant.redeemed_at if request.grant else None
    return max([request.created_at, *(d.at for d in request.decisions), *([redeemed_at] if redeemed_at else [])])
