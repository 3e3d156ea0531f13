"""A card as Slack blocks. What came from outside is only ever plain text: no mrkdwn, emoji or links, nothing cut."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from sallyport.domain.cards import APPROVE, DENY, block_id
from sallyport.domain.display import visible
from sallyport.usecases.ports import Card, CardTooLarge

# Slack's limits: 3,000 characters in a section, 50 blocks in a message, 150 characters in a header, 10 context elements.
_SECTION = 2900
_BLOCKS = 50
_ELEMENTS = 10
# All texts together: unpublished; `msg_blocks_too_long` was measured from about 11,300 characters (slackapi/bolt-js #2509).
_CHARACTERS = 10_500

type Block = dict[str, Any]


def blocks_of(card: Card) -> list[Block]:
    """Raises CardTooLarge when the message could not hold all of it: nobody approves what they cannot read."""
    view = cast("dict[str, Any]", card.view.document)
    blocks: list[Block] = [
        {"type": "header", "text": _plain(_title(card, view)[:150])},
        _fields(card, view),
        *_paragraph("What to check", view["review"]),
        *_values("Parameters", view["masked"]["parameters"]),
        *_paragraph("Reason, as the agent states it", view["masked"]["reason"]),
    ]
    if view["masked"]["context"] is not None:
        blocks += _values("Context, as the agent states it", view["masked"]["context"])
    blocks += _context(*_warnings(view))
    blocks += _context(f"{card.request_id} · action {card.action_digest[:12]} · view {card.presented_digest[:12]}")
    blocks += _outcome(card)
    if card.open:
        blocks.append(_buttons(card))
    if len(blocks) > _BLOCKS or sum(_length(block) for block in blocks) > _CHARACTERS:
        raise CardTooLarge
    return blocks


def fallback_of(card: Card) -> str:
    """The notification's text: ids alone, since it shows up on lock screens."""
    view = cast("dict[str, Any]", card.view.document)
    return f"Sallyport: {view['action']} asked for by {view['agent']} ({card.request_id}): {card.status}"


def _title(card: Card, view: dict[str, Any]) -> str:
    return f"{'Approve' if card.open else card.status.capitalize()}: {view['title']}"


def _fields(card: Card, view: dict[str, Any]) -> Block:
    pairs = {
        "Action": view["action"],
        "Risk": view["risk"],
        "Agent": view["agent"],
        "Owner (may not decide)": view["owner"],
        "On behalf of": view["on_behalf_of"] or "nobody",
        "For": "once, done by Sallyport" if view["delivery"] == "execute" else f"{view['duration_seconds']} s",
        "Decide before": _time(card.expires_at),
        "Approvals": f"{len(card.approved_by)} of {card.quorum}",
    }
    return {"type": "section", "fields": [_plain(f"{name}\n{value}") for name, value in pairs.items()]}


def _values(title: str, value: object) -> Iterator[Block]:
    yield from _paragraph(title, json.dumps(value, indent=2, ensure_ascii=False, sort_keys=False))


def _paragraph(title: str, text: str) -> Iterator[Block]:
    """The whole text under a title, over as many sections as it takes."""
    rest = f"{title}\n{visible(text)}"
    while rest:
        # Without `expand` Slack folds a long section away behind "See more".
        yield {"type": "section", "expand": True, "text": _plain(rest[:_SECTION])}
        rest = rest[_SECTION:]


def _warnings(view: dict[str, Any]) -> list[str]:
    shown = ", ".join(view["scope"])
    exact = [f"shown exactly, since they scope the credential: {shown}"] if shown else []
    return [*exact, *view["warnings"], *(f"outlasts the credential: {effect}" for effect in view["outlasts"])]


def _outcome(card: Card) -> list[Block]:
    said = []
    if card.approved_by:
        said.append(f"Approved by {', '.join(card.approved_by)}")
    if card.denied_by:
        said.append(f"Denied by {', '.join(card.denied_by)}")
    if not card.open:
        said.append(f"Status: {card.status}" + (f" ({card.code})" if card.code else ""))
    return _context(*said)


def _buttons(card: Card) -> Block:
    return {
        "type": "actions",
        "block_id": block_id(card.action_digest, card.presented_digest),
        "elements": [
            _button(card, APPROVE, "Approve", "primary", "The agent will be able to do exactly this."),
            _button(card, DENY, "Deny", "danger", "The agent is refused; it can ask again."),
        ],
    }


def _button(card: Card, action_id: str, label: str, style: str, consequence: str) -> Block:
    return {
        "type": "button",
        "action_id": action_id,
        "text": _plain(label),
        "style": style,
        "value": card.request_id,
        "confirm": {
            "title": _plain(f"{label}?"),
            "text": _plain(consequence),
            "confirm": _plain(label),
            "deny": _plain("Back"),
        },
    }


def _context(*lines: str) -> list[Block]:
    return [
        {"type": "context", "elements": [_plain(line) for line in batch]}
        for batch in itertools.batched(lines, _ELEMENTS)
    ]


def _length(node: object) -> int:
    """Characters of all texts under `node`."""
    if isinstance(node, dict):
        return len(node["text"]) if node.get("type") == "plain_text" else sum(map(_length, node.values()))
    return sum(map(_length, node)) if isinstance(node, list) else 0


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
