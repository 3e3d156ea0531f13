"""Which marker stands for which value, and what was found where, within one request."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Set as AbstractSet

from sallyport.masking.detect.detector import Rule
from sallyport.masking.values import Finding

# Where a value stands: the place of its container and its step there, a key or an index. Written out only for findings.
# The outermost step, of the document itself, is not shown.
type Place = tuple[Place | None, str | int]

MARKER = re.compile(r"\[([A-Z][A-Z0-9_]{0,23})-([1-9]\d{0,6})\]")
_MARKER_BYTES = re.compile(MARKER.pattern.encode())
_DIGITS = re.compile(r"\d+")
_SMALL = bytes(ord(chr(code).lower()) if code < 128 else code for code in range(256))
_PUNCTUATION = bytes(code for code in range(128) if not chr(code).isalnum())
_SHORT = 100  # characters; longer values are taken apart once, shorter ones asked for each number
_NOTHING: frozenset[str] = frozenset()


def numbers(text: str) -> set[str]:
    """The numbers that stand in `text`."""
    return set(_DIGITS.findall(text))


def _stands_in(number: str, value: str) -> bool:
    """Whether `number` is one of the numbers in `value`, and not only a part of one."""
    at = value.find(number)
    while at >= 0:
        end = at + len(number)
        if not (value[at - 1 : at].isdigit() or value[end : end + 1].isdigit()):
            return True
        at = value.find(number, at + 1)
    return False


def sameness(value: str) -> str | bytes:
    """The form under which two spellings count as one value: O'Brien, OBRIEN and o brien agree."""
    if value.isascii():
        return value.encode().translate(_SMALL, _PUNCTUATION) or value.encode()
    spelled = unicodedata.normalize("NFKD", value).casefold()
    plain = "".join(filter(str.isalnum, spelled)) or spelled
    return plain.encode() if plain.isascii() else plain


def path(place: Place) -> str:
    """`$.a.b[0]` for a place."""
    steps: list[str] = []
    above, step = place
    while above is not None:
        steps.append(f"[{step}]" if type(step) is int else f".{step}")
        above, step = above
    return "$" + "".join(reversed(steps))


class Ledger:
    """Numbers values per category in order of appearance and counts findings.

    Markers that the input already holds keep their numbers to themselves: a caller who types `[MRN-1]` must not make
    a reviewer believe that it agrees with a value masked here.
    """

    def __init__(self) -> None:
        self._spelled: dict[tuple[str, str], str] = {}
        self._numbers: dict[tuple[str, str | bytes], str] = {}
        self._next: dict[str, int] = {}
        self._found: list[tuple[Place, str, Rule]] = []

    def reserve(self, encoded: bytes) -> None:
        """Keep the numbers of markers in an encoded document out of use; its strings are UTF-8 in it."""
        for category, number in _MARKER_BYTES.findall(encoded):
            name = category.decode()
            self._next[name] = max(self._next.get(name, 0), int(number))

    def marker(self, category: str, value: str, avoided: AbstractSet[str] = _NOTHING) -> str:
        """`[CATEGORY-n]` for `value`, the same n for the same value.

        `avoided` are the numbers hidden in the row of a table that the value is in: a new n is none of them.
        """
        marker = self._spelled.get((category, value))
        if marker is None:
            key = (category, sameness(value))
            marker = self._numbers.get(key)
            if marker is None:
                marker = self._numbers[key] = self._new(category, value, avoided)
            self._spelled[category, value] = marker
        return marker

    def _new(self, category: str, value: str, avoided: AbstractSet[str]) -> str:
        if avoided and category in value:
            category = "VALUE"  # in a row the column says what it is, and [SSN-1] would show a part of `SSN-12`
        number = self._next.get(category, 0) + 1
        # A number that the value itself holds would show a part of it: `December 1st` is never [DATE-1].
        if len(value) > _SHORT:
            avoided = avoided | numbers(value)
        while (written := str(number)) in avoided or (written in value and _stands_in(written, value)):
            number += 1
        self._next[category] = number
        return f"[{category}-{number}]"

    def has(self, category: str, value: str) -> bool:
        """Whether `value` has a marker already."""
        return (category, sameness(value)) in self._numbers

    def found(self, place: Place, category: str, rule: Rule, value: str, start: int, shown: str) -> None:  # noqa: ARG002 - for who explains
        """Count one masked span: `value`, from `start` in its string, is `shown` instead. Neither text is kept."""
        self._found.append((place, category, rule))

    def findings(self) -> tuple[Finding, ...]:
        """What was found where, in order of appearance."""
        counted = Counter((path(place), category, rule.detector.name) for place, category, rule in self._found)
        return tuple(Finding(*key, count) for key, count in counted.items())
