"""The event bus in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sallyport.domain.ports import PortFailed
from sallyport.domain.settlements import Settlement
from tests.fakes.ports import FakeStore


@dataclass
class FakeEventBus:
    heard: list[Settlement] = field(default_factory=list)
    failing: bool = False

    def announce(self, settlements: Sequence[Settlement]) -> None:
        if self.failing:
            raise PortFailed("event_bus_unavailable")
        self.heard += settlements


@dataclass
class AnnounceHouse:
    """The announcing function's ports."""

    store: FakeStore
    event_bus: FakeEventBus = field(default_factory=FakeEventBus)
