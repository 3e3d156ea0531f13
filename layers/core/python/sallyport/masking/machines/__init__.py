"""The names that machines have, known by their grammar: ids of clouds, ARNs, hashes, versions, partitions, tickets.

A machine's id never shields a person's: what somebody chose freely inside such a name is `open` and judged as before,
and a name after a word that announces a person's number (`mrn`, `patient`, …) is believed by its head alone.
"""

from __future__ import annotations

import re

from sallyport.masking.machines import compound, persons, pieces, running, tokens
from sallyport.masking.machines.names import MachineName

__all__ = [
    "MachineName",
    "announced",
    "announces",
    "at",
    "find",
    "glued_names",
    "made_of_words",
    "names_of_people",
    "pairs_of_names",
    "partition",
    "running",
    "whole",
]

announced = persons.announced
glued_names = persons.glued
announces = persons.announces
made_of_words = compound.made_of_words
names_of_people = persons.names
pairs_of_names = persons.pairs
partition = tokens.partition

_TOKEN = re.compile(r"[^\s\"'`<>(){}\[\],;|]{4,}")
_SHORTEST = 2  # characters
_TELLING = re.compile(r"[0-9/]|arn:|\.[a-z]{2}")


def find(text: str) -> list[MachineName]:
    """The names of machines in `text`, in order and without overlaps."""
    found = running.find(text)
    for match in _TOKEN.finditer(text):
        if _TELLING.search(match.group()) and (name := at(text, *match.span())) is not None:
            found.append(name)
    found.sort()
    kept: list[MachineName] = []
    for name in found:
        if not kept or name.start >= kept[-1].end:
            kept.append(name)
    return kept


def at(text: str, start: int, end: int) -> MachineName | None:
    """The machine's name that the token `text[start:end]` is, or None."""
    while start < end and text[start] in _OPENING:
        start += 1
    name = tokens.read(text[start:end])
    if name is not None and not _certain(name, text[start:end]) and persons.announced(text[max(0, start - 64) : start]):
        name = tokens.read(text[start:end], announced=True)
    return name.moved(start) if name is not None else None


# These say by their head whose they are, whatever comes before them.
_CERTAIN = frozenset(
    ("arn", "host", "store", "image", "azure", "google", "logs", "group", "principal", "cidr", "address")
)


def _certain(name: MachineName, token: str) -> bool:
    return name.kind in _CERTAIN or (name.kind == "resource" and pieces.resource(token.rstrip(".,;:!?")))


_OPENING = "'\"*_~=-"


def whole(value: str) -> MachineName | None:
    """The machine's name that `value` is and nothing besides, or None."""
    if len(value) > tokens.LONGEST or len(value) < _SHORTEST:
        return None
    if any(char in value for char in " \t\r\n"):
        found = running.find(value)
        return found[0] if len(found) == 1 and found[0].start == 0 and found[0].end == len(value) else None
    name = tokens.read(value)
    return name if name is not None and name.end == len(value) else running.whole(value)
