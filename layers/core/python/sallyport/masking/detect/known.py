"""Names that are in fields, found again in the prose next to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from sallyport.masking import words
from sallyport.masking.detect import sparing
from sallyport.masking.detect.detector import Basis, Detector
from sallyport.masking.spans import Span

_FEW = 12  # up to here, looking for each name costs less than taking the text apart
_WORD = re.compile(r"[^\W_]+")


def learn(name: str) -> Iterator[str]:
    """The folded words of a name in a field that mean nobody else in prose: no everyday or medical words."""
    for word in _WORD.findall(name):
        if len(word) >= 3:
            folded = words.fold(word)
            if not words.lexicon().get(folded, 0) & (words.FREQUENT | words.MEDICAL) and folded not in words.things():
                yield folded


def known_in(text: str, names: AbstractSet[str]) -> AbstractSet[str]:
    """Which of `names` are words of `text`."""
    return names & set(map(words.fold, _WORD.findall(text))) if names else names


def find(text: str, names: AbstractSet[str]) -> list[Span]:
    """Every word of `text` that is one of `names`."""
    if len(names) <= _FEW and text.isascii():
        small = text.lower()
        if not any(name in small for name in names):
            return []
    if not (hits := known_in(text, names)):
        return []
    return [Span(*match.span(), "NAME", NAMED) for match in _WORD.finditer(text) if words.fold(match.group()) in hits]


DETECTOR = Detector(
    name="known",
    says="A word that a field of the same request gave as somebody's name.",
    categories=("NAME",),
    basis=Basis.CONTEXT,
    rank=20,
    allowable=True,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.NEVER,
    find=None,
)
NAMED = DETECTOR.rule("named", "The same word is in a field for a name.")
