"""The numbers of a report, gathered chain by chain."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from sallyport_cli.audit.codes import why
from sallyport_cli.audit.history import Event, History
from sallyport_cli.audit.report.period import Period
from sallyport_cli.audit.report.summary import Summary
from sallyport_cli.audit.report.topics import EXCEPTIONS, REFUSALS, UNKEPT, refused_code

# A deployment has some hundreds of agents and people. A forged export may have any number of names.
_MOST_NAMES = 10_000
OTHERS = "all others"


@dataclass(slots=True)
class Figures:
    """Requests count where they were made in the period, everything else where it happened in the period."""

    period: Period
    topics: Counter[str] = field(default_factory=Counter)
    days: dict[str, Counter[date]] = field(
        default_factory=lambda: {name: Counter() for name in (*EXCEPTIONS, "refusals")}
    )
    actions: Counter[str] = field(default_factory=Counter)
    agents: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    deciders: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    # Whole seconds from a request to the decision about it.
    seconds: Counter[int] = field(default_factory=Counter)
    unreviewed: int = 0
    # Some refusals are recorded as "more of the same": then the number is a lower bound.
    at_least: set[str] = field(default_factory=set)
    requests: int = 0
    events: int = 0
    unreadable: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None

    @property
    def refusals(self) -> int:
        return sum(self.topics[name] for name in REFUSALS)

    def saw(self, history: History) -> None:
        """Every chain of the export, whenever it was."""
        first, last = history.events[0].at, history.events[-1].at
        self.oldest = min(first, self.oldest or first)
        self.newest = max(last, self.newest or last)

    def take(self, told: list[tuple[Event, tuple[str, ...]]], before: int) -> None:
        """Events of one chain in the period. `before`: what a chain of counted refusals had come to by then."""
        for event, topics in told:
            count = event.details.get("count")
            weight, before = (max(0, count - before), count) if isinstance(count, int) else (1, before)
            self.events += 1
            for topic in topics:
                self._add(event, topic, weight)

    def _add(self, event: Event, topic: str, weight: int) -> None:
        self.topics[topic] += weight
        day = event.at.date()
        if topic in self.days:
            self.days[topic][day] += weight
        if topic in ("approvals", "denials"):
            _tally(self.deciders, event.actor)
        if topic in REFUSALS:
            self.days["refusals"][day] += weight
            _tally(self.codes, why(refused_code(event)), weight)
            if event.details.get("code") == UNKEPT:
                self.at_least.add(topic)

    def request(self, summary: Summary) -> None:
        """A request with an event in the period."""
        self.requests += 1
        if self.period.has(summary.at):
            _tally(self.actions, summary.action)
            _tally(self.agents, summary.agent)
            self.outcomes[summary.outcome] += 1
        if summary.settled is not None and summary.seconds is not None and self.period.has(summary.settled.at):
            self.seconds[max(0, int(summary.seconds))] += 1
        if summary.emergency is not None and self.period.has(summary.emergency.at):
            self.unreviewed += summary.review is None


def _tally(counter: Counter[str], name: str, weight: int = 1) -> None:
    counter[name if name in counter or len(counter) < _MOST_NAMES else OTHERS] += weight
