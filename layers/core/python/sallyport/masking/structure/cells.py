"""The cells of a table that is written as text, whatever the format: CSV or SQL."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from sallyport.masking.detect import known
from sallyport.masking.detect.declared import IN_TABLE
from sallyport.masking.spans import Span
from sallyport.masking.structure import judging
from sallyport.masking.structure.fields import Field

type Finder = Callable[[str], list[Span]]

_MEASURE = re.compile(r"-?\d{1,4}(?:\.\d{1,4})?")  # a cell without a field's name that is too short to identify


class Cells:
    """Reads the cells of one table by their columns, and finds the names of one cell in the prose of another."""

    def __init__(self, find: Finder) -> None:
        self._find = find
        self._names: set[str] = set()
        self._prose: list[tuple[str, int]] = []
        self._looked: dict[str, list[Span]] = {}

    def read(self, value: str, at: int, field: Field | None) -> Iterator[Span]:
        """What identifies in the cell `value`, which stands at `at` in a column of `field`."""
        said = judging.READ if field is None else judging.decide(field, value)
        if said == judging.KEEP:
            return
        if said not in (judging.READ, judging.READ_AS_MACHINES):
            yield from self._whole(value, at, said)
            return
        spans = self._look(value, at)
        for span in judging.machines_own(value, spans) if said == judging.READ_AS_MACHINES else spans:
            yield span._replace(start=span.start + at, end=span.end + at)

    def unnamed(self, column: Iterable[tuple[str, int]]) -> Iterator[Span]:
        """What identifies in the cells of a column without a name: where most of them are an identifier, all are."""
        looked = [(value, at, self._look(value, at)) for value, at in column if value.strip()]
        whole = Counter(
            spans[0].category
            for value, _, spans in looked
            if len(spans) == 1 and spans[0].end - spans[0].start == len(value.strip())
        )
        category, count = whole.most_common(1)[0] if whole else ("", 0)
        for value, at, spans in looked:
            if count and count * 2 >= len(looked):
                yield from self._whole(value, at, category)
            else:
                for span in spans:
                    yield span._replace(start=span.start + at, end=span.end + at)

    def mentions(self) -> Iterator[Span]:
        """Where prose speaks of somebody whose name is in a cell; to be asked last."""
        for value, at in self._prose if self._names else ():
            for span in known.find(value, self._names):
                yield span._replace(start=span.start + at, end=span.end + at)

    def _whole(self, value: str, at: int, category: str) -> Iterator[Span]:
        if inner := value.strip():
            start = at + value.index(inner)
            if category == "NAME":
                self._names.update(known.learn(inner))
            yield Span(start, start + len(inner), category, IN_TABLE)

    def _look(self, value: str, at: int) -> list[Span]:
        """What the detectors find in `value`. Columns repeat themselves, so each value is read once."""
        if len(value) < 2 or _MEASURE.fullmatch(value):
            return []
        if " " in value:
            self._prose.append((value, at))
        spans = self._looked.get(value)
        if spans is None:
            spans = self._looked[value] = self._find(value)
        return spans
