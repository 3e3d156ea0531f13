"""Direct messages to those who are asked, where policy wants them. They lead to the card and decide nothing; the
request goes on whether or not they arrive."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from sallyport.domain.channels import Trouble
from sallyport.domain.directory import Person
from sallyport.domain.ports import ChatFailed, NotifyPorts, PortFailed
from sallyport.domain.requests import ApprovalRequest
from sallyport.services.break_glass import people_asked
from sallyport.services.cards import current_card
from sallyport.services.routes import routes_of

# Whoever comes after one of these would fare no better.
_FOR_ALL = (Trouble.BUSY, Trouble.UNAUTHORIZED)


def write_to_each(
    request: ApprovalRequest, rungs: int, before: int, ports: NotifyPorts, until: float, clock: Callable[[], float]
) -> None:
    """Write to each active member who may decide after `rungs` steps of the ladder and could not after `before` of
    them, as far as there is time."""
    with suppress(PortFailed):
        if not routes_of(request, rungs, ports)[0].direct:
            return
        card = current_card(request, ports)
        earlier = {person.id for person in people_asked(request, before, ports)} if before else set()
        for person in people_asked(request, rungs, ports):
            if clock() >= until:
                return
            if person.id not in earlier and _is_member(person, ports):
                try:
                    ports.chat.send_direct(person, card)
                except ChatFailed as failed:
                    if failed.trouble in _FOR_ALL:
                        return


def _is_member(person: Person, ports: NotifyPorts) -> bool:
    account = person.account_in(ports.chat.name)
    return account is not None and ports.chat.is_active_member(account)
