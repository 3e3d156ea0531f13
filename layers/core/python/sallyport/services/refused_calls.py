"""Write down a refusal that belongs to no request, however often it is repeated."""

from __future__ import annotations

from datetime import datetime

from sallyport.domain.callers import Caller, known
from sallyport.domain.events import UNKNOWN, Actor
from sallyport.domain.ports import Conflict, TallyPorts
from sallyport.domain.refusals import Refusal
from sallyport.domain.tallies import Refused, RefusedCall, Tally


def count_refusal(
    call: RefusedCall, actor: Actor, refusal: Refusal, ports: TallyPorts, now: datetime, action: str = UNKNOWN
) -> None:
    """Count it, and write the count down when it is the first or has doubled.

    Raises PortFailed when it cannot be counted: the caller then gets `unavailable`, and is refused all the same.
    """
    tally = ports.tallies.count(Refused(call, actor, refusal.code, action, ports.policy.digest), now)
    if tally.worth_noting:
        tell(tally, ports, now)


def caller_of(caller: str | Caller, ports: TallyPorts) -> Actor:
    """The agent or person who calls; anybody else is an unknown person."""
    return known(caller, ports.policy.directory).actor


def tell_total(tally: Tally, ports: TallyPorts, now: datetime) -> bool:
    """For a tally whose hour is over: let its chain tell the whole count. Whether an event was needed for that."""
    needed = tally.count > tally.noted
    if needed and not tell(tally, ports, now):
        return False  # the next run looks again
    ports.tallies.finish(tally)
    return needed


def tell(tally: Tally, ports: TallyPorts, now: datetime) -> bool:
    """Write the count into the tally's chain. False when somebody else did so at this moment: theirs stands."""
    told, events = tally.told(now)
    try:
        ports.tallies.note(tally, told, events)
    except Conflict:
        return False
    return True
