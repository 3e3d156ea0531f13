"""Ages over 89 (45 CFR 164.514(b)(2)(i)(C)); younger ones stay."""

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

_AGE_BEFORE = re.compile(r"[a-z\u00e2]+|\d")
_AGE_WORDS = topic("dates.age_cues")
_YEARS = topic("dates.years")
_AGE_AFTER = re.compile(
    rf"[ -]?(?:(?:{alternatives(_YEARS | topic('dates.years_before_old'))})?"
    r"[ -]?(?:old|of age|y/?o\b|yo[mf]?\b|yr\b|j\u00e4hrig)"
    r"|(?-i:[MF])\b(?![/'.-]\w)"
    rf"|(?:{alternatives(_YEARS)})\b(?! (?:{alternatives(topic('dates.no_age'))})))",
    re.IGNORECASE,
)
_QUANTITY = re.compile(r"[./%-]\d|%| ?(?:mg|mm|bpm|kg|lb|cm|mcg|ml)", re.IGNORECASE)
_HIGH = re.compile(r"[91](?<![\w.-][91])(?:(?<=9)\d|(?<=1)[0-3]\d)(?!\d|[./]\d)")


def find(reading: Reading) -> Iterator[Span]:
    """Ages over 89 in the text."""
    text = reading.text
    high = [group for group in reading.groups if group.may & numbers.HIGH] if reading.may & numbers.HIGH else []
    aged = bool(high) and any(word in reading.small for word in _AGE_WORDS)
    for group in high:
        for near in within(_HIGH, text, group):
            if _AGE_AFTER.match(text, near.end()):
                yield Span(near.start(), near.end(), "AGE", COUNTED)
            elif aged and _after_age(text, near.start()) and not _QUANTITY.match(text, near.end()):
                yield Span(near.start(), near.end(), "AGE", ANNOUNCED)


def _after_age(text: str, at: int) -> bool:
    """Whether a word for age comes before, with few words and no other number between."""
    for steps, word in enumerate(reversed(_AGE_BEFORE.findall(text[max(0, at - 40) : at].lower()))):
        if word in _AGE_WORDS:
            return True
        if word.isdigit() or steps > 6:
            break
    return False


DETECTOR = Detector(
    name="age",
    says="An age over 89.",
    categories=("AGE",),
    basis=Basis.CUE,
    rank=20,
    allowable=False,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.WORD,
    find=find,
)
COUNTED = DETECTOR.rule("counted", "Before years, years old, y/o or a sex.")
ANNOUNCED = DETECTOR.rule("announced", "After a word for age, with few words between.")
