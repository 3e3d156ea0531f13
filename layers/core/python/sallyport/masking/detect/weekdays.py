"""Days of the week."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking.detect import sparing
from sallyport.masking.detect.detector import Basis, Detector
from sallyport.masking.detect.reading import Reading
from sallyport.masking.spans import Span

WEEKDAY = re.compile(
    r"\b(?:(?:last|next|this|on|since|every|by|until|before|after)\s+)?(?:mon|tues|wednes|thurs|fri|satur|sun)day\b(?:\s+(?:morning|afternoon|evening|night))?",
    re.IGNORECASE,
)
_ENDS = ("nday", "sday", "rday", "iday")  # how their names end


def find(reading: Reading) -> Iterator[Span]:
    """Days of the week in the text."""
    if "day" in reading.small and any(end in reading.small for end in _ENDS):
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
