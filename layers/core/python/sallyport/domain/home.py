"""What somebody finds in the app's Home, made for them alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sallyport.domain.channels import Card
from sallyport.domain.requests import Choice

REVOKE = "revoke_grant"


@dataclass(frozen=True, slots=True)
class LiveGrant:
    """`ends_at` is when it runs out by itself, where that is known. `used`: it may have a live session, which only IAM
    can end, so the button is for the others."""

    card: Card
    ends_at: datetime | None
    used: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """What the reader of the Home last said about a request, and when; `card` says what became of it."""

    card: Card
    choice: Choice
    at: datetime


@dataclass(frozen=True, slots=True)
class Home:
    """`more_wait` and `more_live` count what is left out. `decided` are the reader's last decisions, the newest first.
    `notice` is Sallyport's own: what came of the button that was pressed last."""

    waiting: tuple[Card, ...] = ()
    more_wait: int = 0
    live: tuple[LiveGrant, ...] = ()
    more_live: int = 0
    notice: str = ""
    decided: tuple[Decided, ...] = ()
