"""A button pressed on a card."""

from __future__ import annotations

from dataclasses import dataclass

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
