"""Repair one request that a lost start, callback or close left behind. Every step is safe to repeat."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sallyport.domain.events import Actor, ActorKind
from sallyport.domain.overdue import CLOSED_WITHIN, due, is_calling, is_unstarted, last_step, step_due
from sallyport.domain.ports import PortFailed, Ports
from sallyport.domain.refusals import Refusal
from sallyport.domain.requests import ApprovalRequest, RequestStatus
from sallyport.services.cards import refresh_card
from sallyport.services.sessions import settle_session
from sallyport.services.workflow import start_workflow
from sallyport.usecases.close_request import TIMED_OUT, close_request
from sallyport.usecases.execute_action import settle_unanswered

RECONCILER = Actor(ActorKind.SYSTEM, "sallyport", "reconcile")
WORKFLOW_LOST = "workflow_lost"


class Step(StrEnum):
    """What was done, for the log line."""

    STARTED = "started"
    CALLED_BACK = "called_back"
    CLOSED = "closed"
    SESSION_ENDED = "session_ended"
    CALL_SETTLED = "call_settled"
    CARD_SHOWN = "card_shown"
    CARD_REFUSED = "card_refused"
    WAITING = "waiting"
    NOTHING = "nothing"
    FAILED = "failed"


def reconcile_request(request_id: str, ports: Ports, now: datetime) -> Step:
    """Take the step that is overdue. FAILED when it could not be taken; the next run tries again."""
    try:
        request = ports.store.load(request_id)
        if request is None:
            return Step.NOTHING
        at = due(request)
        if at is None or now < at:
            return Step.NOTHING  # somebody was faster, or the index lags
        at, owed = step_due(request), request.card_debt
        step = _step(request, ports, now) if at is not None and at <= now else None
        if owed is None or now < owed.due:
            return step or Step.NOTHING
        shown = Step.CARD_SHOWN if refresh_card(request_id, ports, now) else Step.CARD_REFUSED
        return step or shown
    except (PortFailed, Refusal):
        return Step.FAILED


def _step(request: ApprovalRequest, ports: Ports, now: datetime) -> Step:
    if request.status is RequestStatus.PENDING:
        return _pending(request, ports, now)
    if is_calling(request):
        return Step.WAITING if is_calling(settle_unanswered(request.request_id, ports, now)) else Step.CALL_SETTLED
    if request.status is RequestStatus.APPROVED and request.grant is not None:
        return _close(request, TIMED_OUT, ports, now)
    if request.status is RequestStatus.APPROVED or request.task_token is not None:
        return _unanswered(request, ports, now)
    if not settle_session(request.request_id, ports, now):
        return Step.WAITING
    refresh_card(request.request_id, ports, now)
    return Step.SESSION_ENDED


def _pending(request: ApprovalRequest, ports: Ports, now: datetime) -> Step:
    """Start what never started, as long as somebody could still decide it; settle everything else."""
    if now >= request.expires_at:
        return _close(request, TIMED_OUT, ports, now)
    if not is_unstarted(request, now) or now >= request.created_at + CLOSED_WITHIN:
        return _close(request, WORKFLOW_LOST, ports, now)
    try:
        start_workflow(request, ports)
    except KeyError:  # policy has since dropped the action or the agent
        return _close(request, WORKFLOW_LOST, ports, now)
    return Step.STARTED


def _unanswered(request: ApprovalRequest, ports: Ports, now: datetime) -> Step:
    """Call back once more. When nobody waits, the workflow is over without having closed the request, except for the
    moment in which it turns an approval into a grant."""
    if request.task_token is not None and ports.workflow.succeed(request.task_token, request.request_id):
        return Step.CALLED_BACK
    if request.status is RequestStatus.APPROVED and now < last_step(request) + CLOSED_WITHIN:
        return Step.WAITING
    return _close(request, WORKFLOW_LOST, ports, now)


def _close(request: ApprovalRequest, code: str, ports: Ports, now: datetime) -> Step:
    close_request(request.request_id, code, ports, now, RECONCILER)
    return Step.CLOSED
