"""The kill switches as everybody else sees them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sallyport.domain.deployment import ALL, CHAIN, Deployment, Halt
from sallyport.domain.events import SYSTEM, Draft, EventType, Link
from sallyport.domain.evidence import Disproved, end, opened, proves, switches_told
from sallyport.domain.ports import PortFailed, Ports
from sallyport.domain.refusals import Halted, SwitchesUnproved

UNPROVED = "switches_unproved"
# While a switch is pulled, a reader may see the item and not yet the event: DynamoDB isolates single reads alone.
_LOOKS, _PAUSE_SECONDS = 3, 0.03


def check_not_halted(agent: str, action: str, deployment: Deployment) -> None:
    """Raises Halted when everything, this agent or this action is halted."""
    pulled = [halt for halt in deployment.halts if halt.switch in (ALL, f"agent:{agent}", f"action:{action}")]
    if any(halt.by == SYSTEM.id for halt in pulled):
        raise SwitchesUnproved
    if pulled:
        raise Halted


def read_deployment(
    ports: Ports, now: datetime, sleep: Callable[[float], None] = time.sleep
) -> tuple[Deployment, tuple[Draft, ...]]:
    """The deployment as its chain proves it, and the events that its next save must begin with.

    An item that the chain's newest event does not bear out (deleted, garbled, put back to an older one, edited) is a
    halt of everything that Sallyport itself pulls: there is then an event to write. What either of the two says is
    pulled stays pulled. Raises PortFailed.
    """
    for look in range(_LOOKS):
        if look:
            sleep(_PAUSE_SECONDS)
        newest, item = ports.store.newest(CHAIN), ports.store.deployment()
        if proves(newest, item):
            return item, ()
    restored = _restored(item, newest, now).halted(Halt(ALL, SYSTEM.id, now, UNPROVED))
    return restored, (Draft(EventType.HALTED, SYSTEM, {"switch": ALL, "reason": UNPROVED}),)


def _restored(item: Deployment, newest: Link | None, now: datetime) -> Deployment:
    told, policy_digest = frozenset[str](), None
    try:
        head = end(newest)
    except Disproved:
        raise PortFailed("chain_unreadable") from None
    if newest is not None:
        try:
            event = opened(newest, CHAIN)
            told, policy_digest = switches_told(event), event["judged_by"]
        except (Disproved, KeyError):
            pass  # an edited event tells nothing, and everything is halted anyway
    kept = tuple(Halt(switch, SYSTEM.id, now, UNPROVED) for switch in sorted(told - item.switches))
    return replace(item, halts=(*item.halts, *kept), head=head, policy_digest=policy_digest)
