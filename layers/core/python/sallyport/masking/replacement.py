"""Puts markers where something was found, and remembers the names that fields gave away."""

from __future__ import annotations

import itertools
import re
from collections.abc import Set as AbstractSet

from sallyport.masking import freetext, mentions, policy
from sallyport.masking.budget import Budget
from sallyport.masking.ledger import MARKER, Ledger, Place, numbers
from sallyport.masking.plain import scrub_surrogates
from sallyport.masking.spans import Span, settle
from sallyport.masking.structure import narrative
from sallyport.masking.values import MaskingRules

_CELLS = frozenset(("field", "hl7"))
_ROW = 3  # cells; fewer are a sentence with a label in it
_LINE_END = re.compile(r"[\r\n]")


class Replacement:
    """One request's markers. Every method that takes a place counts what it masked there."""

    def __init__(self, rules: MaskingRules, budget: Budget) -> None:
        self.rules = rules
        self.budget = budget
        self.ledger = Ledger()
        self.known: set[str] = set()
        self._extended = bool(rules.patterns or rules.terms or rules.medical_codes == "mask")

    def whole(self, value: str, place: Place, category: str, detector: str) -> str:
        """The marker for a whole value; markers stay as they are, and so does everything when no category is given."""
        if not category or (value[:1] == "[" and MARKER.fullmatch(value)):
            return value
        if category == "NAME":
            self.known.update(mentions.learn(value))
        elif category == "ID" and " " in value and value.replace(" ", "").isalpha():
            category = "NAME"
        self.ledger.found(place, category, detector)
        return self.ledger.marker(category, value)

    def text(self, text: str, place: Place) -> str:
        """`text` with what the detectors, the known names and the policy find in it replaced."""
        self.budget.check()
        text = scrub_surrogates(text)
        spans = freetext.find(narrative.without_tags(text) if narrative.is_narrative(text) else text)
        if hits := mentions.find(text, self.known):
            spans = settle([*spans, *hits])
        if self.rules.allow:
            spans = [span for span in spans if not policy.allowed(text, span, self.rules)]
        if self._extended:
            spans = settle([*spans, *policy.find(text, self.rules)])
        return self.spans(text, place, spans) if spans else text

    def names(self, text: str, place: Place) -> str:
        """`text` with the known names in it replaced and nothing else."""
        spans = mentions.find(text, self.known)
        return self.spans(text, place, spans) if spans else text

    def spans(self, text: str, place: Place, spans: list[Span]) -> str:
        """`text` with `spans` replaced, markers that it already holds left alone."""
        kept = [match.span() for match in MARKER.finditer(text)] if "[" in text else []
        if kept:
            spans = [s for s in spans if not any(start < s.end and s.start < stop for start, stop in kept)]
        out, end, line_end = [], 0, -1
        hidden: AbstractSet[str] = frozenset()
        for i, span in enumerate(spans):
            if span.start >= line_end and len(spans) > 1:
                line_end = match.start() if (match := _LINE_END.search(text, span.start)) else len(text)
                hidden = _numbers_hidden(text, spans, i, line_end)
            out += [text[end : span.start], self._marked(text[span.start : span.end], span.category, hidden)]
            end = span.end
            self.ledger.found(place, span.category, span.detector)
        return "".join(out) + text[end:]

    def _marked(self, value: str, category: str, hidden: AbstractSet[str]) -> str:
        """The marker of `value`; a full name whose parts stand in fields gets their markers, so that they agree."""
        ledger = self.ledger
        if category == "NAME" and " " in value and self.known and not ledger.has("NAME", value):
            parts = value.split(" ")
            if all(ledger.has("NAME", part) for part in parts):
                return " ".join(ledger.marker("NAME", part) for part in parts)
        return ledger.marker(category, value, hidden)


def _numbers_hidden(text: str, spans: list[Span], first: int, line_end: int) -> AbstractSet[str]:
    """The numbers hidden in a row of a table that ends at `line_end`, so that none of its markers repeats one: where
    cell stands beside cell, the number of a marker must not pass for a part of its neighbour."""
    row = list(itertools.takewhile(lambda span: span.start < line_end, itertools.islice(spans, first, None)))
    if sum(span.detector in _CELLS for span in row) < _ROW:
        return frozenset()
    return frozenset().union(*(numbers(text[span.start : span.end]) for span in row))
