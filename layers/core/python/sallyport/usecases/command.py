"""`/sallyport`: what somebody asks for in a chat is answered to them alone, and authorised like the same call of the
API. The chat adds no authority: whoever types is the directory's person with this account, or nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from sallyport.domain.callers import Caller
from sallyport.domain.clicks import ChatHome
from sallyport.domain.commands import Command, Reply, Verb
from sallyport.domain.ports import PortFailed, Ports
from sallyport.domain.refusals import NotFound, Refusal, UnknownSwitch
from sallyport.domain.requests import REQUEST_ID
from sallyport.services.cards import current_card
from sallyport.services.chat_people import STRANGER, caller_behind
from sallyport.usecases.get_request import LOOKED_AT, readable, waiting_for
from sallyport.usecases.halt import halt
from sallyport.usecases.revoke_grant import void_grant

# A chat takes some 50 blocks in an answer, and a reader less; the rest is counted.
_SHOWN = 10
_MAX_REASON = 4000

HELP = (
    "/sallyport pending: the requests that are waiting for you",
    "/sallyport show REQUEST: what a request asks for, and its status",
    "/sallyport revoke REQUEST: take back an approval before it is used",
    "/sallyport halt SWITCH REASON: stop at once; SWITCH is all, agent:<id> or action:<name>",
)


def obey(command: Command, home: ChatHome, ports: Ports, now: datetime) -> Reply:
    """Do what was asked for, or say why not."""
    if command.verb is Verb.HELP:
        return Reply(HELP)
    return obey_caller(command, caller_behind(command.account, home, ports), ports, now)


def obey_caller(command: Command, caller: Caller, ports: Ports, now: datetime) -> Reply:
    """`obey` for a caller who was recognised before."""
    try:
        return _done(command, caller, ports, now)
    except Refusal as refusal:
        words = STRANGER if caller.principal is None else f"{refusal.title} ({refusal.code}). {refusal.next_step}"
        return Reply((words.strip(),), outcome=refusal.outcome, refused=True)
    except PortFailed as failed:
        words = "This did not work just now, and nothing is lost: please try again, or use the `sallyport` CLI."
        return Reply((words,), outcome=failed.code, refused=True)


def _done(command: Command, caller: Caller, ports: Ports, now: datetime) -> Reply:
    match command.verb:
        case Verb.PENDING:
            return _pending(caller, ports)
        case Verb.SHOW:
            return _with_id(command.rest, lambda request_id: _show(caller, request_id, ports))
        case Verb.REVOKE:
            return _with_id(command.rest, lambda request_id: revoke(caller, request_id, ports, now))
        case Verb.HALT:
            return _halt(caller, command.rest, ports, now)
        case Verb.HELP:
            return Reply(HELP)
        case _:
            assert_never(command.verb)


def _with_id(typed: str, do: Callable[[str], Reply]) -> Reply:
    if not REQUEST_ID.fullmatch(typed):
        raise NotFound
    return do(typed)


def _pending(caller: Caller, ports: Ports) -> Reply:
    found, more = waiting_for(caller, ports)
    if not found:
        return Reply(("Nothing is waiting for you." if more is None else _OLDEST,))
    rest = len(found) - _SHOWN
    counted = [f"and {rest} more"] if rest > 0 else []
    words = (f"{_requests(len(found))} for you, oldest first.", *counted, *([_OLDEST] if more else []))
    return Reply(words, tuple(current_card(request, ports) for request in found[:_SHOWN]))


_OLDEST = f"Only the {LOOKED_AT} oldest pending requests were looked at: GET /v1/requests lists all."


def _requests(count: int) -> str:
    return "1 request is waiting" if count == 1 else f"{count} requests are waiting"


def _show(caller: Caller, request_id: str, ports: Ports) -> Reply:
    request = readable(caller, request_id, ports)
    if request.presented_digest is None:
        return Reply((f"{request_id} is {request.status.value}; it has not been masked yet.",))
    return Reply((), (current_card(request, ports),))


def revoke(caller: Caller, request_id: str, ports: Ports, now: datetime) -> Reply:
    """Void a grant; where a session of it lives, say what ends that."""
    request = void_grant(caller, request_id, ports, now)
    if request is not None:
        return Reply((f"Revoked: the grant of {request_id} is void, and nobody has used it.",), outcome="revoked")
    words = (
        f"The grant of {request_id} has been used, so its session has to be ended in IAM, and nothing can do that"
        f" from here. It goes on until you run: sallyport revoke {request_id}"
    )
    return Reply((words,), outcome="session_lives", refused=True)


def _halt(caller: Caller, typed: str, ports: Ports, now: datetime) -> Reply:
    switch, _, reason = typed.partition(" ")
    reason = reason.strip()
    if caller.principal is not None and not (switch and 0 < len(reason) <= _MAX_REASON):
        words = "Say the switch and why: /sallyport halt all REASON, or agent:<id> or action:<name> instead of all."
        return Reply((words,), outcome=UnknownSwitch.code, refused=True)
    halt(caller, switch, reason, ports, now)
    words = f"Halted: {switch}. Live sessions continue until they are revoked; `sallyport resume` releases the switch."
    return Reply((words,), outcome="halted")
