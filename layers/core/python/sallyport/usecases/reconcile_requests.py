"""On a schedule: whatever is overdue, payloads that nobody needs, and counts of refusals whose hour is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sallyport.domain.overdue import due
from sallyport.domain.ports import PortFailed, Ports
from sallyport.domain.requests import RequestStatus
from sallyport.services.refused_calls import tell_total
from sallyport.usecases.reconcile import Step, reconcile_request

# Each of the three has as long, so that none starves another; what is left is the next run's.
_BUDGET = timedelta(seconds=25)
# A step that is overdue for this long will not be taken without somebody's help.
BACKLOG_AFTER = timedelta(minutes=30)
# A submission creates its request before it puts the payload, so this is for clocks alone.
_PAYLOAD_AGE = timedelta(minutes=10)

type Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How often what was done, and how many requests have waited for too long and still do."""

    counts: Mapping[str, int]
    backlog: int


def reconcile_requests(ports: Ports, clock: Clock) -> Reconciled:
    """One run. `clock` is asked before each step: how long a session may live, and when this run must end, go by it.

    What fails with one request is counted and left to the next run. Raises PortFailed when nothing can be found.
    """
    counts: Counter[str] = Counter()
    backlog = _requests(counts, ports, clock)
    counts["totals_told"] = _tallies(ports, clock)
    counts["payloads_deleted"] = _payloads(ports, clock)
    return Reconciled({name: count for name, count in counts.items() if count}, backlog)


def _requests(counts: Counter[str], ports: Ports, clock: Clock) -> int:
    until, backlog = clock() + _BUDGET, 0
    for request_id in ports.store.overdue(clock()):
        now = clock()
        if now >= until:
            break
        step = reconcile_request(request_id, ports, now)
        counts[step.value] += step is not Step.NOTHING
        if step in (Step.FAILED, Step.WAITING):
            backlog += _overdue_since(request_id, ports, now - BACKLOG_AFTER)
    return backlog


def _overdue_since(request_id: str, ports: Ports, long_ago: datetime) -> bool:
    try:
        request = ports.store.load(request_id)
    except PortFailed:
        return True
    at = due(request) if request is not None else None
    return at is not None and at < long_ago


def _tallies(ports: Ports, clock: Clock) -> int:
    until, told = clock() + _BUDGET, 0
    for tally in ports.tallies.overdue(clock()):
        if clock() >= until:
            break
        told += tell_total(tally, ports, clock())
    return told


def _payloads(ports: Ports, clock: Clock) -> int:
    """Delete what is in the vault for no request, or for one that is over: its close was lost on the way."""
    until, deleted = clock() + _BUDGET, 0
    for request_id, put_at in ports.vault.listed():
        now = clock()
        if now >= until:
            break
        if put_at + _PAYLOAD_AGE < now and not _needed(request_id, ports):
            ports.vault.delete(request_id)
            deleted += 1
    return deleted


def _needed(request_id: str, ports: Ports) -> bool:
    """Until the grant is redeemed, which reads it last; a request that is pending may still be given a grant."""
    request = ports.store.load(request_id)
    return request is not None and request.status in (RequestStatus.PENDING, RequestStatus.APPROVED)
