"""Identifiers in a string: what its format says, or what the detectors find in running text."""

from __future__ import annotations

from sallyport.masking.detect import addresses, contact, dates, ids, names
from sallyport.masking.plain import plain
from sallyport.masking.spans import Span, settle
from sallyport.masking.structure import hl7


def find(text: str) -> list[Span]:
    """Identifiers in `text`, in order, without overlaps."""
    if "MSH" in text and hl7.looks_like(text):
        return settle(hl7.find(text, prose))
    return prose(text)


def prose(text: str) -> list[Span]:
    """Identifiers in running text."""
    reading = plain(text)
    spans = [span for detector in (contact, dates, ids, addresses, names) for span in detector.find(reading.text)]
    if reading.starts is None:
        return settle(spans)
    return settle(Span(*reading.back(span.start, span.end), span.category, span.detector) for span in spans)
