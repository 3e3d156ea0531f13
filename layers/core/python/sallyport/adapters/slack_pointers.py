"""Messages that lead to a card but are not cards: nothing in them decides."""

from __future__ import annotations

from sallyport.adapters import slack_text as text
from sallyport.adapters.slack_card import who
from sallyport.adapters.slack_text import Block
from sallyport.domain.channels import Card


def moved_of(card: Card, link: str) -> list[Block]:
    """What remains of a card that another has replaced. `link` is Slack's own."""
    where = f"<#{card.at.channel}>" if card.at else "another channel"
    return _pointing(card, f"This is asked in {where} now: <{link}|open the card>.")


def asked_of(card: Card, link: str) -> list[Block]:
    """What one person who is asked reads in a direct message."""
    return [
        *_pointing(card, f"You are asked to decide it on <{link}|its card>."),
        text.dated("Decide before", card.expires_at),
    ]


def _pointing(card: Card, words: str) -> list[Block]:
    view = card.view.members
    where = {"type": "context", "elements": [{"type": "mrkdwn", "text": words}]}
    return [text.bold(view["sentence"]), text.section(who(view)), where, *text.small(card.request_id)]
