"""Pieces of Block Kit, and how much room they take on a reader's screen.

What came from outside is only ever `plain_text` or preformatted `rich_text`: Slack follows no markup, mention, emoji
or link in them. mrkdwn is for Sallyport's own words, such as a date that Slack shows in the reader's time zone.
"""

from __future__ import annotations

import itertools
import math
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sallyport.domain.slack_dates import slack_date

type Block = dict[str, Any]

# Slack takes 3,000 characters in a text; for a rich_text it states no limit.
_TEXT = 2900
_ELEMENTS = 10
_FIELDS = 10

# Slack's desktop client lays blocks out about 600 px wide: some 80 characters of running text at 15 px, as many of
# preformatted text at 12 px less its frame, 38 in one of two columns, 95 of the small print of a context. These are on
# the safe side of that, and a capital or wide letter counts for more than one.
_RUNNING, _PREFORMATTED, _COLUMN, _SMALL = 72, 74, 34, 88
_BUTTON_ROWS = 2
_BROAD = frozenset("mwMW@%")


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def section(text: str) -> Block:
    # Without `expand` Slack folds a long section away behind "See more".
    return {"type": "section", "expand": True, "text": plain(text)}


def bold(text: str) -> Block:
    return _rich(_heading(text))


def labelled(pairs: Iterable[tuple[str, str]]) -> list[Block]:
    """Names of policy's own beside values, in two columns."""
    rows = [[{"type": "mrkdwn", "text": f"*{name}*"}, plain(value)] for name, value in pairs]
    batches = itertools.batched(rows, _FIELDS // 2, strict=False)
    return [{"type": "section", "fields": list(itertools.chain(*batch))} for batch in batches]


def typed(label: str, lines: Iterable[str]) -> list[Block]:
    """What somebody typed, in a frame under Sallyport's own label: over as many blocks as it takes, each labelled."""
    labels = itertools.chain([label], itertools.repeat(f"{label}, continued"))
    return [
        _rich(_heading(above), {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]})
        for above, text in zip(labels, _chunks(lines), strict=False)
    ]


def small(*texts: str) -> list[Block]:
    batches = itertools.batched(texts, _ELEMENTS, strict=False)
    return [{"type": "context", "elements": [plain(text) for text in batch]} for batch in batches]


def dated(before: str, at: datetime, after: str = "") -> Block:
    """Words of Sallyport's own around an instant, in the reader's time zone."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": f"{before} *{slack_date(at)}*{after}"}]}


def button(action_id: str, label: str, value: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain(label), "value": value, **more}


def characters(node: object) -> int:
    """The length of all texts under `node`."""
    if isinstance(node, dict):
        own = node.get("text")
        return (len(own) if isinstance(own, str) else 0) + sum(map(characters, node.values()))
    return sum(map(characters, node)) if isinstance(node, list) else 0


def rows(blocks: Iterable[Block]) -> int:
    """An estimate of how many lines on the screen `blocks` take."""
    return sum(map(_rows_of, blocks))


def rows_of_typed(text: str) -> int:
    return _wrapped(text, _PREFORMATTED)


def _rows_of(block: Block) -> int:
    match block["type"]:
        case "actions":
            return _BUTTON_ROWS
        case "context":
            return _wrapped("  ".join(_seen(element["text"]) for element in block["elements"]), _SMALL)
        case "rich_text":
            return sum(map(_rows_of_part, block["elements"]))
        case "section" if "fields" in block:
            heights = [_wrapped(field["text"], _COLUMN) for field in block["fields"]]
            return sum(max(pair) for pair in itertools.batched(heights, 2, strict=False))
        case _:
            return _wrapped(block["text"]["text"], _RUNNING)


def _rows_of_part(part: dict[str, Any]) -> int:
    width = _PREFORMATTED if part["type"] == "rich_text_preformatted" else _RUNNING
    return _wrapped("".join(run["text"] for run in part["elements"]), width)


def _seen(text: str) -> str:
    """The text with a date's markup replaced by what the reader sees, so that its width is right."""
    before, mark, rest = text.partition("<!date^")
    return f"{before}{rest.partition('|')[2]}" if mark else text


def _wrapped(text: str, width: int) -> int:
    """The number of lines of `text`, which breaks between words, and inside a word only where it is longer than a
    line."""
    return sum(_wrapped_line(line, width) for line in text.split("\n"))


def _wrapped_line(line: str, width: int) -> int:
    taken, column = 1, 0
    for word in line.split(" "):
        wide = _columns(word)
        if column and column + 1 + wide > width:
            taken, column = taken + 1, 0
        column += wide + (1 if column else 0)
        if column > width:
            taken, column = taken + math.ceil(column / width) - 1, column % width or width
    return taken


def _columns(word: str) -> int:
    return math.ceil(sum(map(_width, word)))


def _width(character: str) -> float:
    if not character.isascii():
        return 2 if unicodedata.east_asian_width(character) in "WFA" else 1.5
    return 1.5 if character in _BROAD else 1.25 if character.isupper() else 1


def _rich(*parts: dict[str, Any]) -> Block:
    return {"type": "rich_text", "elements": list(parts)}


def _heading(text: str) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": [{"type": "text", "text": text, "style": {"bold": True}}]}


def _chunks(lines: Iterable[str]) -> Iterator[str]:
    """`lines` joined into texts that Slack accepts. No line is split, because none is longer than a third of a text."""
    held: list[str] = []
    for line in lines:
        if held and sum(map(len, held)) + len(held) + len(line) > _TEXT:
            yield "\n".join(held)
            held = []
        held.append(line)
    # Slack refuses an empty text.
    yield "\n".join(held) or " "
