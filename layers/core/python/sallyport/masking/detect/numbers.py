"""Where the digits of a text are and how they are written, found once for all detectors of numbers.

A group is a run of digits with what stands between the digits of one number: `(202) 555-0101`, `28/07/2023`. Its shape,
the digits all turned to 9, says which detectors are worth a try; shapes are few, so a request works each out once.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

IPV4, DATE, COMPACT, SLASHED, HIGH, SSN, CARD, PHONE, TRUNK, LOOSE, LOCAL, SPACED, FREE = (
    1 << bit for bit in range(13)
)

_GROUP = re.compile(r"\d[\d\-./ ():+,_|*]*")  # a bracket or a plus before it belongs to it
_NINES = str.maketrans("0123456789", "9999999999")
# What a shape must hold for a detector's pattern to match somewhere in it. Wider than the patterns, never narrower.
_SHAPES = (
    (IPV4, re.compile(r"9{1,3}(?:\.9{1,3}){3}")),
    (DATE, re.compile(r"9{4}[-/.]9{1,2}[-/.]9|9([-/.])9{1,2}\1 ?99")),
    (COMPACT, re.compile(r"9{8}")),
    (SLASHED, re.compile(r"(?<![9/.-])9{1,2}[/-]9{1,2}(?![9/.-])")),
    (HIGH, re.compile(r"(?<![9.-])9{2,3}(?!9|[./]9)")),
    (SSN, re.compile(r"999([- .])99\1 ?9{4}")),
    (CARD, re.compile(r"9{12}|9{4}[ -]9{4}[ -]9{4}|9{4}[ -]?9{6}[ -]?9{5}")),
    (PHONE, re.compile(r"999\)?[ .-]?999[ .-]?9999|999/999-9999|\+[9 ().-]{7}|\(\+?9{1,4}\) ?99")),
    (TRUNK, re.compile(r"9{2,5}[ -]9{2,4}[ -]99")),
    (LOOSE, re.compile(r"(?:9[().\-/ ]*){7}")),
    (LOCAL, re.compile(r"9{3}[-.]9{4}")),
    (SPACED, re.compile(r"9(?: ?[ .,\-_/|*] ?9){6}")),
    (FREE, re.compile(r"(?<![9.,/_])9{1,6}(?![9/_]|[.,:]9)")),
)
# Dates and SSNs have as many digits as telephone numbers; they are found as what they are.
_NOT_LOOSE = re.compile(r"\W*(?:9{1,2}([-/.])9{1,2}\1(?:99|9999)|9{4}([-/.])9{1,2}\2 ?9{1,2}|999-99-9999)\W*")
_BEYOND = 60  # characters after a group that a pattern may still take: a time of day, an extension
_LONGEST_SHAPE = 64
_ALL = (1 << len(_SHAPES)) - 1


class Group(NamedTuple):
    """`text[start:end]` is a group; `may` has the bit of every detector that is worth a try in it."""

    start: int
    end: int
    may: int


class Shapes(dict[str, int]):
    """What each shape of digits in one request allows."""

    def __missing__(self, shape: str) -> int:
        may = _usual().get(shape)
        if may is None:
            may = _may(shape)
        self[shape] = may
        return may


def groups(text: str, shapes: Shapes) -> list[Group]:
    """The groups of digits in `text`, in order."""
    found = []
    for match in _GROUP.finditer(text):
        start, end = match.span()
        while start and text[start - 1] in "(+":
            start -= 1
        found.append(Group(start, end, shapes[text[start:end].translate(_NINES).rstrip(_TAIL)]))
    return found


def within(pattern: re.Pattern[str], text: str, group: Group) -> list[re.Match[str]]:
    """Matches of `pattern`, which begin with a digit, a bracket or a plus, that begin in the group."""
    end = group.end
    match = pattern.search(text, group.start, end + _BEYOND)
    found = []
    while match is not None and match.start() < end:
        found.append(match)
        if match.end() >= end:
            break
        match = pattern.search(text, match.end(), end + _BEYOND)
    return found


def _may(shape: str) -> int:
    if len(shape) > _LONGEST_SHAPE or not shape.isascii():
        return _ALL
    may = 0
    for bit, pattern in _SHAPES:
        if pattern.search(shape):
            may |= bit
    if _NOT_LOOSE.fullmatch(shape):
        may &= ~LOOSE
    return may


_TAIL = " .,:()*|"  # what may stand after a group and says nothing of it
_USUAL = (
    "9 99 999 9999 99999 999999 9999999 99999999 999999999 9.9 99.9 9.99 99:99 9/9 9/99 99/9 99/99 999/99 9/ 99/ 999/"
    " 9- 99- 999- 99/99/99 99/99/9999 9/9/9999 9/99/9999 9999-99-99 99-99-9999 999-9999 999-99-9999 999-999-9999"
    " 99999-99 99999-999"
)


@cache
def _usual() -> dict[str, int]:
    """What the shapes that nearly every text has allow."""
    return {shape: _may(shape) for shape in _USUAL.split()}
