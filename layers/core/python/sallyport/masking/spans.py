"""Spans of a text that are identifiers, and how overlapping ones are settled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sallyport.masking.detect.detector import Detector, Rule


class Span(NamedTuple):
    """`text[start:end]` is an identifier of `category`, because of `rule`."""

    start: int
    end: int
    category: str
    rule: Rule

    @property
    def detector(self) -> Detector:
        return self.rule.detector


def settle(spans: Iterable[Span]) -> list[Span]:
    """`spans` in order and without overlaps: what any of them covers stays covered, the longest names the category."""
    kept: list[Span] = []
    for span in sorted(spans):
        if kept and span.start < kept[-1].end:
            last = kept[-1]
            shorter = span.end - span.start - (last.end - last.start)
            rank = span.rule.detector.rank - last.rule.detector.rank
            longest = (
                last
                if last.category == "SECRET" or ((shorter, -rank) <= (0, 0) and span.category != "SECRET")
                else span
            )
            kept[-1] = Span(last.start, max(last.end, span.end), longest.category, longest.rule)
        else:
            kept.append(span)
    return kept
