"""Buttons pressed on a card, and in what opens from it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sallyport.domain.requests import CardRef, Choice


@dataclass(frozen=True, slots=True)
class Click:
    """Only ids: the message that the chat echoes is not what was asked for, so it is never read."""

    user_id: str
    user_team_id: str
    team_id: str
    app_id: str
    card: CardRef
    choice: Choice
    request_id: str
    action_digest: str
    presented_digest: str
    # With which a form can be opened, for a few seconds; empty where there was none.
    trigger: str = ""
    # A form of the card was sent, with what was typed into it.
    filled: bool = False
    reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody wants to read all of it. `card` and `trigger` are those of a click on a card, `opened` is what shows the
    details already, and `page` the one that is wanted."""

    user_id: str
    user_team_id: str
    team_id: str
    app_id: str
    request_id: str
    action_digest: str
    presented_digest: str
    card: CardRef | None = None
    trigger: str = ""
    opened: str = ""
    page: int = 0
