"""A card as Slack blocks. What came from outside is only ever plain text: no mrkdwn, emoji or links, nothing cut."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sallyport.domain.cards import APPROVE, DENY, block_id
from sallyport.domain.display import exact, visible
from sallyport.domain.ports import Card, CardTooLarge

# Slack's limits: 3,000 characters in a section, 50 blocks in a message, 10 elements in a context.
_SECTION = 2900
_BLOCKS = 50
_ELEMENTS = 10
# All texts of a message together: unpublished, `msg_blocks_too_long` was measured from about 11,300 (bolt-js #2509).
_CHARACTERS = 10_500
_SECTIONS_OF_A_PART = 3
# Some 90,000 characters. Slack takes about one message a second, and this is posted in one call.
_PARTS = 10

# A line feed as JSON writes it: the backslashes before it stand in pairs.
_LINE_END = re.compile(r"(?<!\\)((?:\\\\)*)\\n")

type Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Layout:
    """A card's own message, and the messages of its thread where the agent's context is too long for one."""

    message: list[Block]
    thread: list[list[Block]]


def layout_of(card: Card) -> Layout:
    """All of the card, over as many messages as it takes. Raises CardTooLarge past what a person would read, rather
    than leave anything out: nobody approves what they cannot see."""
    view = cast("dict[str, Any]", card.view.document)
    context = _values("Context, as the agent states it", view["masked"]["context"])
    if view["masked"]["context"] is None:
        context = []
    message = _message(card, view, context)
    if _fits(message):
        return Layout(message, [])
    thread = [list(part) for part in itertools.batched(context, _SECTIONS_OF_A_PART, strict=False)]
    said = f"The context has {len(thread)} parts, all in this card's thread. Read them before you decide."
    message = _message(card, view, _paragraph("Context, as the agent states it", said))
    if not _fits(message) or len(thread) > _PARTS:
        raise CardTooLarge
    return Layout(message, thread)


def without_buttons(blocks: list[Block]) -> list[Block]:
    return [block for block in blocks if block["type"] != "actions"]


def _message(card: Card, view: dict[str, Any], context: list[Block]) -> list[Block]:
    return [
        {"type": "header", "text": _plain(_title(card, view))},
        _fields(card, view),
        *_paragraph("What to check", visible(view["review"])),
        *_paragraph("Parameters", _parameters(view)),
        *_paragraph("Reason, as the agent states it", visible(_quoted(view["masked"]["reason"]))),
        *context,
        *_context(*_warnings(view)),
        *_context(f"{card.request_id} · action {card.action_digest[:12]} · view {card.presented_digest[:12]}"),
        *_outcome(card),
        *([_buttons(card)] if card.open else []),
    ]


def _fits(blocks: list[Block]) -> bool:
    return len(blocks) <= _BLOCKS and sum(_length(block) for block in blocks) <= _CHARACTERS


def fallback_of(card: Card) -> str:
    """The notification's text: ids alone, since it shows up on lock screens."""
    view = cast("dict[str, Any]", card.view.document)
    return f"Sallyport: {view['action']} asked for by {view['agent']} ({card.request_id}): {card.status}"


def _title(card: Card, view: dict[str, Any]) -> str:
    return f"{'Approve' if card.open else card.status.capitalize()}: {view['title']}"[:150]  # Slack's limit of a header


def _fields(card: Card, view: dict[str, Any]) -> Block:
    pairs = {
        "Action": view["action"],
        "Risk": view["risk"],
        "Agent": view["agent"],
        "Owner (may not approve)": view["owner"],
        "On behalf of": view["on_behalf_of"] or "nobody",
        "For": "once, done by Sallyport" if view["delivery"] == "execute" else f"{view['duration_seconds']} s",
        "Decide before": _time(card.expires_at),
        "Approvals": f"{len(card.approved_by)} of {card.quorum}",
    }
    return {"type": "section", "fields": [_plain(f"{name}\n{value}") for name, value in pairs.items()]}


def _values(title: str, value: object) -> list[Block]:
    written = json.dumps(value, indent=2, ensure_ascii=False)
    return _paragraph(title, visible("\n".join(map(_unfolded, written.split("\n")))))


def _unfolded(line: str) -> str:
    """A line of JSON with the lines of its text below one another: nobody can judge a log between `\\n` and `\\n`.

    Each further line is marked as the agent's own, so that none passes for JSON or for a line of the card.
    """
    mark = "\n" + " " * (len(line) - len(line.lstrip())) + "│ "
    return _LINE_END.sub(lambda end: end[1] + mark, line)


def _parameters(view: dict[str, Any]) -> str:
    """As JSON, a line for each value; every value that takes effect is told from all that look like it."""
    hidden = {entry["parameter"] for entry in view.get("hidden", ())}
    lines = (
        f'  "{name}": {_literals(value, visible if name in hidden else exact)}'
        for name, value in view["masked"]["parameters"].items()
    )
    return "{\n" + ",\n".join(lines) + "\n}"


def _literals(value: object, said: Callable[[str], str]) -> str:
    if isinstance(value, list):
        return "[\n" + ",\n".join(f"    {_literals(item, said)}" for item in value) + "\n  ]"
    return said(json.dumps(value, ensure_ascii=False))


def _paragraph(title: str, shown: str) -> list[Block]:
    """The whole text over as many sections as it takes, each under the title: no section is the agent's own."""
    texts = [shown[start : start + _SECTION] for start in range(0, len(shown), _SECTION)] or [""]
    titles = itertools.chain([title], itertools.repeat(f"{title}, continued"))
    # Without `expand` Slack folds a long section away behind "See more".
    return [
        {"type": "section", "expand": True, "text": _plain(f"{above}\n{part}")}
        for above, part in zip(titles, texts, strict=False)
    ]


def _quoted(text: str) -> str:
    """Each line marked as a quotation, so that none of them passes for a line of the card's own."""
    return "\n".join(f"│ {line}" for line in text.split("\n"))


def _warnings(view: dict[str, Any]) -> list[str]:
    hidden = ", ".join(entry["parameter"] for entry in view.get("hidden", ()))
    seen = f"every parameter but {hidden}" if hidden else "every parameter"
    return [
        f"{seen} is shown exactly as it takes effect",
        *view["warnings"],
        *(f"outlasts the credential: {effect}" for effect in view["outlasts"]),
    ]


def _outcome(card: Card) -> list[Block]:
    said = []
    if card.approved_by:
        said.append(f"Approved by {', '.join(card.approved_by)}")
    if card.denied_by:
        said.append(f"Denied by {', '.join(card.denied_by)}")
    if not card.open:
        said.append(f"Status: {card.status}" + (f" ({card.code})" if card.code else ""))
    return _context(*said, *card.notes)


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
    batches = itertools.batched(lines, _ELEMENTS, strict=False)
    return [{"type": "context", "elements": [_plain(line) for line in batch]} for batch in batches]


def _length(node: object) -> int:
    """Characters of all texts under `node`."""
    if isinstance(node, dict):
        return len(node["text"]) if node.get("type") == "plain_text" else sum(map(_length, node.values()))
    return sum(map(_length, node)) if isinstance(node, list) else 0


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
