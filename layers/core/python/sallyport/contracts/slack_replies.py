"""The answer to a slash command: shown to whoever typed it, and to nobody else.

All of it is plain text, in which Slack follows no markup, mention, emoji or link.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from sallyport.domain.channels import Card
from sallyport.domain.clock import stamp
from sallyport.domain.commands import Reply


def reply_body(reply: Reply) -> dict[str, Any]:
    """https://docs.slack.dev/interactivity/implementing-slash-commands: 200 with this as its JSON body."""
    blocks = [_section(words) for words in reply.words]
    for card in reply.cards:
        blocks += [_section("\n".join(_lines(card)))]
    return {"response_type": "ephemeral", "text": "Sallyport", "blocks": blocks}


def _lines(card: Card) -> Iterator[str]:
    view = cast("dict[str, Any]", card.view.document)
    yield view["sentence"]
    yield f"{view['risk'].capitalize()} risk, asked for by {view['agent']}"
    code = f" ({card.code})" if card.code else ""
    by = f", approved by {', '.join(card.approved_by)}" if card.approved_by else ""
    no = f", denied by {', '.join(card.denied_by)}" if card.denied_by else ""
    yield f"{card.status}{code}: {len(card.approved_by)} of {card.quorum} approvals{by}{no}"
    yield f"{card.request_id}, expires {stamp(card.expires_at)}" if card.open else card.request_id


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}}
