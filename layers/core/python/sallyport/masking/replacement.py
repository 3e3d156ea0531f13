"""Puts markers where something was found, and remembers the names that fields gave away."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from sallyport.masking import freetext, people, policy
from sallyport.masking.budget import Budget
from sallyport.masking.detect import known
from sallyport.masking.detect.detector import Rule
from sallyport.masking.ledger import MARKER, Ledger, Place, numbers
from sallyport.masking.memory import Memory
from sallyport.masking.plain import scrub_surrogates
from sallyport.masking.spans import Span, settle
from sallyport.masking.structure import judging, narrative
from sallyport.masking.structure.meanings import SHOWN, Masked
from sallyport.masking.values import MaskingRules

_SHORT = 60  # characters
_ROW = 3  # cells; fewer are a sentence with a label in it
_LINE_END = re.compile(r"[\r\n]")


class Replacement:
    """One request's markers. Every method that takes a place counts what it masked there."""

    def __init__(self, rules: MaskingRules, budget: Budget, ledger: Ledger) -> None:
        self.rules = rules
        self.budget = budget
        self.ledger = ledger
        self.known: set[str] = set()
        self.people = people.People()
        self.memory = Memory()
        self._read: dict[str, list[Span]] = {}
        self.masked = SHOWN
        if "mask" in (rules.instants, rules.public_addresses):
            self.masked = Masked(rules.instants == "mask", rules.public_addresses == "mask")
        self._extended = bool(rules.patterns or rules.terms or rules.medical_codes == "mask")

    def whole(self, value: str, place: Place, category: str, rule: Rule, person: str = "") -> str:
        """The marker for a whole value; markers stay as they are, and so does everything when no category is given.

        `person` is who bears the name, if that is known.
        """
        if not category or (value[:1] == "[" and MARKER.fullmatch(value)):
            return value
        written = value
        if category == "NAME":
            self.known.update(known.learn(value))
            value = person or self.people.same(value)
        elif category == "ID" and " " in value and value.replace(" ", "").isalpha():
            category = "NAME"
        shown = self.ledger.marker(category, value)
        self.ledger.found(place, category, rule, written, 0, shown)
        return shown

    def learn(self, name: str) -> None:
        """Take note of a name that is in a field."""
        self.known.update(known.learn(name))
        self.people.written(name)

    def text(self, text: str, place: Place) -> str:
        """`text` with what the detectors, the known names and the policy find in it replaced."""
        text = scrub_surrogates(text)
        return self.spans(text, place, self.read(text))

    def read(self, text: str, *, machines: bool = False) -> list[Span]:
        """What the detectors, the known names and the policy find in `text`.

        Where the field says that it is `machines`, only what is somebody's all the same.
        """
        self.budget.check()
        spans = self._find(text)
        if machines:
            spans = judging.machines_own(text, spans)
        if hits := known.find(text, self.known):
            spans = settle([*spans, *hits])
        if self.rules.allow:
            spans = [span for span in spans if not policy.allowed(text, span, self.rules)]
        if self._extended:
            spans = settle([*spans, *policy.find(text, self.rules)])
        spans = [part for span in spans for part in people.apart(text, span)]
        for span in spans:
            if span.category == "NAME":
                self.people.written(text[span.start : span.end])
        return spans

    def _find(self, text: str) -> list[Span]:
        """What the detectors find; short texts are remembered, for the columns of a table repeat themselves."""
        if len(text) > _SHORT:
            text = narrative.without_tags(text) if narrative.is_narrative(text) else text
            return freetext.find(text, self.masked, self.memory)
        spans = self._read.get(text)
        if spans is None:
            spans = self._read[text] = freetext.find(text, self.masked, self.memory)
        return spans

    def names(self, text: str, place: Place) -> str:
        """`text` with the known names in it replaced and nothing else."""
        spans = known.find(text, self.known)
        return self.spans(text, place, spans) if spans else text

    def spans(self, text: str, place: Place, spans: list[Span]) -> str:
        """`text` with `spans` replaced, markers that it already holds left alone."""
        if not spans:
            return text
        if len(spans) > 1:
            spans = self._joined(text, spans)
        if "[" in text:
            spans = _beside_markers(text, spans)
        out, end, line_end = [], 0, -1
        hidden: AbstractSet[str] = frozenset()
        for i, span in enumerate(spans):
            if span.start >= line_end and len(spans) > 1:
                line_end = match.start() if (match := _LINE_END.search(text, span.start)) else len(text)
                hidden = _numbers_hidden(text, spans, i, line_end)
            value = text[span.start : span.end]
            shown = self._marked(value, span.category, hidden)
            out += [text[end : span.start], shown]
            end = span.end
            self.ledger.found(place, span.category, span.rule, value, span.start, shown)
        return "".join(out) + text[end:]

    def _joined(self, text: str, spans: list[Span]) -> list[Span]:
        """`spans` with the two halves of a known person's name in one piece: `ABERNATHY, QUILLON`."""
        joined = spans[:1]
        for span in spans[1:]:
            last = joined[-1]
            beside = span.category == last.category == "NAME" and text[last.end : span.start] in (" ", ", ")
            if beside and not span.detector.cell and self.people.knows(text[last.start : span.end]):
                joined[-1] = last._replace(end=span.end)
            else:
                joined.append(span)
        return joined

    def _marked(self, value: str, category: str, hidden: AbstractSet[str]) -> str:
        """The marker of `value`; a full name whose parts are in fields gets their markers, so that they agree."""
        ledger = self.ledger
        if category == "NAME":
            value = self.people.same(value)
        if category == "NAME" and " " in value and self.known and not ledger.has("NAME", value):
            parts = value.split(" ")
            if all(ledger.has("NAME", part) for part in parts):
                return " ".join(ledger.marker("NAME", part) for part in parts)
        return ledger.marker(category, value, hidden)


def _beside_markers(text: str, spans: list[Span]) -> list[Span]:
    """`spans`, which are in order, cut where they meet a marker of `text`: who types one hides nothing next to it."""
    markers = [match.span() for match in MARKER.finditer(text)]
    kept, at = [], 0
    for span in spans:
        while at < len(markers) and markers[at][1] <= span.start:
            at += 1
        start, next_marker = span.start, at
        while next_marker < len(markers) and markers[next_marker][0] < span.end:
            first, last = markers[next_marker]
            if any(map(str.isalnum, text[start:first])):
                kept.append(span._replace(start=start, end=first))
            start, next_marker = last, next_marker + 1
        if start == span.start or any(map(str.isalnum, text[start : span.end])):
            kept.append(span._replace(start=start))
    return kept


def _numbers_hidden(text: str, spans: list[Span], first: int, line_end: int) -> AbstractSet[str]:
    """The numbers hidden in a row of a table that ends at `line_end`, so that none of its markers repeats one: where
    cell is next to cell, the number of a marker must not pass for a part of its neighbour."""
    last = first
    while last < len(spans) and spans[last].start < line_end:
        last += 1
    row = spans[first:last]
    if sum(span.detector.cell for span in row) < _ROW:
        return frozenset()
    return frozenset().union(*(numbers(text[span.start : span.end]) for span in row))
