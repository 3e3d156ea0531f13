"""Ask people: keep the task token, post the card (or escalate it), and let the workflow wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sallyport.domain.channels import Unpresentable
from sallyport.domain.events import SYSTEM, Draft, EventType
from sallyport.domain.ports import PortFailed, Ports
from sallyport.domain.refusals import NotFound
from sallyport.domain.requests import ApprovalRequest
from sallyport.usecases.break_glass import approvers_on_slack
from sallyport.usecases.cards import current_card, refresh_card
from sallyport.usecases.transition import record


class CannotAsk(Exception):
    """The approval cannot be asked for; the request fails with `code`, never to a grant."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def request_approval(request_id: str, task_token: str, rung: int, ports: Ports, now: datetime) -> ApprovalRequest:
    """Store the token, record `approval.requested` (or `.escalated`), show the card.

    The state runs once for each rung of the ladder, each time with a new token. A request that was settled between two
    rungs goes straight on. Raises CannotAsk when the first card cannot be posted; the caller then fails the state.
    """
    event = EventType.APPROVAL_REQUESTED if rung == 0 else EventType.APPROVAL_ESCALATED
    current = ports.store.load(request_id)
    if current is None:
        raise NotFound
    groups = sorted(ports.policy.actions[current.action].approval.groups(rung + 1))

    def asked(request: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        # A token for a settled request is still stored: the state that waits with it must be let go.
        changed = replace(
            request,
            task_token=task_token,
            rung=max(request.rung, rung + 1),
            asked=tuple(sorted({*request.asked, *groups})),
        )
        return changed, (Draft(event, SYSTEM, {"rung": rung, "groups": list(groups)}),)

    request = record(ports, request_id, asked, now)
    if request.settled:
        ports.workflow.succeed(task_token, request_id)
        return request
    if request.card is None:
        return _post(request, ports, now)
    refresh_card(request_id, ports)
    _call_on(request, rung, ports)
    return request


def _call_on(request: ApprovalRequest, rung: int, ports: Ports) -> None:
    """Say in the card's thread that it is undecided: an escalation to new groups, a reminder to the same ones."""
    approval = ports.policy.actions[request.action].approval
    new = sorted(approval.groups(rung + 1) - approval.groups(rung))
    said = f"escalated to {', '.join(new)}" if new else "reminder"
    words = f"Still undecided: {request.request_id} ({request.action} for {request.agent}), {said}."
    try:
        ports.chat.notify(request.card, words, approvers_on_slack(request, rung + 1, ports))
    except PortFailed:
        return  # the card itself was refreshed or not in the same way; silence only ever ends in expiry


def _post(request: ApprovalRequest, ports: Ports, now: datetime) -> ApprovalRequest:
    try:
        ref = ports.chat.post_card(current_card(request, ports))
    except Unpresentable as unpresentable:
        raise CannotAsk(unpresentable.code) from None
    except PortFailed:
        # The approvals API still works, and the next rung tries again; if nobody decides, the request expires.
        return request

    def posted(current: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        return replace(current, card=ref), ()

    request = record(ports, request.request_id, posted, now)
    if request.settled:
        refresh_card(request.request_id, ports)  # somebody was faster than our note of where the card is
    return request
