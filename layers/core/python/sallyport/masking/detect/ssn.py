"""US social security numbers."""

from __future__ import annotations

import re

from sallyport.masking.detect import numbers, sparing
from sallyport.masking.detect.detector import Basis, Detector
from sallyport.masking.spans import Span

SSN = re.compile(r"\d(?<![\w-]\d)\d\d([- .])\d\d\1\d{4}(?![\w-])")


def at(text: str, start: int, may: int) -> Span | None:
    """The social security number that begins at `start`, where a group of digits `may` be one."""
    match = SSN.match(text, start) if may & numbers.SSN else None
    return Span(start, match.end(), "SSN", NUMBER) if match is not None else None


DETECTOR = Detector(
    name="ssn",
    says="A US social security number.",
    categories=("SSN",),
    basis=Basis.FORMAT,
    rank=6,
    allowable=False,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.FORM,
    find=None,
)
NUMBER = DETECTOR.rule("number", "Three, two and four digits, the same mark between them.")
