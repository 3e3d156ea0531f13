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
# What a shape must hold for a detector's pattern to match somewhere in it, and the fewest digits with which it can.
# Wider than the patterns, never narrower.
_SHAPES = (
    (IPV4, 4, re.compile(r"9{1,3}(?:\.9{1,3}){3}")),
    (DATE, 4, re.compile(r"9{4}[-/.]9{1,2}[-/.]9|9([-/.])9{1,2}\1 ?99")),
    (COMPACT, 8, re.compile(r"9{8}")),
    (SLASHED, 2, re.compile(r"(?<![9/.-])9{1,2}[/-]9{1,2}(?![9/.-])")),
    (HIGH, 2, re.compile(r"(?<![9.-])9{2,3}(?!9|[./]9)")),
    (SSN, 9, re.compile(r"999([- .])99\1 ?9{4}")),
    (CARD, 12, re.compile(r"9{12}|9{4}[ -]9{4}[ -]9{4}|9{4}[ -]?9{6}[ -]?9{5}")),
    (PHONE, 1, re.compile(r"999\)?[ .-]?999[ .-]?9999|999/999-9999|\+[9 ().-]{7}|\(\+?9{1,4}\) ?99")),
    (TRUNK, 6, re.compile(r"9{2,5}[ -]9{2,4}[ -]99")),
    (LOOSE, 7, re.compile(r"(?:9[().\-/ ]*){7}")),
    (LOCAL, 7, re.compile(r"9{3}[-.]9{4}")),
    (SPACED, 7, re.compile(r"9(?: ?[ .,\-_/|*] ?9){6}")),
    (FREE, 1, re.compile(r"(?<![9.,/_])9{1,6}(?![9/_]|[.,:]9)")),
)
# Dates and SSNs have as many digits as telephone numbers; they are found as what they are.
_NOT_LOOSE = re.compile(r"\W*(?:9{1,2}([-/.])9{1,2}\1(?:99|9999)|9{4}([-/.])9{1,2}\2 ?9{1,2}|999-99-9999)\W*")
_BEYOND = 60  # characters after a group that a pattern may still take: a time of day, an extension
_LONGEST_SHAPE = 64
_ALL = (1 << len(_SHAPES)) - 1


class Group(NamedTuple):
    """`text[start:end]` is a group, and no number begins in it from `last` on; `may` has the bit of every detector
    that is worth a try in it."""

    start: int
    end: int
    last: int
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
        shape = text[start:end].translate(_NINES).rstrip(_TAIL)
        found.append(Group(start, end, start + len(shape), shapes[shape]))
    return found


def within(pattern: re.Pattern[str], text: str, group: Group) -> list[re.Match[str]]:
    """Matches of `pattern`, which begin with a digit, a bracket or a plus, that begin in the group."""
    start, end, last, _ = group
    match = pattern.search(text, start, end + _BEYOND)
    found = []
    while match is not None and match.start() < last:
        found.append(match)
        if match.end() >= last:
            break
        match = pattern.search(text, match.end(), end + _BEYOND)
    return found


def _may(shape: str) -> int:
    if len(shape) > _LONGEST_SHAPE or not shape.isascii():
        return _ALL
    may = 0
    digits = shape.count("9")
    for bit, fewest, pattern in _SHAPES:
        if digits >= fewest and pattern.search(shape):
            may |= bit
    if may & LOOSE and _NOT_LOOSE.fullmatch(shape):
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
