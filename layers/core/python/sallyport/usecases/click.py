"""Somebody clicks a card. Seeing a card is not authority: who clicked is held against the directory and the chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sallyport.domain.clicks import Click
from sallyport.domain.directory import Person
from sallyport.domain.ports import PortFailed, Ports
from sallyport.domain.refusals import Refusal
from sallyport.domain.requests import ApprovalRequest
from sallyport.domain.submissions import Statement
from sallyport.usecases.cards import refresh_card
from sallyport.usecases.decide import decide

CHANNEL = "slack"


@dataclass(frozen=True, slots=True)
class ChatHome:
    """The workspace, app and channel that this deployment posts to."""

    team_id: str
    app_id: str
    channel_id: str


def click_card(click: Click, home: ChatHome, ports: Ports, now: datetime) -> str:
    """Decide as the person behind the click. Answers `ok` or what the log says of the refusal; the clicker is told
    either way.

    A refusal is audited by `decide`; one for a request that does not exist is only told.
    """
    person = _person(click, home, ports)
    said = Statement(click.choice, click.presented_digest, action_digest=click.action_digest)
    try:
        request = decide(click.request_id, person, CHANNEL, said, ports, now)
    except Refusal as refusal:
        _tell(click, f"Not recorded: {refusal.title} ({refusal.code}).", ports)
        return refusal.outcome
    _after(request, ports)
    return "ok"


def _person(click: Click, home: ChatHome, ports: Ports) -> Person | None:
    """The directory's person, or None for a stranger: another workspace, app or channel, a guest, a bot, a leaver."""
    if (click.team_id, click.app_id, click.card.channel) != (home.team_id, home.app_id, home.channel_id):
        return None
    if click.user_team_id != home.team_id:
        return None
    person = ports.policy.directory.person_on_slack(click.user_id)
    if person is None or not ports.chat.is_active_member(click.user_id):
        return None
    return person


def _after(request: ApprovalRequest, ports: Ports) -> None:
    """A settled request's card is the workflow's to update; one that waits for more people shows the count at once."""
    if not request.settled:
        refresh_card(request.request_id, ports)


def _tell(click: Click, words: str, ports: Ports) -> None:
    try:
        ports.chat.tell(click.card, click.user_id, words)
    except PortFailed:
        return
