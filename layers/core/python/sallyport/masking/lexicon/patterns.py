"""Pieces of patterns that are made of lists of words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable


def alternatives(words: Iterable[str]) -> str:
    """`a|b|c`, longer ones first, without a bracket around them."""
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))


def beginnings(words: Iterable[str]) -> str:
    """What matches where one of `words`, of three letters or more, may begin, in either case, and not inside of a word.

    The pattern begins with a set of characters, for which `re` scans fast.
    """
    following: defaultdict[str, set[str]] = defaultdict(set)
    for word in words:
        following[word[0]].add(word[1:3])
    first = "".join(f"{letter}{letter.upper()}" for letter in sorted(following))
    rest = "|".join(
        f"(?<=[{letter}{letter.upper()}])(?:{'|'.join(map(_either_case, sorted(two)))})"
        for letter, two in sorted(following.items())
    )
    return rf"[{first}](?<![^\W_].)(?:{rest})"


def _either_case(letters: str) -> str:
    return "".join(f"[{letter}{letter.upper()}]" for letter in letters)
