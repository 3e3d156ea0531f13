"""The answer to a slash command: shown to whoever typed it, and to nobody else.

What came from outside is plain text, in which Slack follows no markup, mention, emoji or link.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from sallyport.adapters import slack_text as text
from sallyport.adapters.slack_text import Block
from sallyport.domain.channels import Card
from sallyport.domain.commands import Reply


def reply_body(reply: Reply) -> dict[str, Any]:
    """https://docs.slack.dev/interactivity/implementing-slash-commands: 200 with this as its JSON body."""
    blocks = [text.section(words) for words in reply.words]
    for card in reply.cards:
        blocks += [text.section("\n".join(_lines(card))), *_ends(card)]
    return {"response_type": "ephemeral", "text": "Sallyport", "blocks": blocks}


def _lines(card: Card) -> Iterator[str]:
    view = cast("dict[str, Any]", card.view.document)
    yield view["sentence"]
    yield f"{view['risk'].capitalize()} risk, asked for by {view['agent']}"
    code = f" ({card.code})" if card.code else ""
    by = f", approved by {', '.join(card.approved_by)}" if card.approved_by else ""
    no = f", denied by {', '.join(card.denied_by)}" if card.denied_by else ""
    yield f"{card.status}{code}: {len(card.approved_by)} of {card.quorum} approvals{by}{no}"


def _ends(card: Card) -> list[Block]:
    """Its id, and until when it can be decided, in the reader's time zone."""
    if not card.open:
        return text.small(card.request_id)
    return [text.dated(f"{card.request_id}, expires", card.expires_at)]
