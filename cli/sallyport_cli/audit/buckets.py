"""What the processes do: lay an export's lines into buckets, and check a bucket's chains."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from sallyport_cli.audit import json_lines, layout, spool
from sallyport_cli.audit.chains import Chain, Item, Limits, Logged, NoItem, item_of
from sallyport_cli.audit.findings import Finding, Kind, Tally
from sallyport_cli.audit.layout import DataFile

# What buckets hold: lines of items, chains that were found clean on the short way, entries of the log.
LINES, REST, CLEAN, LOG = "lines", "rest", "clean", "log"


@dataclass(frozen=True, slots=True)
class Job:
    """What the processes need to know. `lines` says which lines of items are meant. `logged`: how many of the log's
    first entries were checked, None without one."""

    folder: Path
    buckets: int
    limits: Limits
    lines: str = LINES
    logged: int | None = None


@dataclass(frozen=True, slots=True)
class Routed:
    """What was found while a file was laid out. `newest` is when its newest event happened, if that was asked for."""

    findings: list[Finding]
    lines: int
    newest: str


def route(what: tuple[Job, DataFile, bool]) -> Routed:
    """Lay a file's lines into buckets; the flag asks for `newest`."""
    job, file, dated = what
    findings: list[Finding] = []
    out, count, newest = spool.Spool(job.folder, job.buckets, spool.label(job.lines)), 0, ""
    for lines in layout.lines_of(file, findings):
        count += len(lines)
        for line in lines:
            out.put(chain_of(line), line)
        if dated:
            newest = max(newest, *map(spool.time_on, lines), "")
    out.flush()
    return Routed(findings, count, newest)


def chain_of(line: bytes) -> bytes:
    """The key that chooses a line's bucket: all items of a chain must end up in one, however their lines are
    written."""
    try:
        return spool.key(item_of(line).chain)
    except NoItem:
        return spool.chain_on(line)


def check_bucket(what: tuple[Job, int]) -> Tally | None:
    """The tally of its chains; None where one that was found clean on the short way has lines elsewhere."""
    job, bucket = what
    tally = Tally()
    chains, clean = _items_in(job, bucket, tally), _clean_in(job, bucket)
    if clean is None or not chains.keys().isdisjoint(clean):
        return None
    logged = _logged_in(job, bucket, tally)
    for name in sorted({*chains, *clean, *logged}):
        chain, log = Chain(name, job.limits, tally), None if job.logged is None else logged.get(name, {})
        if name not in clean:
            chain.check(chains.pop(name, []), log)
        elif log is not None:
            chain.there = clean[name]
            chain.compare(log)
    return tally


def _items_in(job: Job, bucket: int, tally: Tally) -> dict[str, list[Item]]:
    chains: defaultdict[str, list[Item]] = defaultdict(list)
    for line in spool.lines_in(job.folder, bucket, job.lines):
        try:
            item = item_of(line)
        except NoItem:
            chain = spool.chain_on(line).decode(errors="replace") or None
            tally.found(Finding(Kind.UNREADABLE, "a line that is not an item of the audit table", chain))
            continue
        chains[item.chain].append(item)
    return chains


def _clean_in(job: Job, bucket: int) -> dict[str, dict[int, tuple[str, str]]] | None:
    """The chains that were found clean on the short way, with what is compared with the log; None if one appears
    twice."""
    found: dict[str, dict[int, tuple[str, str]]] = {}
    if job.lines == LINES:
        return found
    for row in spool.lines_in(job.folder, bucket, CLEAN):
        chain, *there = json_lines.read(row)
        if chain in found:
            return None
        found[chain] = {seq: (digest, at) for seq, (digest, at) in enumerate(there)}
    return found


def _logged_in(job: Job, bucket: int, tally: Tally) -> dict[str, dict[int, Logged]]:
    """Entries by chain and place. Those that were laid out but could then not be checked do not count."""
    found: defaultdict[str, dict[int, Logged]] = defaultdict(dict)
    if job.logged is None:
        return found
    for row in spool.lines_in(job.folder, bucket, LOG):
        index, chain, seq, digest, at = json_lines.read(row)
        if index >= job.logged:
            continue
        before = found[chain].setdefault(seq, Logged(digest, at))
        if before.hash != digest:
            tally.found(Finding(Kind.LOG_ALTERED, "two different events were notarized in its place", chain, seq))
    return found
