"""Buttons pressed on a card, and in the forms that it opens."""

from __future__ import annotations

from dataclasses import dataclass, field

from sallyport.domain.requests import CardRef, Choice


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a chat, as a signed payload names it: ids alone, since whoever has an account chooses its name."""

    user_id: str
    # Which installation of the app it used: a workspace's, or that of an organisation of many workspaces.
    installed_in: str
    app_id: str
    # The user's own workspace, where the payload tells it and the app is installed in one workspace alone.
    user_team_id: str | None = None


@dataclass(frozen=True, slots=True)
class ChatHome:
    """The installation of the app that is this deployment's. `team_id` is the workspace's id, or the organisation's
    where that has installed the app."""

    team_id: str
    app_id: str

    def is_used_by(self, account: Account) -> bool:
        """Whether the account used this deployment's app, where it is installed for this deployment."""
        return (account.installed_in, account.app_id) == (self.team_id, self.app_id)


@dataclass(frozen=True, slots=True)
class Click:
    """Only ids: the message that the chat echoes is not what was asked for, so it is never read."""

    account: Account
    card: CardRef
    choice: Choice
    request_id: str
    action_digest: str
    presented_digest: str
    # With which a form can be opened, for a few seconds; empty where there was none.
    trigger: str = ""
    # Whoever denied wants to say why, after the form for it was closed.
    explain: bool = False
    # A form of the card was sent, with what was typed into it.
    filled: bool = False
    reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody wants to read all of it. `card` and `trigger` are those of a click on a card, `opened` is what shows the
    details already, and `page` the one that is wanted."""

    account: Account
    request_id: str
    action_digest: str
    presented_digest: str
    card: CardRef | None = None
    trigger: str = ""
    opened: str = ""
    page: int = 0
