"""The app's Home as Slack's view: everything that came from outside is plain text, as on a card."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sallyport.adapters import slack_text as text
from sallyport.adapters.slack_text import Block
from sallyport.domain.channels import Card
from sallyport.domain.home import REVOKE, Home, LiveGrant
from sallyport.domain.requests import Choice

_CONFIRM = {
    "title": text.plain("Revoke this grant?"),
    "text": text.plain("Its agent can no longer use it, and has to ask again."),
    "confirm": text.plain("Revoke"),
    "deny": text.plain("Keep it"),
    "style": "danger",
}


_SAID = {Choice.APPROVE: "You approved it", Choice.DENY: "You denied it", Choice.WITHDRAW: "You withdrew your approval"}


def home_of(home: Home) -> dict[str, Any]:
    """https://docs.slack.dev/reference/views/home-tab-views: at most 100 blocks."""
    return {"type": "home", "blocks": list(_blocks(home))}


def _blocks(home: Home) -> Iterator[Block]:
    if home.notice:
        yield text.section(home.notice)
        yield {"type": "divider"}
    yield _headline("Waiting for you")
    for card in home.waiting:
        yield text.section(_sentence(card))
        yield text.dated(f"{_about(card)}, expires", card.expires_at)
    yield from _rest(home.waiting, home.more_wait, "Nothing is waiting for you.", "/sallyport pending")
    rooms = sorted({card.at.channel for card in home.waiting if card.at})
    if rooms:
        # Ids that Slack gave, of channels that policy names.
        where = ", ".join(f"<#{room}>" for room in rooms)
        yield {"type": "context", "elements": [{"type": "mrkdwn", "text": f"Decide on the cards in {where}."}]}
    yield _headline("Live grants of your agents")
    for grant in home.live:
        yield from _grant(grant)
    yield from _rest(home.live, home.more_live, "None of your agents holds a live grant.", "sallyport revoke --agent")
    yield _headline("What you decided lately")
    for one in home.decided:
        yield text.section(_sentence(one.card))
        yield text.dated(_SAID[one.choice], one.at, f", {_about(one.card)}, now {one.card.status}")
    yield from _rest(home.decided, 0, "Nothing in the last 30 days.", "")


def _grant(grant: LiveGrant) -> Iterator[Block]:
    request_id = grant.card.request_id
    yield text.section(_sentence(grant.card))
    state = "in use" if grant.used else "not used yet"
    if grant.ends_at is None:
        yield from text.small(f"{_about(grant.card)}, {state}")
    else:
        yield text.dated(f"{_about(grant.card)}, {state}, until", grant.ends_at)
    if grant.used:
        yield from text.small(f"Its session is ended in IAM, by the CLI: sallyport revoke {request_id}")
    else:
        pressed = text.button(REVOKE, "Revoke", request_id, style="danger", confirm=_CONFIRM)
        yield {"type": "actions", "block_id": f"home:{request_id}", "elements": [pressed]}


def _sentence(card: Card) -> str:
    return str(card.view.members["sentence"])


def _about(card: Card) -> str:
    """Ids of the directory and of Sallyport alone: this stands in mrkdwn."""
    agent = card.view.members["agent"]
    return f"{agent}, {card.request_id}, {len(card.approved_by)} of {card.quorum} approvals"


def _rest(shown: tuple[object, ...], more: int, nothing: str, all_of_it: str) -> list[Block]:
    if not shown:
        return text.small(nothing)
    return text.small(f"and {more} more: {all_of_it}") if more else []


def _headline(words: str) -> Block:
    return {"type": "header", "text": text.plain(words)}
