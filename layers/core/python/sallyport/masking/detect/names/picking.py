# ruff: noqa: E501, FBT001 - decision lists are read from top to bottom, patterns alternative by alternative
"""Whether one capitalised word makes the words that it stands among the name of a person or a place."""

from __future__ import annotations

import re

from sallyport.masking import words
from sallyport.masking.detect import vocabulary as v
from sallyport.masking.detect.names import chains
from sallyport.masking.detect.names.chains import Word


def picks(
    text: str, chain: list[Word], i: int, starts_sentence: bool, strong_cue: bool, before: str, plain: bool
) -> bool:
    """Whether the word at `i` by itself makes its chain a name."""
    word = chain[i]
    kind = word.kind
    if kind == "I" and i and chain[i - 1].kind == "T" and text[word.end : word.end + 1] == ".":
        return True
    if kind in "BRTLIF":
        if (
            kind == "B"
            and i + 1 < len(chain)
            and chain[i + 1].kind in "NU"
            and not word.flags & (words.FREQUENT | words.MEDICAL)
            and not (starts_sentence and i == 0)
        ):
            return (
                word.folded not in v.BENIGN and text[word.end : chain[i + 1].start] == " " and not word.text.isupper()
            )
        announced = (strong_cue and i == 0) or (i > 0 and chain[i - 1].kind == "T")
        return announced and kind == "B" and not word.flags & words.FREQUENT and word.folded not in v.BENIGN
    if kind == "M":
        named = i + 1 < len(chain) and chain[i + 1].kind in "INU"
        return named and (not word.text.isascii() or bool(word.flags & words.GIVEN))
    if chains.is_eponym(text, word):
        return False
    if kind in "NPU":
        return True
    if kind == "X":
        neighbours = chain[max(0, i - 1) : i] + chain[i + 1 : i + 2]
        if word.flags & words.NAME and any(
            other.kind == "I" or (other.kind in "XN" and other.flags & words.NAME) for other in neighbours
        ):
            return True
        return (i == 0 and strong_cue) or (
            i == 0 and _AT.search(before) is not None and text[word.end : word.end + 1] != "-"
        )
    return (strong_cue and i == 0) or _everyday(text, chain, i, starts_sentence, plain)


def _everyday(text: str, chain: list[Word], i: int, starts_sentence: bool, plain: bool) -> bool:
    """The same of a word of kind A, a name that is an everyday word as well."""
    word = chain[i]
    initial_next = i + 1 < len(chain) and chain[i + 1].kind == "I"
    if initial_next and not (i == 0 and starts_sentence and not word.flags & words.GIVEN_STRONG):
        return True
    if i > 0 and chain[i - 1].kind in "NUIT":
        return True
    if i + 1 < len(chain) and chain[i + 1].kind in "NU" and word.flags & words.GIVEN:
        return True
    if i + 1 < len(chain) and word.flags & words.GIVEN_STRONG and _surname(chain[i + 1], starts_sentence and i == 0):
        return not (i == 0 and starts_sentence and len(chain) > 2)
    if i == 0 and starts_sentence:
        if len(chain) == 1 and word.flags & words.GIVEN and _SPEAKS.match(text, word.end) is not None:
            return True
        speaks = text[word.end : word.end + 1] == ":" and len(chain) == 1
        return bool(word.flags & words.GIVEN_STRONG and (speaks or not word.flags & words.FREQUENT))
    if i > 0 and i + 1 == len(chain) and text[chain[i - 1].end : word.start] in _OF and not word.text.isupper():
        return bool(word.flags & words.GIVEN_STRONG)  # the mother of Grace
    if i > 0 and plain:
        return bool(word.flags & words.GIVEN_STRONG and not word.flags & words.FREQUENT)
    if word.text.isupper():
        return False
    # Blood is a family name too, but who writes of Blood or Stone alone means the thing.
    return len(chain) == 1 and bool(word.flags & words.GIVEN or not word.flags & words.MEDICAL)


_AT = re.compile(r"\b(?:at|from)\s$")
_OF = (" of ", " for ")
_SPEAKS = re.compile(
    r" (?:says|said|reports|reported|states|stated|calls|called|asks|asked|wants|wanted|complains|complained|denies|denied|presents|presented|emailed|wrote|told"
    r"|needs|lives|works|underwent|visited|was (?:seen|admitted|born|diagnosed|discharged|referred))\b"
)


def _surname(word: Word, starts_sentence: bool) -> bool:
    """Whether a word behind a given name that is an everyday word as well is the family name: Mark White, Grace Obi."""
    if word.kind == "A":
        return bool(
            word.flags & words.SURNAME_STRONG or (word.flags & words.SURNAME and not word.flags & words.FREQUENT)
        )
    return bool(
        word.kind == "B" and word.flags & words.SURNAME_STRONG and not starts_sentence and not word.text.isupper()
    )
