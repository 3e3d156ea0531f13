"""Compare an export with CloudTrail: what was done with each credential, and what was done without one.

The calls that matter are kept in a file while CloudTrail's records stream by, so memory grows only with the number of
requests.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sallyport_cli.audit.cloudtrail import Unreadable, calls_of, logs_in
from sallyport_cli.audit.findings import CannotTell, Report
from sallyport_cli.audit.grants import Grants, Group, Guarded, Judged
from sallyport_cli.audit.history import histories_in
from sallyport_cli.audit.verify import Against, verify

LEAVES_OPEN = (
    "that the records are all of CloudTrail's and unaltered (`aws cloudtrail validate-logs` shows it)",
    "calls on objects and items for which no trail had data events, nor calls in accounts and regions without records",
    "that a resource is the one that was approved: the evidence contains no parameters, but the approved view does",
)
_TOLD = "at, grant_time, service, call, resource, outcome, error, signs, caller, region, key, source_identity"
# AWS may deliver a record twice.
_MADE = f"CREATE TABLE calls (id TEXT PRIMARY KEY, accuses INTEGER, grouped, request, {_TOLD}) WITHOUT ROWID"
_PUT = f"INSERT OR IGNORE INTO calls VALUES ({', '.join('?' * 16)})"  # noqa: S608  # question marks alone
_ORDER = "ORDER BY at, id"


@dataclass(slots=True)
class Seen:
    """What CloudTrail's records were."""

    files: int = 0
    records: int = 0
    data_events: int = 0
    first: datetime | None = None
    last: datetime | None = None
    unreadable: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        times = {"first": stamp(self.first), "last": stamp(self.last)}
        counts = {"files": self.files, "records": self.records, "data_events": self.data_events}
        return {**counts, **times, "unreadable": self.unreadable}


@dataclass(frozen=True, slots=True)
class Correlation:
    """The whole answer. Calls are in a file: they are read one after the other, in order of time."""

    report: Report
    grants: Grants
    guarded: Guarded
    seen: Seen
    calls: sqlite3.Connection

    def of_request(self, request: str) -> Iterator[Mapping[str, Any]]:
        yield from self._select("grouped = ? AND request = ?", Group.REQUEST, request)

    def in_group(self, group: Group) -> Iterator[Mapping[str, Any]]:
        yield from self._select("grouped = ?", group)

    def _select(self, condition: str, *values: str) -> Iterator[Mapping[str, Any]]:
        self.calls.row_factory = sqlite3.Row
        for row in self.calls.execute(f"SELECT * FROM calls WHERE {condition} {_ORDER}", values):  # noqa: S608  # constants above
            told = {name: row[name] for name in _TOLD.split(", ")}
            yield {**told, "event_id": row["id"], "signs": json.loads(row["signs"])}

    def count(self, group: Group) -> int:
        return int(self.calls.execute("SELECT count(*) FROM calls WHERE grouped = ?", (group,)).fetchone()[0])

    @property
    def accusing(self) -> int:
        return int(self.calls.execute("SELECT count(*) FROM calls WHERE accuses").fetchone()[0])

    @property
    def doubts(self) -> list[str]:
        """Why "nothing was bypassed" cannot be said."""
        seen, found = self.seen, []
        if self.report.findings:
            found.append(
                f"the export does not verify: {len(self.report.findings):,} findings of `sallyport audit verify`"
            )
        found += [f"{words}" for words in seen.unreadable]
        if not seen.records:
            found.append("there are no records of CloudTrail")
        if not self.guarded.resources:
            found.append("nothing was named as guarded (--guarded), so no bypass could be looked for")
        elif self.guarded.needs_data_events and not seen.data_events:
            found.append(
                "objects or items are guarded, but the records have no data events, so calls on them are not seen"
            )
        return found

    @property
    def verdict(self) -> str:
        return "bypassed" if self.accusing else "cannot_tell" if self.doubts else "clean"

    @property
    def exit_code(self) -> int:
        return {"clean": 0, "bypassed": 1, "cannot_tell": 2}[self.verdict]


@contextmanager
def correlated(
    folder: Path, records: Sequence[Path], guarded: Guarded, against: Against | None = None
) -> Iterator[Correlation]:
    """Verifies the export, then reads the records. Raises CannotTell."""
    logs = [log for path in records for log in _logs(path)]
    report = verify(folder, against)
    time = report.facts["export_time"]
    grants = Grants(datetime.fromisoformat(time) if time else None)
    try:
        grants.add(histories_in(folder))
    except (KeyError, ValueError, TypeError):
        raise CannotTell(
            "the export has a redeemed grant without the facts that every grant has; see `sallyport audit verify`"
        ) from None
    with (
        tempfile.TemporaryDirectory(prefix="sallyport-correlate-") as temporary,
        closing(sqlite3.connect(Path(temporary) / "calls")) as calls,
    ):
        calls.execute(_MADE)
        seen = Seen(files=len(logs))
        for log in logs:
            _read(log, seen, grants, guarded, calls)
        calls.execute("CREATE INDEX by_request ON calls (grouped, request, at, id)")
        yield Correlation(report, grants, guarded, seen, calls)


def _logs(path: Path) -> list[Path]:
    if not path.exists():
        raise CannotTell(f"{path} is not there")
    return logs_in(path)


def _read(log: Path, seen: Seen, grants: Grants, guarded: Guarded, calls: sqlite3.Connection) -> None:
    try:
        for call in calls_of(log):
            seen.records += 1
            seen.data_events += call.is_data
            seen.first = min(seen.first or call.at, call.at)
            seen.last = max(seen.last or call.at, call.at)
            if (judged := grants.judge(call, guarded)) is not None:
                calls.execute(_PUT, _row(judged))
    except Unreadable as error:
        seen.unreadable.append(str(error))


def _row(judged: Judged) -> tuple[Any, ...]:
    call = judged.call
    return (
        call.id,
        judged.accuses,
        judged.group,
        judged.request,
        stamp(call.at),
        judged.when,
        call.service,
        call.name,
        " ".join(call.resources),
        "refused" if call.refused else "failed" if call.error else "done",
        call.error,
        json.dumps(judged.signs),
        call.caller,
        call.region,
        call.key,
        call.source_identity,
    )


def stamp(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None
