"""Figures as charts: what the templates draw, with every number beside its bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_MOST_BARS = 12
# More columns than this cannot be told apart on paper.
_MOST_COLUMNS = 40


@dataclass(frozen=True, slots=True)
class Bar:
    """`share` is the bar's length in per cent of the longest."""

    label: str
    value: int
    share: float


@dataclass(frozen=True, slots=True)
class Column:
    """A period of days: its first, its last, and the amount."""

    first: date
    last: date
    value: int
    share: float

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def bars(counted: Mapping[str, int], *, keep_order: bool = False) -> list[Bar]:
    """The largest first; those too many to read are added up in a last bar."""
    found = list(counted.items()) if keep_order else sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    if not keep_order and len(found) > _MOST_BARS:
        rest = found[_MOST_BARS - 1 :]
        found = [*found[: _MOST_BARS - 1], (f"{len(rest):,} others", sum(value for _, value in rest))]
    most = max((value for _, value in found), default=0)
    return [Bar(label, value, _share(value, most)) for label, value in found]


def columns(counted: Mapping[date, int], first: date, last: date) -> list[Column]:
    """Days, or as many days together as it takes for the columns to be told apart."""
    days = (last - first).days + 1
    width = -(-days // _MOST_COLUMNS)
    values = [0] * -(-days // width)
    for day, value in counted.items():
        if first <= day <= last:
            values[(day - first).days // width] += value
    most = max(values)
    starts = [first + timedelta(days=index * width) for index in range(len(values))]
    ends = [min(last, start + timedelta(days=width - 1)) for start in starts]
    return [Column(*each, _share(each[2], most)) for each in zip(starts, ends, values, strict=True)]


def quantile(counted: Mapping[int, int], share: float) -> int | None:
    """The smallest value that at least `share` of all values do not exceed."""
    whole, seen = sum(counted.values()), 0
    for value in sorted(counted):
        seen += counted[value]
        if seen >= share * whole:
            return value
    return None


def histogram(counted: Mapping[int, int], edges: Sequence[tuple[int, str]]) -> list[Bar]:
    """Bars for values below each edge, in the order of the edges; the last bar takes the rest."""
    found = {label: 0 for _, label in edges}
    for value, count in counted.items():
        label = next((label for edge, label in edges if value < edge), edges[-1][1])
        found[label] += count
    return bars(found, keep_order=True)


def _share(value: int, most: int) -> float:
    return round(100 * value / most, 2) if most else 0.0
