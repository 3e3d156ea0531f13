"""Pieces of patterns that are made of lists of words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter


def alternatives(words: Iterable[str]) -> str:
    """What matches one of `words`, the longest that it can, without a bracket around it: `jan|m(?:arch|ar)`.

    Words with one first letter stand together, so that `re` compares that letter once, half of the time for long lists.
    """
    listed = sorted(words, key=lambda word: (word[0], -len(word), word))
    return "|".join(_with_first(first, [word[1:] for word in same]) for first, same in groupby(listed, itemgetter(0)))


def _with_first(letter: str, rests: list[str]) -> str:
    rest = "|".join(map(re.escape, rests))
    return re.escape(letter) + (rest if len(rests) == 1 else f"(?:{rest})")


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
