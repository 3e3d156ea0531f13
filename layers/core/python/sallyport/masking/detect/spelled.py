"""Digits and letters that stand apart, and digits spelled as words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking.detect import numbers, sparing
from sallyport.masking.detect.detector import Basis, Detector
from sallyport.masking.detect.numbers import within
from sallyport.masking.detect.reading import Reading
from sallyport.masking.lexicon import topic
from sallyport.masking.lexicon.patterns import alternatives
from sallyport.masking.spans import Span

_DIGITS = alternatives(topic("identifiers.digits"))
_SPELLED = re.compile(
    rf"\b(?:(?:{_DIGITS}|{alternatives(topic('identifiers.between_digits'))})\b[\s,.-]{{1,3}}){{6,40}}(?:{_DIGITS})\b",
    re.IGNORECASE,
)
_SPACED = re.compile(r"\d(?<![\w.]\d)(?:(?: ?[ .,\-_/|*] ?)\d){6,40}(?![\w])")
_SPACED_LETTERS = re.compile(r"(?<![\w'])[A-Za-z](?:[ .\-_]{1,2}[A-Za-z]){4,40}(?![\w'])")


_LETTER_APART = re.compile(r"[ .\-_][A-Za-z][ .\-_]{1,2}[A-Za-z][ .\-_]{1,2}[A-Za-z](?!\w)")
_SPELLED_HINTS = ("three", "seven", "five")


def find(reading: Reading) -> Iterator[Span]:
    """Numbers and names in the text that are spelled character by character."""
    text = reading.text
    for group in reading.groups if reading.may & numbers.SPACED else ():
        if group.may & numbers.SPACED:
            for match in within(_SPACED, text, group):
                yield Span(match.start(), match.end(), "ID", DIGITS)
    if _LETTER_APART.search(text):
        for match in _SPACED_LETTERS.finditer(text):
            yield Span(match.start(), match.end(), "NAME", LETTERS)
    if any(word in reading.small for word in _SPELLED_HINTS):
        for match in _SPELLED.finditer(text):
            yield Span(match.start(), match.end(), "ID", IN_WORDS)


DETECTOR = Detector(
    name="spelled",
    says="Digits or letters that stand apart, or digits as words.",
    categories=("ID", "NAME"),
    basis=Basis.LOOK,
    rank=20,
    allowable=False,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.FORM._replace(running=True),
    find=find,
)
DIGITS = DETECTOR.rule("digits", "Seven single digits or more with a mark between each two.")
LETTERS = DETECTOR.rule("letters", "Five single letters or more with a mark between each two.")
IN_WORDS = DETECTOR.rule("words", "Seven digits or more spelled as words.")
