"""The whole of what was presented, in a modal with pages: everything that a card leaves out for its length."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sallyport.adapters import slack_text as text
from sallyport.adapters.slack_card import CONTEXT, REASON, effect, who, written
from sallyport.adapters.slack_text import Block
from sallyport.domain.cards import BACK, ON, block_id
from sallyport.domain.channels import Card, Unpresentable
from sallyport.domain.outline import folded, outline, paragraphs

# Slack takes 100 blocks in a modal and says nothing of their texts together: as much as in a message.
_BLOCKS = 90
_CHARACTERS = 9_000
# Some 90,000 characters. Nobody reads more before they decide, so whoever asks has to ask with less.
_PAGES = 10


def details_of(card: Card, page: int) -> dict[str, Any]:
    """The modal's view, open at `page` (from 0; the nearest that there is). Raises Unpresentable past what a person
    would read, rather than leave anything out, because nobody may approve what they cannot see."""
    pages = pages_of(card)
    page = max(0, min(page, len(pages) - 1))
    turning = [_turning(card, page, len(pages))] if len(pages) > 1 else []
    return {
        "type": "modal",
        "callback_id": "details",
        "title": text.plain("Request in detail"),
        "close": text.plain("Close"),
        "blocks": [*pages[page], *turning],
        # Slack hands it back with every click in the modal.
        "private_metadata": json.dumps({"request_id": card.request_id}),
    }


def pages_of(card: Card) -> list[list[Block]]:
    """Everything of the view, in order. Raises Unpresentable."""
    pages: list[list[Block]] = [[]]
    for block in _everything(card):
        full = text.characters([*pages[-1], block]) > _CHARACTERS or len(pages[-1]) >= _BLOCKS
        if pages[-1] and full:
            pages.append([])
        pages[-1].append(block)
        if len(pages) > _PAGES:
            raise Unpresentable
    return pages


def _everything(card: Card) -> Iterator[Block]:
    view = card.view.members
    yield text.bold(view["sentence"])
    yield text.section(who(view))
    yield from text.typed(REASON, paragraphs(view["masked"]["reason"]))
    for name, lines in written(view).items():
        yield from text.typed(name, [piece for line in lines for piece in folded(line)])
    yield text.section(effect(view))
    for warning in view["warnings"][1:]:
        yield text.section(f"{warning[:1].upper()}{warning[1:]}.")
    yield text.section(f"To check: {view['review']}")
    if view["masked"]["context"] is not None:
        yield from text.typed(CONTEXT, outline(view["masked"]["context"]))
    if view["findings"]:
        found = (f"{one['path']}: {one['count']} {one['category']}" for one in view["findings"])
        yield from text.typed("Masked", (line for each in found for line in outline(each)))
    digests = (f"action {card.action_digest}", f"view {card.presented_digest}")
    yield from text.small(card.request_id, view["action"], *digests)


def _turning(card: Card, page: int, pages: int) -> Block:
    ways = [
        text.button(action_id, f"{label} page ({to + 1} of {pages})", str(to))
        for action_id, label, to in ((BACK, "Previous", page - 1), (ON, "Next", page + 1))
        if 0 <= to < pages
    ]
    return {"type": "actions", "block_id": block_id(card.action_digest, card.presented_digest), "elements": ways}
