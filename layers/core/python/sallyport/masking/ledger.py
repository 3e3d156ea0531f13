"""Which marker stands for which value, and what was found where, within one request."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from sallyport.masking.values import Finding

MARKER = re.compile(r"\[([A-Z][A-Z0-9_]{0,23})-([1-9]\d{0,6})\]")
_DIGITS = re.compile(r"\d+")
_PUNCTUATION = {code: None for code in range(128) if not chr(code).isalnum()}


def sameness(value: str) -> str:
    """The form under which two spellings count as one value: O'Brien, OBRIEN and o brien agree."""
    if value.isascii():
        folded = value.lower()
        return folded.translate(_PUNCTUATION) or folded
    folded = unicodedata.normalize("NFKD", value).casefold()
    return "".join(filter(str.isalnum, folded)) or folded


class Ledger:
    """Numbers values per category in order of appearance and counts findings.

    Markers that the input already holds keep their numbers to themselves: a caller who types `[MRN-1]` must not make
    a reviewer believe that it agrees with a value masked here.
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], str] = {}
        self._next: dict[str, int] = {}
        self._found: Counter[tuple[str, str, str]] = Counter()

    def reserve(self, text: str) -> None:
        """Keep the numbers of markers in `text` out of use."""
        for category, number in MARKER.findall(text):
            self._next[category] = max(self._next.get(category, 0), int(number))

    def marker(self, category: str, value: str) -> str:
        """`[CATEGORY-n]` for `value`, the same n for the same value."""
        key = (category, sameness(value))
        marker = self._numbers.get(key)
        if marker is None:
            if category in value:
                category = "VALUE"  # the marker of `G-SSN-12` would show a part of it
            number = self._next.get(category, 0) + 1
            # A number that the value itself holds would show a part of it: `December 1st` is never [DATE-1].
            if str(number) in value:
                spoken = set(_DIGITS.findall(value))
                while str(number) in spoken:
                    number += 1
            self._next[category] = number
            marker = self._numbers[key] = f"[{category}-{number}]"
        return marker

    def has(self, category: str, value: str) -> bool:
        """Whether `value` has a marker already."""
        return (category, sameness(value)) in self._numbers

    def found(self, path: str, category: str, detector: str) -> None:
        self._found[path, category, detector] += 1

    def findings(self) -> tuple[Finding, ...]:
        return tuple(Finding(*key, count) for key, count in self._found.items())
