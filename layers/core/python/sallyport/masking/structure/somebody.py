"""Whether a name that could be anybody's or anything's is a person's."""

from __future__ import annotations

import re

from sallyport.masking import words
from sallyport.masking.structure.fields import Field
from sallyport.masking.structure.holding import holds

_WORD = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_PERSONS_SHAPE = Field("NAME", "check")


def may_be_a_name(value: str) -> bool:
    """Whether `value` is written as names are."""
    return holds(_PERSONS_SHAPE, value)


def _flags(value: str) -> list[int]:
    return [words.lexicon().get(words.fold(word), 0) for word in _WORD.findall(value)]


def is_full_name(value: str) -> bool:
    """Whether a value is a given and a family name and nothing else: what no machine is called by chance."""
    flags = _flags(value)
    if not 2 <= len(flags) <= 4 or any(map(str.isdigit, value)) or not all(flag & words.NAME for flag in flags):
        return False
    given = any(flag & words.GIVEN_STRONG and not flag & (words.FREQUENT | words.PLACE_STRONG) for flag in flags)
    return given and sum(bool(flag & words.STRONG_NAME) for flag in flags) >= 2


def is_somebody(value: str, *, lower: bool) -> bool:
    """Whether a name that could be anybody's or anything's is a person's: nothing but everyday words is a thing's."""
    if value.islower():
        flags = _flags(value)
        return lower and any(flag & words.STRONG_NAME and not flag & (words.FREQUENT | words.MEDICAL) for flag in flags)
    if not may_be_a_name(value):
        return False
    found = _WORD.findall(value)
    if all(_ordinary(word) or _is_compound(word) for word in found):
        return False
    # `Nightly backup`: only the first word has a capital, and what follows is in the dictionary.
    rest = found[1:]
    sentence = rest and all(word.islower() and words.lexicon().get(word, 0) & words.ORDINARY for word in rest)
    return not sentence or bool(words.lexicon().get(words.fold(found[0]), 0) & words.STRONG_NAME)


def _is_compound(word: str) -> bool:
    """Whether a word is put together as programs do it: `serviceLongArnFormat`, `AccountingOU`."""
    humps = _HUMP.findall(word)
    return len(humps) > 1 and (word[0].islower() or all(_in_compounds(hump) for hump in humps))


def _in_compounds(hump: str) -> bool:
    folded = words.fold(hump)
    flags = words.lexicon().get(folded, 0)
    return hump.isupper() or folded in words.things() or bool(flags & words.ORDINARY and not flags & words.STRONG_NAME)


def _ordinary(word: str) -> bool:
    folded = words.fold(word)
    if folded in words.things():
        return True
    flags = words.lexicon().get(folded, 0)
    return bool(flags & (words.FREQUENT | words.MEDICAL)) and not flags & words.STRONG_NAME
