"""The requests that a report tells in full: the newest, and the newest examples of every topic."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from sallyport_cli.audit.history import Event, History

# How many links a figure gets; events.csv has them all.
EXAMPLES = 8


@dataclass(frozen=True, slots=True)
class Example:
    """An event behind a figure, in its chain."""

    history: History
    event: Event


@dataclass(slots=True)
class _Newest[T]:
    """The newest `most` of what was put in."""

    most: int
    _heap: list[tuple[datetime, int, T]] = field(default_factory=list)
    # Of two at one instant the earlier arrival is dropped first; the kept things themselves are never compared.
    _order: Iterator[int] = field(default_factory=count)

    def put(self, at: datetime, kept: T) -> None:
        entry = (at, next(self._order), kept)
        if len(self._heap) < self.most:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)

    def __iter__(self) -> Iterator[T]:
        return (kept for _, _, kept in sorted(self._heap, key=lambda entry: entry[:2], reverse=True))


@dataclass(slots=True)
class Kept:
    """Histories worth telling, in memory bounded by `requests` and by the number of topics."""

    requests: int
    _newest: _Newest[History] = field(init=False)
    _examples: dict[str, _Newest[Example]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._newest = _Newest(self.requests)

    def take(self, history: History, told: list[tuple[Event, tuple[str, ...]]]) -> None:
        """`told` are the history's events in the period with their topics; there is at least one."""
        if history.is_request:
            self._newest.put(told[0][0].at, history)
        for event, topics in told:
            for topic in topics:
                self._examples.setdefault(topic, _Newest(EXAMPLES)).put(event.at, Example(history, event))

    def examples(self, topic: str) -> list[Example]:
        """The newest first."""
        return list(self._examples.get(topic, ()))

    def histories(self) -> list[History]:
        """Each once: requests in the order of their first events, then the chains that belong to no request."""
        found = {history.chain: history for history in self._newest}
        for topic in self._examples:
            found |= {example.history.chain: example.history for example in self.examples(topic)}
        return sorted(found.values(), key=lambda h: (not h.is_request, h.events[0].at, h.chain))
