"""A JSON document as lines of `key: value`, which people read faster than JSON.

Two documents that differ give lines that differ: whatever could be taken for something else stands in JSON's quotation
marks. The further lines of a text are marked as such, so none of them passes for a key of the document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from sallyport.domain.display import visible

_LINE = "│ "
_MORE = "↪ "
# A longer line continues in the next one.
_LONGEST = 900
# Texts that read as something else than a text, or as the marks above.
_OTHER = re.compile(r'-?\d[\d.eE+-]*|true|false|null|\{\}|\[\]|["│↪].*|-|- .*|.*\s|\s.*|', re.DOTALL)
_KEY = re.compile(r'(?!- |-$|["│↪])[^\s:](?:[^:\x00-\x1f]*[^\s:])?')


def outline(document: Any) -> list[str]:
    """Lines as they are shown: what cannot be seen is spelled out."""
    return [line for raw in _lines(document, "") for line in folded(visible(raw))]


def paragraphs(text: str) -> list[str]:
    """The lines of one text that has a place of its own, as they are shown."""
    return [piece for line in text.split("\n") for piece in folded(visible(line))]


def folded(line: str) -> Iterator[str]:
    """A shown line in pieces of at most _LONGEST characters, each but the first with a mark that it continues."""
    yield line[:_LONGEST]
    room = _LONGEST - len(_MORE)
    yield from (f"{_MORE}{line[start : start + room]}" for start in range(_LONGEST, len(line), room))


def _lines(value: Any, lead: str) -> Iterator[str]:
    """`lead` is what stands before the value on its first line; lines below are indented under it."""
    if isinstance(value, dict) and value:
        yield from _members(value, lead)
    elif isinstance(value, list) and value:
        yield from _items(value, lead)
    elif isinstance(value, str) and "\n" in value:
        below = " " * (len(lead) - len(lead.lstrip(" ")) + 2) if lead else ""
        first, *rest = value.split("\n")
        yield f"{lead}{_LINE}{first}"
        yield from (f"{below}{_LINE}{line}" for line in rest)
    else:
        yield f"{lead}{_scalar(value, in_list=lead.endswith('- '))}"


def _members(members: dict[str, Any], lead: str) -> Iterator[str]:
    opened, below = _opened(lead)
    if opened:
        yield opened
    for number, (key, value) in enumerate(members.items()):
        before = lead if number == 0 and lead.endswith("- ") else below
        yield from _lines(value, f"{before}{_key(key)}: ")


def _items(items: list[Any], lead: str) -> Iterator[str]:
    opened, below = _opened(lead)
    if opened:
        yield opened
    for number, value in enumerate(items):
        yield from _lines(value, f"{lead if number == 0 and lead.endswith('- ') else below}- ")


def _opened(lead: str) -> tuple[str, str]:
    """The line of a key whose value stands below it, if there is one, and the indentation of that value."""
    if not lead or lead.endswith("- "):
        return "", " " * len(lead)
    return lead.rstrip(" "), " " * (len(lead) - len(_after_dashes(lead)) + 2)


def _after_dashes(lead: str) -> str:
    """`lead` without indentation and the dashes of the list items that it begins."""
    return re.sub(r"^(?: |- )*", "", lead)


def _key(key: str) -> str:
    return key if _KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def _scalar(value: Any, *, in_list: bool) -> str:
    if not isinstance(value, str) or _OTHER.fullmatch(value) or (in_list and re.search(r":(\s|$)", value)):
        return json.dumps(value, ensure_ascii=False)
    return value
