"""Numbers as long as a payment card's; the check digit names the category, it frees nothing."""

from __future__ import annotations

import re

from sallyport.masking.detect import numbers, sparing
from sallyport.masking.detect.checksums import luhn
from sallyport.masking.detect.detector import Basis, Detector
from sallyport.masking.spans import Span
from sallyport.masking.structure import shapes

CARD = re.compile(
    r"\d(?<![\w.-]\d)(?:\d{3}([ -]?)\d{4}\1\d{4}\1\d{1,7}|\d{3}[ -]?\d{6}[ -]?\d{5}|\d{11,18}"
    r"|\d{3}([ -])\d{4}\2\d{4})(?![\w-]|\.\d)"
)


def at(text: str, start: int, may: int) -> Span | None:
    """The card number that begins at `start`, where a group of digits `may` be one."""
    match = CARD.match(text, start) if may & numbers.CARD else None
    if match is None:
        return None
    digits = "".join(filter(str.isdigit, match.group()))
    if not 12 <= len(digits) <= 19:
        return None
    return Span(start, match.end(), "CARD" if _may_be_card(match.group()) and luhn(digits) else "ID", NUMBER)


def _may_be_card(piece: str) -> bool:
    """Whether it is not three groups of four, as no card and many national numbers are written."""
    return len(piece) != 14 or piece.isdigit()


def _counted(text: str, span: Span) -> bool:
    found = text[span.start : span.end]
    return shapes.is_account(found) or shapes.is_counted(found)


DETECTOR = Detector(
    name="card",
    says="A number as long as a card's; its check digit names the category.",
    categories=("CARD", "ID"),
    basis=Basis.FORMAT,
    rank=7,
    allowable=False,
    scopes=True,
    labels=True,
    cell=False,
    sparing=sparing.FORM._replace(running=True, digits=True, look_alike=_counted),
    find=None,
)
NUMBER = DETECTOR.rule("number", "Twelve to nineteen digits, alone or in a card's groups.")
