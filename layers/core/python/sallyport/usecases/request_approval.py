"""Ask people: keep the task token, post the card (or escalate it), and let the workflow wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sallyport.domain.channels import Trouble, Unpresentable
from sallyport.domain.events import SYSTEM, Draft, EventType
from sallyport.domain.ports import ChatFailed, PortFailed, Ports
from sallyport.domain.refusals import NotFound
from sallyport.domain.requests import ApprovalRequest, CardRef
from sallyport.domain.turns import Turn, turn_after
from sallyport.services.break_glass import approvers_on_slack
from sallyport.services.cards import current_card, refresh_card
from sallyport.services.transition import record


class CannotAsk(Exception):
    """The approval cannot be asked for; the request fails with `code`, never to a grant."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotPosted(Exception):
    """Nobody has a card yet. The workflow knows what to do next, whoever decides by the API may, and `code` is what the
    agent is told meanwhile."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.code = trouble.value
        self.queued = trouble is Trouble.BUSY


def request_approval(request_id: str, task_token: str, turn: Turn, ports: Ports, now: datetime) -> ApprovalRequest:
    """Store the token, record `approval.requested` (or `.escalated`), show the card.

    The state runs once for each turn, each time with a new token: for each rung of the ladder, and again where no card
    could be posted. A request that was settled between two turns goes straight on. Raises NotPosted when the card has
    to wait, and CannotAsk when there can be none; for the latter the caller fails the state.
    """
    current = ports.store.load(request_id)
    if current is None:
        raise NotFound
    groups = sorted(ports.policy.actions[current.action].approval.groups(turn.rung + 1))

    def asked(request: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        # A token for a settled request is still stored: the state that waits with it must be let go.
        changed = replace(
            request,
            task_token=task_token,
            rung=max(request.rung, turn.rung + 1),
            asked=tuple(sorted({*request.asked, *groups})),
        )
        event = EventType.APPROVAL_REQUESTED if turn.rung == 0 else EventType.APPROVAL_ESCALATED
        return changed, (Draft(event, SYSTEM, {"rung": turn.rung, "groups": list(groups)}),) if turn.begins else ()

    request = record(ports, request_id, asked, now)
    if request.settled:
        ports.workflow.succeed(task_token, request_id)
        return request
    try:
        return _show(request, turn, ports, now)
    except PortFailed as failed:
        # Without its view, or a note of where it is, a card is as little posted as without Slack.
        why = failed if isinstance(failed, ChatFailed) else ChatFailed(Trouble.UNAVAILABLE)
        if why.trouble is Trouble.REFUSED:
            raise CannotAsk(Unpresentable.code) from None
        _queue(request, task_token, turn, why, ports, now)
        raise NotPosted(why.trouble) from None


def _show(request: ApprovalRequest, turn: Turn, ports: Ports, now: datetime) -> ApprovalRequest:
    if request.card is None:
        return _post(request, turn, ports, now)
    try:
        ports.chat.update_card(request.card, current_card(request, ports))
    except (PortFailed, Unpresentable) as failed:
        # Otherwise it shows what it showed, and its buttons work.
        if isinstance(failed, ChatFailed) and failed.trouble is Trouble.GONE:
            return _post(_keep(None, request, ports, now), turn, ports, now)
    _call_on(request, turn.rung, ports)
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


def _post(request: ApprovalRequest, turn: Turn, ports: Ports, now: datetime) -> ApprovalRequest:
    """Post the card, unless an earlier turn did so without hearing of it."""
    card = current_card(request, ports)
    try:
        found = None if turn.first else ports.chat.find_card(request.request_id, request.created_at)
        ref = found or ports.chat.post_card(card)
    except Unpresentable as unpresentable:
        raise CannotAsk(unpresentable.code) from None
    request = _keep(ref, request, ports, now)
    if request.settled or found is not None:
        refresh_card(request.request_id, ports, now)  # somebody was faster than our note of where the card is
    return request


def _keep(ref: CardRef | None, request: ApprovalRequest, ports: Ports, now: datetime) -> ApprovalRequest:
    """Note where the card is, or that somebody deleted it."""

    def posted(current: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        return replace(current, card=ref, code=current.code if current.settled else None), ()

    return record(ports, request.request_id, posted, now)


def _queue(
    request: ApprovalRequest, task_token: str, turn: Turn, failed: ChatFailed, ports: Ports, now: datetime
) -> None:
    """Say why nobody has a card, and have the workflow ask again; it waits for people when that would not help."""

    def not_posted(current: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        if current.settled or current.code == failed.trouble.value:
            return current, ()
        return replace(current, code=failed.trouble.value), ()

    record(ports, request.request_id, not_posted, now)
    undecided = ports.store.undecided(request.agent)
    following = turn_after(
        turn, failed.trouble, retry_after=failed.retry_after, undecided=undecided, seed=request.request_id
    )
    if following is not None:
        ports.workflow.ask_again(task_token, *following)
