"""A text as the detectors read it: what several of them ask for, found once."""

from __future__ import annotations

import re
from functools import cached_property

from sallyport.masking.detect import chains, numbers
from sallyport.masking.detect.chains import Entry, Word
from sallyport.masking.detect.numbers import Group

_SMALL_WORD = re.compile(r"[a-z]{3,}")


class Reading:
    """One text and what is in it. Each part is found when it is first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def small(self) -> str:
        """The text in small letters; as it is where that would move its letters."""
        small = self.text.lower()
        return small if len(small) == len(self.text) else self.text

    @cached_property
    def words(self) -> frozenset[str]:
        """Runs of three or more small letters a to z, whole words and ends of capitalised ones."""
        return frozenset(_SMALL_WORD.findall(self.text))

    @cached_property
    def groups(self) -> list[Group]:
        """The groups of digits, in order."""
        return numbers.groups(self.text)

    @cached_property
    def capitals(self) -> list[tuple[Word, Entry]]:
        """The capitalised words that are no parts of code, in order."""
        return chains.capitals(self.text)
