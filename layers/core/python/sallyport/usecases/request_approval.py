"""Ask people: keep the task token, post the card (or escalate it), and let the workflow wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sallyport.domain.channels import Trouble, Unpresentable
from sallyport.domain.events import SYSTEM, Draft, EventType
from sallyport.domain.ports import ChatFailed, PortFailed, Ports
from sallyport.domain.refusals import NotFound
from sallyport.domain.requests import ApprovalRequest, CardRef
from sallyport.domain.turns import Turn, turn_after
from sallyport.services.break_glass import people_asked
from sallyport.services.cards import current_card, refresh_card
from sallyport.services.direct_messages import write_to_each
from sallyport.services.routes import room_of_card, rooms_of
from sallyport.services.transition import record

# The function has 30 s, and four calls of 2 s each may have begun when these are over.
_WRITING_SECONDS = 18.0


class CannotAsk(Exception):
    """The approval cannot be asked for; the request fails with `code`, never to a grant."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotPosted(Exception):
    """Nobody has a card yet. The workflow knows what to do next, people can still decide through the API, and the
    agent is told `code` in the meantime."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.code = trouble.value
        self.queued = trouble is Trouble.BUSY


def request_approval(
    request_id: str,
    task_token: str,
    turn: Turn,
    ports: Ports,
    now: datetime,
    clock: Callable[[], float] = time.monotonic,
) -> ApprovalRequest:
    """Store the token, record `approval.requested` (or `.escalated`), show the card.

    The state runs once for each turn, each time with a new token: for each rung of the ladder, and again where no card
    could be posted. A request that was settled between two turns goes straight on. Raises NotPosted when the card has
    to wait, and CannotAsk when there can be none; for the latter the caller fails the state.
    """
    until = clock() + _WRITING_SECONDS
    current = ports.store.load(request_id)
    if current is None:
        raise NotFound
    groups = sorted(ports.policy.actions[current.action].approval.groups(turn.rung + 1))

    def asked(request: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        # A token for a settled request is still stored, because the state that waits with it must be released.
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
        shown = _show(request, turn, ports, now)
    except PortFailed as failed:
        # Without its view, or a note of where it is, a card is as little posted as without the chat.
        why = failed if isinstance(failed, ChatFailed) else ChatFailed(Trouble.UNAVAILABLE)
        if why.trouble is Trouble.REFUSED:
            raise CannotAsk(Unpresentable.code) from None
        _queue(request, task_token, turn, why, ports, now)
        raise NotPosted(why.trouble) from None
    # A card that is elsewhere than before is new to everybody.
    before = turn.rung if turn.begins else turn.rung + 1
    if not shown.settled:
        write_to_each(shown, turn.rung + 1, before if shown.card == request.card else 0, ports, until, clock)
    return shown


def _show(request: ApprovalRequest, turn: Turn, ports: Ports, now: datetime) -> ApprovalRequest:
    rooms = rooms_of(request, turn.rung + 1, ports)
    if request.card is None and not turn.first:
        request = _keep_found(request, rooms, ports, now)
    if request.card is None:
        return _post(request, rooms[0], ports, now)
    if request.card.channel != rooms[0]:
        return _move(request, request.card, rooms[0], ports, now)
    try:
        ports.chat.update_card(request.card, current_card(request, ports))
    except (PortFailed, Unpresentable) as failed:
        # Otherwise it shows what it showed, and its buttons work.
        if isinstance(failed, ChatFailed) and failed.trouble is Trouble.GONE:
            return _find_or_post(_keep(None, request, ports, now), rooms[0], ports, now)
    if turn.begins and not request.settled:
        _call_on(request, turn.rung, ports)
    return request


def _keep_found(request: ApprovalRequest, rooms: tuple[str, ...], ports: Ports, now: datetime) -> ApprovalRequest:
    """Note the card that an earlier turn posted without hearing of it, in whichever room that was."""
    for room in rooms:
        try:
            found = ports.chat.find_card(request.request_id, request.created_at, room)
        except ChatFailed as failed:
            # What an earlier step left in a room that is closed by now is out of reach, and decides nothing.
            if failed.trouble is Trouble.CLOSED and room != rooms[0]:
                continue
            raise
        if found is not None:
            return _keep(found, request, ports, now)
    return request


def _call_on(request: ApprovalRequest, rung: int, ports: Ports) -> None:
    """Say in the card's thread that it is undecided: an escalation to new groups, a reminder to the same ones."""
    approval = ports.policy.actions[request.action].approval
    new = sorted(approval.groups(rung + 1) - approval.groups(rung))
    said = f"escalated to {', '.join(new)}" if new else "reminder"
    words = f"Still undecided: {request.request_id} ({request.action} for {request.agent}), {said}."
    try:
        room = room_of_card(request, ports)
        ports.chat.notify(room, request.card, words, people_asked(request, rung + 1, ports))
    except PortFailed:
        return  # the card itself was refreshed or not in the same way; silence only ever ends in expiry


def _find_or_post(request: ApprovalRequest, room: str, ports: Ports, now: datetime) -> ApprovalRequest:
    request = _keep_found(request, (room,), ports, now)
    return request if request.card else _post(request, room, ports, now)


def _post(request: ApprovalRequest, room: str, ports: Ports, now: datetime) -> ApprovalRequest:
    try:
        ref = ports.chat.post_card(current_card(request, ports), room)
    except Unpresentable as unpresentable:
        raise CannotAsk(unpresentable.code) from None
    request = _keep(ref, request, ports, now)
    if request.settled:
        refresh_card(request.request_id, ports, now)  # somebody was faster than our note of where the card is
    return request


def _move(request: ApprovalRequest, old: CardRef, room: str, ports: Ports, now: datetime) -> ApprovalRequest:
    """Ask in another room from now on. The old card counts until the new one is about to be posted, and again when it
    could not be."""
    request = _keep(None, request, ports, now)
    if request.settled:
        return _put_back(old, request, ports, now)
    try:
        request = _find_or_post(request, room, ports, now)
    except (PortFailed, CannotAsk):
        _put_back(old, request, ports, now)
        raise
    with suppress(PortFailed):  # whatever it shows, its buttons are refused
        ports.chat.retire_card(old, current_card(request, ports))
    return request


def _put_back(old: CardRef, request: ApprovalRequest, ports: Ports, now: datetime) -> ApprovalRequest:
    request = _keep(old, request, ports, now)
    if request.settled:
        refresh_card(request.request_id, ports, now)  # while no card was noted, nobody could tell it
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
