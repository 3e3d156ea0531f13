"""The answer to a slash command: shown to whoever typed it, and to nobody else.

What came from outside is plain text, in which Slack follows no markup, mention, emoji or link.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sallyport.domain.channels import Card
from sallyport.domain.commands import Reply
from sallyport.domain.slack_dates import slack_date


def reply_body(reply: Reply) -> dict[str, Any]:
    """https://docs.slack.dev/interactivity/implementing-slash-commands: 200 with this as its JSON body."""
    blocks = [_section(words) for words in reply.words]
    for card in reply.cards:
        blocks += [_section("\n".join(_lines(card))), _ends(card)]
    return {"response_type": "ephemeral", "text": "Sallyport", "blocks": blocks}


def _lines(card: Card) -> Iterator[str]:
    view = card.view.members
    yield view["sentence"]
    yield f"{view['risk'].capitalize()} risk, asked for by {view['agent']}"
    code = f" ({card.code})" if card.code else ""
    by = f", approved by {', '.join(card.approved_by)}" if card.approved_by else ""
    no = f", denied by {', '.join(card.denied_by)}" if card.denied_by else ""
    yield f"{card.status}{code}: {len(card.approved_by)} of {card.quorum} approvals{by}{no}"


def _ends(card: Card) -> dict[str, Any]:
    """Its id, and until when it can be decided. Nothing in this mrkdwn came from outside."""
    said = f"{card.request_id}, expires {slack_date(card.expires_at)}" if card.open else card.request_id
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": said}]}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}}
