"""When a request settles, according to its audit events: announced so that nobody has to poll."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sallyport.domain.events import ActorKind, EventType
from sallyport.domain.ports import RequestStore
from sallyport.domain.requests import RequestStatus

# Each status is announced by one event of the chain, so that none is announced twice. Expiry and failure are announced
# when the request is closed; any other status that a closing names was announced before.
_STATUSES: Mapping[str, RequestStatus] = {
    EventType.REQUEST_APPROVED: RequestStatus.APPROVED,
    EventType.REQUEST_DENIED: RequestStatus.DENIED,
    EventType.REQUEST_CANCELLED: RequestStatus.CANCELLED,
    EventType.GRANT_REDEEMED: RequestStatus.REDEEMED,
    EventType.ACTION_EXECUTED: RequestStatus.CLOSED,
}
_TOLD_AT_THE_CLOSE = frozenset({RequestStatus.EXPIRED, RequestStatus.FAILED})


@dataclass(frozen=True, slots=True)
class Settlement:
    """Ids and codes alone: a hint to look at the request, which is what counts. `at` is the audit event's."""

    request_id: str
    status: RequestStatus
    agent: str
    action: str
    at: str
    code: str | None = None


class EventBus(Protocol):
    def announce(self, settlements: Sequence[Settlement]) -> None:
        """Raises PortFailed(`event_bus_unavailable`) unless all were taken; some may have been then."""


class AnnouncePorts(Protocol):
    @property
    def store(self) -> RequestStore: ...
    @property
    def event_bus(self) -> EventBus: ...


def status_told(event: Mapping[str, Any]) -> RequestStatus | None:
    """The status that this audit event announces, or None."""
    kind = event["type"]
    if kind == EventType.GRANT_REVOKED:
        done = event["actor"]["kind"] == ActorKind.AGENT and event["details"].get("session") == "denied"
        return RequestStatus.CLOSED if done else RequestStatus.REVOKED
    if kind == EventType.REQUEST_CLOSED:
        status = RequestStatus(event["details"]["status"])
        return status if status in _TOLD_AT_THE_CLOSE else None
    return _STATUSES.get(kind)
