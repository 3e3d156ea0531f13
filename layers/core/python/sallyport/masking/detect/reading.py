"""A text as the detectors read it: what several of them ask for, found once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sallyport.masking.detect import numbers
from sallyport.masking.detect.names.words import capitals

if TYPE_CHECKING:
    from sallyport.masking.detect.detector import Detector
    from sallyport.masking.memory import Memory
    from sallyport.masking.spans import Span

_SMALL_WORD = re.compile(r"[a-z]{3,}")


class Reading:
    """One text and what is in it.

    `small` is the text in lowercase (or unchanged, if that would move its letters), `words` the runs of three or more
    lowercase letters a to z, that is, whole words and ends of capitalised ones; `groups` are the groups of digits and
    `capitals` the capitalised words that are not part of code, in order; `may` has the bits of all groups,
    `memory` is the request's.
    """

    __slots__ = ("_found", "capitals", "groups", "may", "memory", "small", "text", "words")

    def __init__(self, text: str, memory: Memory) -> None:
        small = text.lower()
        self.text = text
        self.memory = memory
        self.small = small if len(small) == len(text) else text
        self.words = frozenset(_SMALL_WORD.findall(text))
        self.groups = numbers.groups(text, memory.shapes)
        self.may = 0
        for group in self.groups:
            self.may |= group[3]
        self.capitals = capitals(text, memory.entries)
        self._found: dict[Detector, Sequence[Span]] = {}

    def found(self, detector: Detector) -> Sequence[Span]:
        """What `detector` finds in the text, looked for once, whoever asks first."""
        spans = self._found.get(detector)
        if spans is None:
            spans = self._found[detector] = tuple(detector.find(self)) if detector.find is not None else ()
        return spans
