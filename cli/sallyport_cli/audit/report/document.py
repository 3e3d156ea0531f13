"""The report as one HTML file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sallyport_cli.audit.findings import Report
from sallyport_cli.audit.history import Event, History
from sallyport_cli.audit.report.controls import frameworks
from sallyport_cli.audit.report.figures import Figures
from sallyport_cli.audit.report.files import SHEETS
from sallyport_cli.audit.report.gather import Gathered
from sallyport_cli.audit.report.kept import EXAMPLES, Example, Kept
from sallyport_cli.audit.report.summary import Outcome, summary_of
from sallyport_cli.audit.report.topics import EXCEPTIONS, REFUSALS, TOPICS
from sallyport_cli.audit.sentences import sentence
from sallyport_cli.pages.charts import Column, bars, columns, histogram, quantile
from sallyport_cli.pages.render import environment

NAME = "report.html"
_TEMPLATES = Path(__file__).with_name("templates")
# The first page says that the export was tampered with, but does not list every place.
_FINDINGS_SHOWN = 10
# A request has some dozens of events at most; the deployment's own record may have any number.
_EVENTS_SHOWN = 200
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,150}")
_EDGES = (
    (60, "under 1 minute"),
    (300, "1 to 5 minutes"),
    (900, "5 to 15 minutes"),
    (3_600, "15 to 60 minutes"),
    (14_400, "1 to 4 hours"),
    (86_400, "4 to 24 hours"),
    (1 << 62, "a day or more"),
)


@dataclass(frozen=True, slots=True)
class Record:
    """What the appendix says about one chain: its events, or the newest of them, and how many are left out.

    `number` is what the report calls it where it is cited: event 4 of record 12 is 12.4.
    """

    number: int
    history: History
    anchor: str
    title: str
    outcome: str
    events: list[Line]
    left_out: int


@dataclass(frozen=True, slots=True)
class Line:
    """One event in the appendix."""

    event: Event
    anchor: str
    words: str
    in_period: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report is about, beside what was gathered."""

    gathered: Gathered
    verdict: Report
    made_at: datetime
    compared: str | None

    @property
    def figures(self) -> Figures:
        return self.gathered.figures


def write(folder: Path, subject: Subject) -> Path:
    """Write the report beside its CSV files. Returns where it is."""
    path = folder / NAME
    template = environment(_TEMPLATES).get_template(NAME)
    with path.open("w", encoding="utf-8") as out:
        out.writelines(template.generate(_facts(subject)))
    return path


def _facts(subject: Subject) -> dict[str, Any]:
    figures, verdict = subject.figures, subject.verdict
    kept = subject.gathered.kept
    histories = kept.histories()
    return {
        "clean": not verdict.findings,
        "verdict": verdict,
        "findings": verdict.findings[:_FINDINGS_SHOWN],
        "found": len(verdict.findings) + int(verdict.facts["more_findings"]),
        "listed": len(verdict.findings),
        "compared": subject.compared,
        "made_at": subject.made_at,
        "figures": figures,
        "period": figures.period,
        "export_ends_early": _ends_early(subject),
        "topics": TOPICS,
        "refusal_topics": REFUSALS,
        "frameworks": frameworks(),
        "examples": _examples(histories, kept),
        "most_examples": EXAMPLES,
        "sheets": SHEETS,
        "told": sum(history.is_request for history in histories),
        "records": _records(histories, kept, figures),
        **_charts(figures),
    }


def _ends_early(subject: Subject) -> bool:
    taken = subject.verdict.facts.get("export_time")
    return taken is None or datetime.fromisoformat(taken) < subject.figures.period.ends


def _charts(figures: Figures) -> dict[str, Any]:
    outcomes = {outcome.value: figures.outcomes[outcome] for outcome in Outcome if figures.outcomes[outcome]}
    return {
        "by_action": bars(figures.actions),
        "by_agent": bars(figures.agents),
        "by_outcome": bars(outcomes),
        "by_person": bars(figures.deciders),
        "by_code": bars(figures.codes),
        "by_time": histogram(figures.seconds, _EDGES),
        "decided": figures.seconds.total(),
        "median": quantile(figures.seconds, 0.5),
        "slow": quantile(figures.seconds, 0.95),
        "slowest": max(figures.seconds, default=None),
        "over_time": {name: _over_time(figures, name) for name in (*EXCEPTIONS, "refusals")},
    }


def _over_time(figures: Figures, name: str) -> list[Column]:
    return columns(figures.days[name], figures.period.first, figures.period.last)


def _examples(histories: list[History], kept: Kept) -> dict[str, list[dict[str, str]]]:
    """For each topic, where its events are described, in the order of the appendix."""
    numbers = {history.chain: number for number, history in enumerate(histories, 1)}
    found = {
        topic: sorted((numbers[e.history.chain], e.event.seq, _event_anchor(e)) for e in kept.examples(topic))
        for topic in TOPICS
    }
    return {
        topic: [{"href": anchor, "words": f"{number}.{seq}"} for number, seq, anchor in places]
        for topic, places in found.items()
    }


def _anchor(chain: str) -> str:
    """A request's id where it can be one; whatever else a record is called, its hash."""
    return chain if _PLAIN.fullmatch(chain) else hashlib.sha256(chain.encode("utf-8", "replace")).hexdigest()[:24]


def _event_anchor(place: Example) -> str:
    return f"{_anchor(place.history.chain)}-{place.event.seq}"


def _records(histories: list[History], kept: Kept, figures: Figures) -> Iterator[Record]:
    linked = {(e.history.chain, e.event.seq) for topic in TOPICS for e in kept.examples(topic)}
    for number, history in enumerate(histories, 1):
        late = set(range(len(history.events))[-_EVENTS_SHOWN:])
        shown = [e for i, e in enumerate(history.events) if i in late or (history.chain, e.seq) in linked]
        summary = summary_of(history) if history.is_request else None
        yield Record(
            number,
            history,
            _anchor(history.chain),
            f"{summary.agent}: {summary.action}" if summary else _kind(history),
            summary.outcome.value if summary else "",
            [Line(e, _event_anchor(Example(history, e)), sentence(e), figures.period.has(e.at)) for e in shown],
            len(history.events) - len(shown),
        )


def _kind(history: History) -> str:
    return "The deployment’s own record" if history.chain == "deployment" else "Refusals that belong to no request"
