"""The days that a report is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day's beginning to the last day's end, in UTC. `first` is not after `last`."""

    first: date
    last: date

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time(), UTC)

    @property
    def ends(self) -> datetime:
        """The first instant that is no longer in it."""
        return datetime.combine(self.last, time(), UTC) + timedelta(days=1)

    def has(self, at: datetime) -> bool:
        return self.begins <= at < self.ends
