"""Who is behind an account of the chat. The chat adds no authority: it is a person of the directory, or nobody."""

from __future__ import annotations

from sallyport.domain.callers import Caller
from sallyport.domain.clicks import Account, ChatHome
from sallyport.domain.directory import Person
from sallyport.domain.ports import ChatPeoplePorts

STRANGER = "Sallyport's directory has no active member of this workspace with your account."


def person_with(account: Account, home: ChatHome, ports: ChatPeoplePorts) -> Person | None:
    """The directory's person with this account, or None for a stranger: one of another workspace, organisation or app,
    a guest, a bot, a leaver."""
    if not home.is_used_by(account) or account.user_team_id not in (None, home.team_id):
        return None
    person = ports.policy.directory.person_in(ports.chat.name, account.user_id)
    if person is None or not ports.chat.is_active_member(account.user_id):
        return None
    return person


def caller_behind(account: Account, home: ChatHome, ports: ChatPeoplePorts) -> Caller:
    """The directory's person with this account, or nobody."""
    return Caller(person_with(account, home, ports), ports.chat.name)
