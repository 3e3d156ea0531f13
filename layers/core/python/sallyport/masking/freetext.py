"""Identifiers in free text: the detectors, run over the plain reading, settled and led back to the original."""

from __future__ import annotations

from sallyport.masking.detect import addresses, contact, dates, ids, names
from sallyport.masking.plain import plain
from sallyport.masking.spans import Span, settle


def find(text: str) -> list[Span]:
    """Identifiers in `text`, in order, without overlaps."""
    reading = plain(text)
    spans = [span for detector in (contact, dates, ids, addresses, names) for span in detector.find(reading.text)]
    if reading.starts is None:
        return settle(spans)
    return settle(Span(*reading.back(span.start, span.end), span.category, span.detector) for span in spans)
