"""Spans of a text that are identifiers, and how overlapping ones are settled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Span(NamedTuple):
    """`text[start:end]` is an identifier of `category`, found by `detector`."""

    start: int
    end: int
    category: str
    detector: str


# Which detector names the category when two found the same stretch: what a cue says comes first, a mere look last.
_RANK = {
    name: rank
    for rank, name in enumerate(
        ("field", "policy", "secret", "cue", "email", "url", "ssn", "card", "iban", "ip", "date", "phone", "address")
    )
}


def settle(spans: Iterable[Span]) -> list[Span]:
    """`spans` in order and without overlaps: what any of them covers stays covered, the longest names the category."""
    kept: list[Span] = []
    for span in sorted(spans):
        if kept and span.start < kept[-1].end:
            last = kept[-1]
            shorter = span.end - span.start - (last.end - last.start)
            rank = _RANK.get(span.detector, 20) - _RANK.get(last.detector, 20)
            longest = (
                last
                if last.category == "SECRET" or ((shorter, -rank) <= (0, 0) and span.category != "SECRET")
                else span
            )
            kept[-1] = Span(last.start, max(last.end, span.end), longest.category, longest.detector)
        else:
            kept.append(span)
    return kept
