"""Days of the week."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking.detect import sparing
from sallyport.masking.detect.detector import Basis, Detector
from sallyport.masking.detect.reading import Reading
from sallyport.masking.lexicon import topic
from sallyport.masking.lexicon.patterns import alternatives
from sallyport.masking.spans import Span

_NAMES = topic("dates.weekdays")
WEEKDAY = re.compile(
    rf"\b(?:(?:{alternatives(topic('dates.before_weekdays'))})\s+)?(?:{alternatives(_NAMES)})\b"
    rf"(?:\s+(?:{alternatives(topic('dates.parts_of_day'))}))?",
    re.IGNORECASE,
)
_ENDS = {name[-4:] for name in _NAMES}  # there are fewer of them than of names


def find(reading: Reading) -> Iterator[Span]:
    """Days of the week in the text."""
    if any(map(reading.small.__contains__, _ENDS)):
        for match in WEEKDAY.finditer(reading.text):
            yield Span(match.start(), match.end(), "DATE", NAMED)


DETECTOR = Detector(
    name="weekday",
    says="A day of the week, which tells a day to whoever knows the week.",
    categories=("DATE",),
    basis=Basis.LOOK,
    rank=20,
    allowable=True,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.WORD._replace(look_alike=sparing.always),
    find=find,
)
NAMED = DETECTOR.rule("named", "The name of a day of the week.")
