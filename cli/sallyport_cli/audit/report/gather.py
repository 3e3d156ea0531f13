"""One pass over an export: figures, CSV rows, and the requests that are told in full."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sallyport_cli.audit.history import Event, History, histories_in
from sallyport_cli.audit.report.figures import Figures
from sallyport_cli.audit.report.files import Files, Row, rows_of
from sallyport_cli.audit.report.kept import Kept
from sallyport_cli.audit.report.period import Period
from sallyport_cli.audit.report.summary import Summary, summary_of
from sallyport_cli.audit.report.topics import topics_of
from sallyport_cli.audit.sentences import sentence

# What reading a forged event can raise: members are missing, have the wrong type, or cannot be written.
_MALFORMED = (KeyError, ValueError, TypeError, AttributeError, OverflowError)


type Told = list[tuple[Event, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """The result of reading the export once."""

    figures: Figures
    kept: Kept


def gather(folder: Path, period: Period, files: Files, requests: int) -> Gathered:
    """Read the export once. Records that cannot be read are counted and left out; `verify` names them."""
    found = Gathered(Figures(period), Kept(requests))
    for history in histories_in(folder):
        try:
            prepared = _prepared(history, period)
        except _MALFORMED:
            found.figures.unreadable += 1
            continue
        _take(found, files, prepared)
    return found


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A record that could be read whole: from here on nothing in it fails. `before`: refusals counted earlier."""

    history: History
    told: Told
    summary: Summary | None
    rows: list[Row]
    before: int


def _prepared(history: History, period: Period) -> _Prepared:
    for event in history.events:
        # Each is told in full where its record is kept, in the period or not.
        sentence(event)
    told = [(event, topics_of(event)) for event in history.events if period.has(event.at)]
    summary = summary_of(history) if history.is_request and told else None
    counts = [event.details.get("count", 0) for event in history.events if event.at < period.begins]
    return _Prepared(history, told, summary, rows_of(history, told, summary), int(max(counts, default=0)))


def _take(found: Gathered, files: Files, prepared: _Prepared) -> None:
    if not prepared.history.events:
        return
    found.figures.saw(prepared.history)
    if not prepared.told:
        return
    files.add(prepared.rows)
    found.figures.take(prepared.told, prepared.before)
    found.kept.take(prepared.history, prepared.told)
    if prepared.summary is not None:
        found.figures.request(prepared.summary)
