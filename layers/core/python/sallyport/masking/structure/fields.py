"""What a key, a column header or a label says about the value next to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import re2

from sallyport.masking.ledger import MARKER
from sallyport.masking.lexicon import topic
from sallyport.masking.structure.field_names import TABLE, TECHNICAL, Trust


class Field(NamedTuple):
    """`category` of the value, and how far the name is believed: `whole` masks the value without looking."""

    category: str
    trust: Trust


_SPLIT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)")
_SHORTENED = {
    "nm": "name",
    "nme": "name",
    "nbr": "number",
    "adr": "addr",
    "phn": "phone",
    "dte": "date",
    "brth": "birth",
}
# Words in front of a field's own name that only say whose it is, and how many words such a phrase has at most.
_WHOSE = topic("keys.whose")
_LONGEST_PHRASE = max(phrase.count(" ") + 1 for phrase in _WHOSE)


@cache
def rules() -> tuple[tuple[Field, ...], Any]:
    """The table's fields and the set of their patterns, compiled by RE2 when masking starts, in a fifth of the time
    that `re` takes."""
    patterns = re2.Set.FullMatchSet()
    for _, _, pattern in TABLE:
        patterns.Add(pattern)
    patterns.Compile()
    return tuple(Field(category, trust) for category, trust, _ in TABLE), patterns


def field_of(key: str) -> Field | None:
    """What `key` says about its value, or None."""
    return None if is_no_field(key) else classify(" ".join(words_of(key)))


def is_no_field(key: str) -> bool:
    """Whether `key` is too long for a field's name, or holds a marker."""
    return len(key) > 64 or ("[" in key and MARKER.search(key) is not None)


def words_of(key: str) -> list[str]:
    """The words that a key is made of, in lower case: `VpcId` and `vpc_id` are `vpc`, `id`."""
    return [_SHORTENED.get(part, part) for part in _SPLIT.sub(" ", key).lower().split()]


def classify(normal: str) -> Field | None:
    """What a key of whose words `normal` consists says about its value, or None."""
    if not normal or TECHNICAL.fullmatch(normal):
        return None
    fields, patterns = rules()
    matched = [at for name in _own_names(normal) for at in patterns.Match(name) or ()]
    return fields[min(matched)] if matched else None  # the first one of the table that matches


def _own_names(normal: str) -> Iterator[str]:
    """`normal`, and what is left of it without the words in front that only say whose it is."""
    yield normal
    parts = normal.split(" ")
    reached = {0}
    for first in range(len(parts)):
        for last in range(first + 1, min(first + _LONGEST_PHRASE, len(parts) - 1) + 1) if first in reached else ():
            if last not in reached and " ".join(parts[first:last]) in _WHOSE:
                reached.add(last)
                yield " ".join(parts[last:])
