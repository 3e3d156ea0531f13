"""Verify an export: files, chains, rules, and where there is one, the log. Offline, each byte read once or twice."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sallyport_cli.audit import layout, spool
from sallyport_cli.audit.buckets import REST, Job, check_bucket, route
from sallyport_cli.audit.chains import Limits
from sallyport_cli.audit.findings import CannotTell, Finding, Kind, Report, Tally
from sallyport_cli.audit.keys import read_keys
from sallyport_cli.audit.layout import Export
from sallyport_cli.audit.log import Log, read_checkpoints, read_entries
from sallyport_cli.audit.sight import sight
from sallyport_cli.audit.tree import Checkpoint, NoCheckpoint, read
from sallyport_cli.audit.workers import Run, workers
from sallyport_cli.audit.worm import Worm, open_worm

# This close to the export's time it may have only half of a transaction (AWS: exports are not transactionally
# consistent, and are up to a minute off), and an event may have been written up to a minute after the time that it
# states.
_EDGE = timedelta(minutes=5)
# The approximate size of an export's line, in bytes.
_AN_EVENT = 1024
_NO_LOG = (
    "that nothing was removed from the ends of chains, that no whole request is missing, and that no chain was "
    "rebuilt (--worm and --key show it)"
)
_NO_KEY = "that the checkpoints are the notary's own (--key shows it)"
# The notary's daily scan notarizes what its stream has lost; after two days nothing can be under way any more.
_SETTLED = timedelta(hours=48)
_UNFINISHED = "what {} further exports would have, which were started and have no manifests: failed, or still running"
_NO_MANIFEST = "which files belong to the export, and that it is unfiltered (it has no manifest)"


@dataclass(frozen=True, slots=True)
class Against:
    """What the export is compared with: the WORM copy, the notary's key, and a checkpoint that the auditor kept."""

    worm: str
    key: Path | None = None
    seen: Path | None = None


def verify(folder: Path, against: Against | None = None, processes: int | None = None) -> Report:
    """The report. Raises CannotTell."""
    exports = layout.exports_in(folder)
    worm = open_worm(against.worm) if against is not None else None
    log = _log(against, worm) if against is not None and worm is not None else None
    # Both are in the buckets, and whoever removed all of one did not change how much the other has.
    size = max(layout.unpacked_bytes(exports), log.newest.size * _AN_EVENT if log is not None else 0)
    whole = Tally()
    whole.found(*(finding for export in exports for finding in export.findings))
    with tempfile.TemporaryDirectory(prefix="sallyport-verify-") as temporary, workers(size, processes) as run:
        job = Job(Path(temporary), spool.buckets_for(size), _limits(exports, log))
        if log is not None and worm is not None:
            read_entries(log, worm, job, run)
            whole.found(*log.findings)
            job = replace(job, logged=log.entries)
        found, limits = _at_sight(exports, job, run) or _at_length(exports, job, run)
    whole.add(found)
    _check_policies(whole, limits)
    facts = _log_facts(log, keyed=against is not None and against.key is not None) if log is not None else {}
    return _report(whole, exports, facts)


def _log(against: Against, worm: Worm) -> Log:
    key = read_keys(against.key) if against.key is not None else None
    return read_checkpoints(worm, key, _seen(against.seen))


def _seen(path: Path | None) -> Checkpoint | None:
    try:
        return read(path.read_bytes()) if path is not None else None
    except (OSError, NoCheckpoint):
        raise CannotTell(f"{path} is no checkpoint") from None


def _log_facts(log: Log, *, keyed: bool) -> dict[str, Any]:
    newest = log.newest
    told = {"origin": newest.origin, "size": newest.size, "time": newest.time.isoformat(), "digest": newest.digest}
    return {"checkpoint": told, "checkpoints": len(log.kept), "signatures_checked": keyed}


def _at_sight(exports: list[Export], job: Job, run: Run) -> tuple[Tally, Limits] | None:
    """The short way, for one export of a known time; None where it cannot be completed."""
    export, *more = exports
    if more or export.time is None or not export.has_manifest:
        return None
    job, whole, lines = replace(job, lines=REST), Tally(), 0
    for sighted in run(sight, ((job, file) for file in export.files)):
        if sighted.elsewhere:
            return None
        whole.found(*sighted.findings)
        whole.add(sighted.tally)
        lines += sighted.lines
    _check_count(export, lines, whole)
    return (whole, job.limits) if _checked(job, run, whole) else None


def _at_length(exports: list[Export], job: Job, run: Run) -> tuple[Tally, Limits]:
    """The long way, for lines in any order: all into buckets first."""
    whole, newest = Tally(), ""
    files = [(job, file, not export.has_manifest) for export in exports for file in export.files]
    lines: defaultdict[Path, int] = defaultdict(int)
    for (_, file, _), routed in zip(files, run(route, files), strict=True):
        whole.found(*routed.findings)
        lines[file.path] += routed.lines
        newest = max(newest, routed.newest)
    for export in exports:
        if export.has_manifest:
            _check_count(export, sum(lines[file.path] for file in export.files), whole)
    if _newest(export.time for export in exports) is None:
        job = replace(job, limits=replace(job.limits, torn=newest or None))
    _checked(job, run, whole)
    return whole, job.limits


def _checked(job: Job, run: Run, whole: Tally) -> bool:
    """Every bucket. False where one cannot be checked the short way."""
    for tally in run(check_bucket, ((job, bucket) for bucket in range(job.buckets))):
        if tally is None:
            return False
        whole.add(tally)
    return True


def _check_count(export: Export, found: int, whole: Tally) -> None:
    if found != export.items and not export.findings:
        detail = f"the export has {found} items, its manifest says {export.items}"
        whole.found(Finding(Kind.COUNT_DIFFERS, detail))


def _newest(times: Iterable[datetime | None]) -> datetime | None:
    return max((time for time in times if time is not None), default=None)


def _limits(exports: list[Export], log: Log | None) -> Limits:
    """Events write their instants in one form, so that they can be compared as texts."""
    settled = _stamp(log.newest.time - _SETTLED) if log is not None else None
    time, until = _newest(e.time for e in exports), _newest(e.until for e in exports)
    if time is None:
        return Limits(settled=settled)
    return Limits(_stamp(time - _EDGE), _stamp((until or time) + _EDGE), settled)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _check_policies(whole: Tally, limits: Limits) -> None:
    """Before a policy judges for the first time, the deployment's chain names it."""
    for digest, (chain, seq, at) in sorted(whole.judged.items()):
        # The deployment's chain is a different chain, and may be torn at the export's edge.
        if digest not in whole.noted and (limits.torn is None or at <= limits.torn):
            detail = "judged by a policy that the deployment's chain does not name"
            whole.found(Finding(Kind.POLICY_UNNOTED, detail, chain, seq))


def _report(whole: Tally, exports: list[Export], facts: dict[str, Any]) -> Report:
    time = _newest(e.time for e in exports)
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
