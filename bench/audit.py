"""How long `sallyport audit verify` takes beside gunzip and SHA-256 over the same bytes, and how much memory.

Ratios of one run on one machine, the two measured in turn. Exit 1 over budget.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sallyport.domain.canonical import JSON
from sallyport.domain.events import NO_EVENTS, SYSTEM, Actor, ActorKind, AuditEvent, Draft, EventType, Subject, link
from sallyport_cli.audit.verify import verify

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results" / "audit.json"
RATIO, MEGABYTES = 5.0, 300.0
_IN_A_FILE = 20_000
_AT = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
_POLICY = "a" * 64


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    rows = [measured(count, given.rounds) for count in given.events]
    print(f"{'events':>10}{'gunzip+SHA-256 s':>18}{'verify s':>10}{'ratio':>8}{'MB':>8}")
    for row in rows:
        print(
            f"{row['events']:>10,}{row['base']:>18.2f}{row['verify']:>10.2f}{row['ratio']:>8.2f}{row['megabytes']:>8.0f}"
        )
    RESULTS.write_text(json.dumps({"budget": {"ratio": RATIO, "megabytes": MEGABYTES}, "rows": rows}, indent=1) + "\n")
    return 1 if any(row["ratio"] > RATIO or row["megabytes"] > MEGABYTES for row in rows) else 0


def measured(count: int, rounds: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        written = write(folder, count)
        base, checked = [], []
        for _ in range(rounds):
            base.append(timed(lambda: [unpacked(path) for path in sorted(folder.rglob("*.gz"))]))
            checked.append(timed(lambda: clean(folder, written)))
        megabytes = memory(folder)
    whole, own = statistics.median(base), statistics.median(checked)
    said = {"events": written, "base": whole, "verify": own, "ratio": own / whole, "megabytes": megabytes}
    return {name: round(value, 3) for name, value in said.items()}


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


def clean(folder: Path, events: int) -> None:
    report = verify(folder)
    if report.findings or report.facts["events"] != events:
        raise SystemExit(report.words())


def memory(folder: Path) -> float:
    """The most that the command and its processes had at one moment, in megabytes."""
    command = [sys.executable, "-m", "sallyport_cli", "audit", "verify", str(folder)]
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


def write(folder: Path, count: int) -> int:
    """An export of about `count` events as the writer makes them: requests that were approved and redeemed."""
    home = folder / "AWSDynamoDB" / "01730000000000-00000000"
    (home / "data").mkdir(parents=True)
    (home / "_started").touch()
    lines: list[str] = []
    entries: list[str] = []
    total = 0
    for event in events(count):
        stored = {"pk": f"REQ#{event.request_id}", "sk": f"{event.seq:010d}", "event": event.body}
        stored |= {"hash": event.hash, "prev_hash": event.prev_hash}
        lines.append(json.dumps({"Item": {name: {"S": value} for name, value in stored.items()}}) + "\n")
        total += 1
        if len(lines) == _IN_A_FILE:
            entries.append(write_file(home, len(entries), lines))
            lines = []
    entries.append(write_file(home, len(entries), lines))
    summary = json.dumps(
        {"itemCount": total, "exportTime": "2026-11-02T12:00:00.000Z", "outputFormat": "DYNAMODB_JSON"}
    )
    for name, text in (("manifest-summary", summary), ("manifest-files", "".join(entries))):
        (home / f"{name}.json").write_text(text)
        (home / f"{name}.checksum").write_text(md5(text.encode()))
    return total


def write_file(home: Path, number: int, lines: list[str]) -> str:
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
