"""How long `sallyport audit verify` takes beside gunzip and SHA-256 over the same bytes, and how much memory.

The baseline is the least that anybody who reads the evidence must do: one process unpacks each data file with Python's
gzip, a megabyte at a time, and feeds the result to one SHA-256 per file; with the log, one more SHA-256 over each of
its files. Ratios are of one run on one machine, the two measured in turn, medians of the rounds. Exit 1 over budget.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import Any

from sallyport.domain.canonical import JSON
from sallyport.domain.events import NO_EVENTS, SYSTEM, Actor, ActorKind, AuditEvent, Draft, EventType, Subject, link
from sallyport_cli.audit.verify import Against, verify
from tests.support.notary import Notary

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results" / "audit.json"
# The ratio is promised for exports of at least this many events, in the order in which a table is read; the memory for
# all.
RATIO, MEGABYTES, PROMISED = 5.0, 300.0, 1_000_000
_IN_A_FILE = 20_000
_AT = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
_POLICY = "a" * 64
_SIGNED = 4


@dataclass(frozen=True, slots=True)
class Case:
    """An export of so many events, with the log or alone. `shuffled`: its lines in any order."""

    events: int
    log: bool = False
    shuffled: bool = False

    def __str__(self) -> str:
        told = [f"{self.events:,}", *(["with the log"] if self.log else []), *(["shuffled"] if self.shuffled else [])]
        return ", ".join(told)

    @property
    def is_promised(self) -> bool:
        return self.events >= PROMISED and not self.shuffled


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--beside", type=int, nargs="*", default=[100_000], help="with the log, and shuffled")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    cases = [Case(count) for count in given.events]
    cases += [Case(count, log=True) for count in given.beside]
    cases += [Case(count, shuffled=True) for count in given.beside]
    print(f"{'events':>26}{'base s':>10}{'verify s':>10}{'ratio':>8}{'MB':>8}")
    rows: list[dict[str, Any]] = []
    budget = {"ratio": RATIO, "megabytes": MEGABYTES, "from_events": PROMISED}
    for case in cases:
        rows.append(measured(case, given.rounds))
        RESULTS.write_text(json.dumps({"budget": budget, "rows": rows}, indent=1) + "\n")
    return 1 if any(over(case, row) for case, row in zip(cases, rows, strict=True)) else 0


def over(case: Case, row: dict[str, Any]) -> bool:
    return bool(row["megabytes"] > MEGABYTES or (case.is_promised and row["ratio"] > RATIO))


def measured(case: Case, rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as temporary:
        export, worm = Path(temporary) / "export", Path(temporary) / "worm"
        written = write(export, case)
        against = notarized(worm, case) if case.log else None
        base, checked = [], []
        for _ in range(rounds):
            base.append(timed(lambda: read(export, worm)))
            checked.append(timed(lambda: clean(export, against, written)))
        megabytes = memory(export, against)
    whole, own = statistics.median(base), statistics.median(checked)
    print(f"{case!s:>26}{whole:>10.2f}{own:>10.2f}{own / whole:>8.2f}{megabytes:>8.0f}", flush=True)
    said = {"base": whole, "verify": own, "ratio": own / whole, "megabytes": megabytes}
    shape = {"events": written, "log": case.log, "shuffled": case.shuffled}
    return {**shape, **{name: round(value, 3) for name, value in said.items()}}


def read(export: Path, worm: Path) -> None:
    """What the base is."""
    for path in sorted(export.rglob("*.gz")):
        unpacked(path)
    for path in sorted(path for path in worm.rglob("*") if path.is_file()):
        hashlib.sha256(path.read_bytes()).hexdigest()


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def unpacked(path: Path) -> str:
    digest = hashlib.sha256()
    with gzip.open(path) as data:
        while chunk := data.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def clean(folder: Path, against: Against | None, events: int) -> None:
    report = verify(folder, against)
    if report.findings or report.facts["events"] != events:
        raise SystemExit(report.words())


def memory(folder: Path, against: Against | None) -> float:
    """The peak memory of the command and its processes together, in megabytes; shared memory counts once per
    process."""
    command = [sys.executable, "-m", "sallyport_cli", "audit", "verify", str(folder)]
    command += ["--worm", against.worm, "--key", str(against.key)] if against is not None else []
    path = os.pathsep.join(str(ROOT / part) for part in ("cli", "layers/core/python", "layers/policy/python"))
    most = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": path}) as running:
        while running.poll() is None:
            most = max(most, sum(resident(pid) for pid in family(running.pid)))
            time.sleep(0.05)
    return most / 1e6


def family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def notarized(folder: Path, case: Case) -> Against:
    """A log of the same events, with a few checkpoints."""
    notary = Notary(folder, index=False)
    entries = [event.body for event in events(case.events)]
    for start in range(0, len(entries), -(-len(entries) // _SIGNED)):
        notary.append(*entries[start : start - (-len(entries) // _SIGNED)])
        notary.sign()
    return Against(str(folder), notary.key_file(folder.parent / "key.pem"))


def write(folder: Path, case: Case) -> int:
    """An export of about as many events as the writer makes them: requests that were approved and redeemed."""
    home = folder / "AWSDynamoDB" / "01730000000000-00000000"
    (home / "data").mkdir(parents=True)
    (home / "_started").touch()
    lines: Iterator[str] = (line(event) for event in events(case.events))
    if case.shuffled:
        lines = iter(random.Random(1).sample(whole := list(lines), len(whole)))  # noqa: S311  # no secret
    entries, total = list[str](), 0
    for number, some in enumerate(batched(lines, _IN_A_FILE, strict=False)):
        entries.append(write_file(home, number, some))
        total += len(some)
    summary = json.dumps(
        {"itemCount": total, "exportTime": "2026-11-02T12:00:00.000Z", "outputFormat": "DYNAMODB_JSON"}
    )
    for name, text in (("manifest-summary", summary), ("manifest-files", "".join(entries))):
        (home / f"{name}.json").write_text(text)
        (home / f"{name}.checksum").write_text(md5(text.encode()))
    return total


def line(event: AuditEvent) -> str:
    stored = {"pk": f"REQ#{event.request_id}", "sk": f"{event.seq:010d}", "event": event.body}
    stored |= {"hash": event.hash, "prev_hash": event.prev_hash}
    return json.dumps({"Item": {name: {"S": value} for name, value in stored.items()}}) + "\n"


def write_file(home: Path, number: int, lines: Sequence[str]) -> str:
    data = gzip.compress("".join(lines).encode(), compresslevel=6)
    name = f"{number:08d}.json.gz"
    (home / "data" / name).write_bytes(data)
    entry = {"itemCount": len(lines), "md5Checksum": md5(data), "dataFileS3Key": f"AWSDynamoDB/{home.name}/data/{name}"}
    return json.dumps(entry) + "\n"


def md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


def events(count: int) -> Iterator[AuditEvent]:
    """About as many; the deployment's chain first."""
    noted = Draft(EventType.POLICY_CHANGED, SYSTEM, {"before": "none", "after": _POLICY})
    yield from link(Subject("deployment", "none", "", _POLICY), NO_EVENTS, [noted], _AT)[0]
    made, number = 1, 0
    while made < count:
        number += 1
        chain = request(number)
        made += len(chain)
        yield from chain


def request(number: int) -> tuple[AuditEvent, ...]:
    agent, person = Actor(ActorKind.AGENT, "export-bot", "api"), Actor(ActorKind.PERSON, "petra.approver", "slack")
    until = "2026-11-02T11:00:00.000Z"
    facts: dict[str, JSON] = {
        "verdict": "approval",
        "delivery": "credential",
        "owner": "olive.owner",
        "operators": ["sam.operator"],
    }
    facts |= {
        "may_act_for": ["quinn.approver"],
        "risk": "high",
        "duration_seconds": 900,
        "expires_at": until,
        "quorum": 1,
    }
    submitted = Draft(EventType.REQUEST_SUBMITTED, agent, facts)
    rest = [
        Draft(EventType.REQUEST_MASKED, SYSTEM, {"findings": 2, "categories": ["MRN", "NAME"]}),
        Draft(EventType.APPROVAL_REQUESTED, SYSTEM, {"rung": 0, "groups": ["data-approvers"]}),
        Draft(EventType.DECISION_RECORDED, person, {"decision": "approve", "comment": "Quarterly report, as agreed"}),
        Draft(EventType.REQUEST_APPROVED, person, {"approvers": ["petra.approver"]}),
        Draft(EventType.GRANT_ISSUED, SYSTEM, {"approvers": ["petra.approver"], "until": until}),
        Draft(
            EventType.GRANT_REDEEMED, agent, {"delivery": "credential", "until": until, "role": "arn:aws:iam::1:role/x"}
        ),
        Draft(EventType.CREDENTIALS_ISSUED, SYSTEM, {"access_key_id": f"ASIA{number:016d}", "until": until}),
        Draft(EventType.REQUEST_CLOSED, SYSTEM, {"status": "redeemed", "code": "ok"}),
    ]
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    at = _AT + timedelta(milliseconds=number % 3_000_000)
    subject = Subject(f"req-{number:024x}", "s3.export", digest, _POLICY)
    first, head = link(subject, NO_EVENTS, [submitted], at)
    shown = Subject(subject.request_id, subject.action, digest, _POLICY, presented_digest=digest[::-1])
    return first + link(shown, head, rest, at)[0]


if __name__ == "__main__":
    sys.exit(main())
