"""The short way through an export: exporting a table puts the events of a chain next to each other.

A chain that is whole in one place is checked at once, and nothing of it is kept but its name (and its hashes,
for the log). Lines of all others go into buckets as on the long way: the last one of a file, and chains that are
torn or have anything wrong. This way finds chains clean, never tampered with; and where a chain that was found clean
shows up a second time, the export goes the long way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sallyport_cli.audit import json_lines, layout, spool
from sallyport_cli.audit.buckets import CLEAN, Job, chain_of
from sallyport_cli.audit.chains import KEY, Chain, Line, lines_at_once
from sallyport_cli.audit.findings import Finding, Tally
from sallyport_cli.audit.layout import DataFile

# If more chains of a file than this, and a larger share than this, are not in one piece, the file has another order.
_SOME, _ONE_IN = 100, 8


@dataclass(slots=True)
class Sighted:
    """What came to light in a file; the tally is of its clean chains. `elsewhere`: it has another order."""

    findings: list[Finding] = field(default_factory=list)
    lines: int = 0
    tally: Tally = field(default_factory=Tally)
    elsewhere: bool = False


@dataclass(slots=True)
class _Run:
    """Adjacent lines that share a key; without one, a line that is not an item of a full export."""

    key: str | None
    lines: list[Line | bytes]


def sight(what: tuple[Job, DataFile]) -> Sighted:
    """Check the chains that lie whole in a file, and lay the lines of all others into buckets."""
    job, file = what
    sighted = Sighted()
    clean = spool.Spool(job.folder, job.buckets, spool.label(CLEAN))
    rest = spool.Spool(job.folder, job.buckets, spool.label(job.lines))
    last, others = _Run(None, []), 0
    for number, run in enumerate(_runs(file, sighted)):
        if not _is_clean(last, job, sighted.tally, clean):
            _lay_out(last, rest)
            others += 1
        if others > _SOME and others * _ONE_IN > number:
            return Sighted(elsewhere=True)
        last = run
    _lay_out(last, rest)  # it may go on in another file
    clean.flush()
    rest.flush()
    return sighted


def _runs(file: DataFile, sighted: Sighted) -> Iterator[_Run]:
    run = _Run(None, [])
    for block in layout.blocks_of(file, sighted.findings, lambda: sighted.lines):
        lines = _lines(block)
        sighted.lines += len(lines)
        for line in lines:
            key = line.Item.pk.S if isinstance(line, Line) else None
            if key != run.key or key is None:
                if run.lines:
                    yield run
                run = _Run(key, [])
            run.lines.append(line)
    if run.lines:
        yield run


def _lines(block: bytes) -> Sequence[Line | bytes]:
    at_once = lines_at_once(block)
    return at_once if at_once is not None else [*map(_line, layout.lines_in(block))]


def _line(line: bytes) -> Line | bytes:
    alone = lines_at_once(line + b"\n")
    return line if alone is None else alone[0]


def _is_clean(run: _Run, job: Job, sum_: Tally, clean: spool.Spool) -> bool:
    """Whether the chain is clean, as far as can be seen here; if so, it is counted."""
    if run.key is None or not run.key.startswith(KEY):
        return False
    tally = Tally()
    chain = Chain(run.key.removeprefix(KEY), job.limits, tally)
    if not chain.check_whole(line.Item for line in run.lines if isinstance(line, Line)):
        return False
    sum_.add(tally)
    row = [chain.name, *(chain.there.values() if job.logged is not None else ())]
    clean.put(spool.key(chain.name), json_lines.write(row))
    return True


def _lay_out(run: _Run, rest: spool.Spool) -> None:
    for line in run.lines:
        said = line if isinstance(line, bytes) else json_lines.write(line)
        rest.put(chain_of(said), said)
