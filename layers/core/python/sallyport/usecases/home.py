"""The app's Home: what is waiting for the person who opens it, and the live grants of their agents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sallyport.domain.callers import Caller
from sallyport.domain.clicks import Account, ChatHome
from sallyport.domain.commands import Command, HomeOpened, HomeRevoke, Verb
from sallyport.domain.directory import Person
from sallyport.domain.home import Decided, Home, LiveGrant
from sallyport.domain.ports import Ports
from sallyport.domain.requests import ApprovalRequest, Decision, Review
from sallyport.services.cards import current_card
from sallyport.services.chat_people import STRANGER, caller_behind
from sallyport.services.open_requests import LONGEST_LIFE
from sallyport.services.sessions import live_session
from sallyport.usecases.command import obey_caller
from sallyport.usecases.get_request import waiting_for

# What a chat shows in one page: where it takes 100 blocks, a headline for each list and three for each entry.
_SHOWN = 12
# Each costs two reads, and the Home is shown within seconds.
_DECIDED = 5


def open_home(opened: HomeOpened, home: ChatHome, ports: Ports, now: datetime) -> str:
    """Show it. Answers `ok`, or `stranger` for an account that is nobody's. Raises PortFailed."""
    return _shown(opened.account, caller_behind(opened.account, home, ports), home, "", ports, now)


def revoke_from_home(pressed: HomeRevoke, home: ChatHome, ports: Ports, now: datetime) -> str:
    """Do what `/sallyport revoke` does, and show the Home with what came of it. Answers the command's outcome.

    Raises PortFailed when the Home could not be shown; what was revoked is revoked.
    """
    caller = caller_behind(pressed.account, home, ports)
    reply = obey_caller(Command(pressed.account, Verb.REVOKE, pressed.request_id), caller, ports, now)
    _shown(pressed.account, caller, home, " ".join(reply.words), ports, now)
    return reply.outcome


def _shown(account: Account, caller: Caller, home: ChatHome, notice: str, ports: Ports, now: datetime) -> str:
    if caller.person is None:
        if home.is_used_by(account):
            ports.chat.show_home(account.user_id, Home(notice=STRANGER))
        return "stranger"
    waiting, _ = waiting_for(caller, ports)
    live = list(_live(caller.person, ports, now))
    shown = Home(
        waiting=tuple(current_card(request, ports) for request in waiting[:_SHOWN]),
        more_wait=max(0, len(waiting) - _SHOWN),
        live=tuple(_grant(request, ports, now) for request in live[:_SHOWN]),
        more_live=max(0, len(live) - _SHOWN),
        decided=tuple(_decided(caller.person, ports)),
        notice=notice,
    )
    ports.chat.show_home(account.user_id, shown)
    return "ok"


def _live(person: Person, ports: Ports, now: datetime) -> Iterator[ApprovalRequest]:
    """Live grants of the agents that this person owns or operates, as far as they may revoke them."""
    for agent in ports.policy.directory.agents.values():
        if person.id != agent.owner and person.id not in agent.operators:
            continue
        for request in ports.store.live(agent.id, now - LONGEST_LIFE):
            usable = request.presented_digest is not None and request.live
            if usable and ports.authorizer.may("revoke", person, request).allowed:
                yield request


def _grant(request: ApprovalRequest, ports: Ports, now: datetime) -> LiveGrant:
    grant = request.grant
    used = live_session(request, now) is not None
    ends_at = None if grant is None else grant.cut_off if used else grant.expires_at
    return LiveGrant(current_card(request, ports), ends_at, used)


def _decided(person: Person, ports: Ports) -> Iterator[Decided]:
    """What this person decided last, as far as they may still read it. A note is a hint: the request says whether."""
    for request_id in ports.store.decided_by(person.id, _DECIDED):
        request = ports.store.load(request_id)
        if request is None or request.presented_digest is None:
            continue
        said: list[Decision | Review] = [decision for decision in request.decisions if decision.by == person.id]
        said += [request.review] if request.review is not None and request.review.by == person.id else []
        if said and ports.authorizer.may("read", person, request).allowed:
            yield Decided(current_card(request, ports), said[-1].choice, said[-1].at)
