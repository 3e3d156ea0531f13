"""EventBridge: announcements, for whoever has a rule that matches them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from sallyport.domain.ports import PortFailed
from sallyport.domain.settlements import Settlement

if TYPE_CHECKING:
    from botocore.client import BaseClient

SOURCE, DETAIL_TYPE = "sallyport", "Request Settled"
# What PutEvents takes in one call.
_MOST = 10


class EventBridgeBus:
    """EventBus on one bus; `stack` tells deployments of one account apart."""

    def __init__(self, client: BaseClient, bus: str, stack: str) -> None:
        self._events: Any = client
        self._bus = bus
        self._stack = stack

    def announce(self, settlements: Sequence[Settlement]) -> None:
        entries = [self._entry(settlement) for settlement in settlements]
        try:
            for start in range(0, len(entries), _MOST):
                answer = self._events.put_events(Entries=entries[start : start + _MOST])
                if answer["FailedEntryCount"]:
                    raise PortFailed("event_bus_unavailable")
        except (BotoCoreError, ClientError):
            raise PortFailed("event_bus_unavailable") from None

    def _entry(self, settlement: Settlement) -> dict[str, Any]:
        detail = {
            "stack": self._stack,
            "request_id": settlement.request_id,
            "status": settlement.status.value,
            "agent": settlement.agent,
            "action": settlement.action,
            "at": settlement.at,
            "code": settlement.code,
        }
        return {
            "EventBusName": self._bus,
            "Source": SOURCE,
            "DetailType": DETAIL_TYPE,
            "Time": datetime.fromisoformat(settlement.at),
            "Detail": json.dumps(detail),
        }
