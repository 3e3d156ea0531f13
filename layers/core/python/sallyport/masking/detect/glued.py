"""A given and a family name joined by a dot, a dash or nothing."""

from __future__ import annotations

from collections.abc import Iterator

from sallyport.masking import machines
from sallyport.masking.detect import sparing
from sallyport.masking.detect.detector import Basis, Detector
from sallyport.masking.detect.reading import Reading
from sallyport.masking.spans import Span


def find(reading: Reading) -> Iterator[Span]:
    """Names of people in one piece in the text."""
    for start, end in machines.glued_names(reading.text):
        yield Span(start, end, "NAME", PAIR)


DETECTOR = Detector(
    name="glued",
    says="A given and a family name in one piece, as accounts and hosts are named.",
    categories=("NAME",),
    basis=Basis.LOOK,
    rank=20,
    allowable=False,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.NEVER,
    find=find,
)
PAIR = DETECTOR.rule("pair", "A given and a family name joined by a dot, a dash or nothing.")
