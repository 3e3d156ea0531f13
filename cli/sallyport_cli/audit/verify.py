"""Verify an export: files, chains, rules, and where there is one, the log. Offline, each byte read once or twice."""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from os import process_cpu_count
from pathlib import Path
from typing import Any

from sallyport_cli.audit import layout, spool
from sallyport_cli.audit.chains import Chain, Item, Limits, Logged, NoItem, item_of
from sallyport_cli.audit.findings import CannotTell, Finding, Kind, Report, Tally
from sallyport_cli.audit.keys import read_keys
from sallyport_cli.audit.layout import DataFile, Export
from sallyport_cli.audit.log import Log, read_log
from sallyport_cli.audit.tree import Checkpoint, NoCheckpoint, read
from sallyport_cli.audit.worm import open_worm

# Within this time of the export a transaction may be in it by half (AWS: exports are not transactionally consistent,
# and are up to a minute off), and an event may have been written up to a minute after the time it tells.
_EDGE = timedelta(minutes=5)
# Less than this in compressed data is checked faster than a process starts.
_WORTH_A_PROCESS = 4 << 20
_NO_LOG = (
    "that nothing was removed from the ends of chains, that no whole request is missing, and that no chain was made "
    "anew (--worm and --key show it)"
)
_NO_KEY = "that the checkpoints are the notary's own (--key shows it)"
# The notary's daily scan notarizes what its stream has lost; after two days nothing can be under way any more.
_SETTLED = timedelta(hours=48)
_UNFINISHED = "what {} further exports would have, which were begun and have no manifests: failed, or still under way"
_NO_MANIFEST = "which files belong to the export, and that it is unfiltered (it has no manifest)"


@dataclass(frozen=True, slots=True)
class Job:
    """What the processes have to know."""

    folder: Path
    buckets: int
    limits: Limits
    with_log: bool = False


@dataclass(frozen=True, slots=True)
class Against:
    """What the export is compared with: the WORM copy, the notary's key, and a checkpoint that the auditor kept."""

    worm: str
    key: Path | None = None
    seen: Path | None = None


def verify(folder: Path, against: Against | None = None, processes: int | None = None) -> Report:
    """The report. Raises CannotTell."""
    exports = layout.exports_in(folder)
    size = sum(file.path.stat().st_size for export in exports for file in export.files)
    whole, facts = Tally(), dict[str, Any]()
    for export in exports:
        whole.found(*export.findings)
    with tempfile.TemporaryDirectory(prefix="sallyport-verify-") as temporary, _workers(size, processes) as run:
        job = Job(Path(temporary), spool.buckets_for(size), Limits())
        newest = _routed(exports, job, run, whole)
        time, until = _newest(e.time for e in exports), _newest(e.until for e in exports)
        log = _logged(against, job) if against is not None else None
        if log is not None:
            whole.found(*log.findings)
            facts = _log_facts(log, keyed=against is not None and against.key is not None)
        settled = log.newest.time - _SETTLED if log is not None else None
        job = Job(job.folder, job.buckets, _limits(time, until, newest, settled), with_log=log is not None)
        for tally in run(_check_bucket, [(job, bucket) for bucket in range(job.buckets)]):
            whole.add(tally)
    _check_policies(whole, job.limits)
    return _report(whole, exports, time, facts)


def _logged(against: Against, job: Job) -> Log:
    key = read_keys(against.key) if against.key is not None else None
    return read_log(open_worm(against.worm), key, _seen(against.seen), spool.Spool(job.folder, job.buckets, "log-0"))


def _seen(path: Path | None) -> Checkpoint | None:
    try:
        return read(path.read_bytes()) if path is not None else None
    except (OSError, NoCheckpoint):
        raise CannotTell(f"{path} is no checkpoint") from None


def _log_facts(log: Log, *, keyed: bool) -> dict[str, Any]:
    newest = log.newest
    told = {"origin": newest.origin, "size": newest.size, "time": newest.time.isoformat(), "digest": newest.digest}
    return {"checkpoint": told, "checkpoints": log.checkpoints, "signatures_checked": keyed}


type Run = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]


@contextmanager
def _workers(size: int, processes: int | None) -> Iterator[Run]:
    """A map over processes, or over none where that is faster."""
    count = processes or (min(4, process_cpu_count() or 1) if size > _WORTH_A_PROCESS else 1)
    pool = nullcontext() if count == 1 else ProcessPoolExecutor(count, mp_context=get_context("spawn"))
    with pool as executor:
        yield executor.map if isinstance(executor, Executor) else map


def _routed(exports: list[Export], job: Job, run: Run, whole: Tally) -> str:
    """Lay every line into its bucket. Returns when the newest event of files without a manifest happened."""
    newest = ""
    files = [(job, file, export.has_manifest) for export in exports for file in export.files]
    lines: defaultdict[Path, int] = defaultdict(int)
    for (_, file, _), (findings, count, at) in zip(files, run(_route, files), strict=True):
        whole.found(*findings)
        lines[file.path] += count
        newest = max(newest, at)
    for export in exports:
        found = sum(lines[file.path] for file in export.files)
        if export.has_manifest and found != export.items and not export.findings:
            detail = f"the export has {found} items, its manifest says {export.items}"
            whole.found(Finding(Kind.COUNT_DIFFERS, detail))
    return newest


def _route(what: tuple[Job, DataFile, bool]) -> tuple[list[Finding], int, str]:
    job, file, has_manifest = what
    findings: list[Finding] = []
    out, count, newest = spool.Spool(job.folder, job.buckets, spool.label("events")), 0, ""
    for lines in layout.lines_of(file, findings):
        count += len(lines)
        for line in lines:
            out.put(spool.chain_on(line), line)
            if not has_manifest:
                newest = max(newest, spool.time_on(line))
    out.flush()
    return findings, count, newest


def _check_bucket(what: tuple[Job, int]) -> Tally:
    job, bucket = what
    tally, chains = Tally(), defaultdict[str, list[Item]](list)
    for line in spool.lines_in(job.folder, bucket, "events"):
        try:
            item = item_of(line)
        except NoItem:
            chain = spool.chain_on(line).decode(errors="replace") or None
            tally.found(Finding(Kind.UNREADABLE, "a line that is no item of the audit table", chain))
            continue
        chains[item.chain].append(item)
    logged = _logged_in(job.folder, bucket, tally)
    for name in sorted({*chains, *logged}):
        Chain(name, job.limits, tally).check(chains.pop(name, ()), logged.get(name, {}) if job.with_log else None)
    return tally


def _logged_in(folder: Path, bucket: int, tally: Tally) -> dict[str, dict[int, Logged]]:
    found: dict[str, dict[int, Logged]] = {}
    for row in spool.lines_in(folder, bucket, "log"):
        chain, seq, digest, at = json.loads(row)
        before = found.setdefault(chain, {}).setdefault(seq, Logged(digest, at))
        if before.hash != digest:
            tally.found(Finding(Kind.LOG_ALTERED, "two different events were notarized in its place", chain, seq))
    return found


def _newest(times: Iterable[datetime | None]) -> datetime | None:
    return max((time for time in times if time is not None), default=None)


def _limits(time: datetime | None, until: datetime | None, newest: str, settled: datetime | None) -> Limits:
    """Events write their instants in one form, so that they can be compared as texts."""
    told = _stamp(settled) if settled is not None else None
    if time is None:
        return Limits(torn=newest or None, settled=told)
    return Limits(_stamp(time - _EDGE), _stamp((until or time) + _EDGE), told)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _check_policies(whole: Tally, limits: Limits) -> None:
    """Before a policy judges for the first time, the deployment's chain names it."""
    for digest, (chain, seq, at) in sorted(whole.judged.items()):
        # The deployment's chain is another one, and may be torn off at the export's edge.
        if digest not in whole.noted and (limits.torn is None or at <= limits.torn):
            detail = "judged by a policy that the deployment's chain does not name"
            whole.found(Finding(Kind.POLICY_UNNOTED, detail, chain, seq))


def _report(whole: Tally, exports: list[Export], time: datetime | None, facts: dict[str, Any]) -> Report:
    said = {
        "events": whole.events,
        "chains": whole.chains,
        "exports": [str(export.folder) for export in exports],
        "table": next((export.table for export in exports if export.table), None),
        "export_time": _stamp(time) if time else None,
        "torn": whole.torn,
        "pending": whole.pending,
        "newer_than_export": whole.newer,
        "more_findings": whole.more,
        **facts,
    }
    open_ = [_NO_LOG] if "checkpoint" not in facts else []
    if "checkpoint" in facts and not facts["signatures_checked"]:
        open_.append(_NO_KEY)
    if not all(export.has_manifest for export in exports):
        open_.append(_NO_MANIFEST)
    if exports[0].unfinished:
        open_.append(_UNFINISHED.format(exports[0].unfinished))
    order = sorted(whole.findings, key=lambda f: (f.chain or "", f.seq if f.seq is not None else -1, f.kind))
    return Report(tuple(order), said, tuple(open_))
