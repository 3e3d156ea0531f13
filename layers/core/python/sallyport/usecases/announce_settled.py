"""Tell the event bus of requests that settled, from the evidence that they did."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from sallyport.domain.notary import Change
from sallyport.domain.requests import REQUEST_ID
from sallyport.domain.settlements import AnnouncePorts, Settlement, status_told


def announce_settled(changes: Sequence[Change], ports: AnnouncePorts) -> int:
    """How many were announced. At least once each: a batch that failed comes again as a whole. Raises PortFailed."""
    settled = list(_settled(changes, ports))
    if settled:
        ports.event_bus.announce(settled)
    return len(settled)


def _settled(changes: Sequence[Change], ports: AnnouncePorts) -> Iterator[Settlement]:
    for change in changes:
        if change.old is not None or change.new is None or not REQUEST_ID.fullmatch(change.chain):
            continue  # the notary reports events that were changed or removed
        try:
            event = json.loads(change.new.link.body)
            status, at = status_told(event), str(event["at"])
        except (ValueError, KeyError, TypeError, AttributeError):
            continue  # not an event that Sallyport wrote; the notary reports those
        request = ports.store.load(change.chain) if status is not None else None
        if status is not None and request is not None:
            code = request.code if request.status is status else None
            yield Settlement(request.request_id, status, request.agent, request.action, at, code)
