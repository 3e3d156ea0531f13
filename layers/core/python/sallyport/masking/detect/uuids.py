"""UUIDs, which stand for somebody as often as for a machine."""

from __future__ import annotations

import re

from sallyport.masking.detect import sparing
from sallyport.masking.detect.detector import Basis, Detector
from sallyport.masking.spans import Span

UUID = re.compile(r"\b[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\b")

_LENGTH = 36  # characters


def at(token: str, start: int) -> Span | None:
    """The UUID that `token`, at `start`, is."""
    return Span(start, start + _LENGTH, "ID", FORM) if len(token) == _LENGTH and UUID.fullmatch(token) else None


DETECTOR = Detector(
    name="uuid",
    says="A UUID.",
    categories=("ID",),
    basis=Basis.FORMAT,
    rank=20,
    allowable=False,
    scopes=True,
    labels=True,
    cell=False,
    sparing=sparing.FORM._replace(digits=True, look_alike=sparing.always),
    find=None,
)
FORM = DETECTOR.rule("form", "Thirty-two hexadecimal digits in its five groups.")
