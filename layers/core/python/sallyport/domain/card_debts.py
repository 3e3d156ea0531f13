"""A card that is out of date, and how long Sallyport keeps trying to update it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
# After this long nobody needs the card any more, because the request itself has always said how it ended.
GIVEN_UP_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class CardDebt:
    """Since when the card has been wrong, and how often the chat has refused to change it since."""

    since: datetime
    tries: int = 0

    @property
    def due(self) -> datetime:
        """When to try again: at once when nobody has yet, then after 1, 2, 4 … 60 minutes."""
        waits = (min(_FIRST_WAIT * 2**n, _LONGEST_WAIT) for n in range(self.tries))
        return self.since + sum(waits, timedelta())

    def refused(self, now: datetime) -> CardDebt | None:
        """After one more refusal; None when the card is given up."""
        return replace(self, tries=self.tries + 1) if now < self.since + GIVEN_UP_AFTER else None
