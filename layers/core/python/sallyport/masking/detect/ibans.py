"""International bank account numbers (ISO 13616)."""

from __future__ import annotations

import re

from sallyport.masking.detect import sparing
from sallyport.masking.detect.detector import Basis, Detector
from sallyport.masking.spans import Span

IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")


def at(text: str, token: str, start: int) -> Span | None:
    """The account number that begins with `token` at `start`."""
    if not (token[2:4].isdigit() and token[0].isupper() and token[:2].isalpha()):
        return None
    match = IBAN.match(text, start)
    return Span(start, match.end(), "IBAN", NUMBER) if match is not None else None


DETECTOR = Detector(
    name="iban",
    says="An IBAN.",
    categories=("IBAN",),
    basis=Basis.FORMAT,
    rank=8,
    allowable=False,
    scopes=True,
    labels=True,
    cell=False,
    sparing=sparing.FORM,
    find=None,
)
NUMBER = DETECTOR.rule("number", "A country, two check digits and groups of four.")
