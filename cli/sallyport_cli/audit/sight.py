"""The short way through an export: who exports a table finds the events of a chain next to each other.

A chain that lies whole in one place is checked there and then, and nothing of it is kept but its name (and its hashes,
for the log). Lines of all others go into buckets as on the long way: those at the ends of a file, and chains that are
torn or have anything wrong. This way finds chains clean, never tampered with; and where a chain that was found clean
shows up a second time, the export goes the long way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sallyport_cli.audit import json_lines, layout, spool
from sallyport_cli.audit.buckets import CLEAN, Job, item_on
from sallyport_cli.audit.chains import Chain, Item, NoItem
from sallyport_cli.audit.findings import Finding, Tally
from sallyport_cli.audit.layout import DataFile

# More chains of a file than these, and more than one in so many, that do not lie whole: it has another order.
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
    """Lines next to each other that have one chain; None for lines that are no items."""

    chain: str | None
    lines: list[bytes]
    items: list[Item]


def sight(what: tuple[Job, DataFile]) -> Sighted:
    """Check the chains that lie whole in a file, and lay the lines of all others into buckets."""
    job, file = what
    sighted = Sighted()
    clean = spool.Spool(job.folder, job.buckets, spool.label(CLEAN))
    rest = spool.Spool(job.folder, job.buckets, spool.label(job.lines))
    last, others = _Run(None, [], []), 0
    for number, run in enumerate(_runs(file, sighted)):
        # The first and the last chain may go on in another file.
        if number == 1 or not _is_clean(last, job, sighted.tally, clean):
            rest.put_items(last.lines)
            others += 1
        if others > _SOME and others * _ONE_IN > number:
            return Sighted(elsewhere=True)
        last = run
    rest.put_items(last.lines)
    clean.flush()
    rest.flush()
    return sighted


def _runs(file: DataFile, sighted: Sighted) -> Iterator[_Run]:
    run = _Run(None, [], [])
    for lines in layout.lines_of(file, sighted.findings):
        sighted.lines += len(lines)
        for line in lines:
            try:
                item: Item | None = item_on(line)
            except NoItem:
                item = None
            chain = None if item is None else item.chain
            if chain != run.chain or item is None:
                if run.lines:
                    yield run
                run = _Run(chain, [], [])
            run.lines.append(line)
            if item is not None:
                run.items.append(item)
    if run.lines:
        yield run


def _is_clean(run: _Run, job: Job, sum_: Tally, clean: spool.Spool) -> bool:
    """Whether the chain is, as far as it can be seen here; then it is counted."""
    if run.chain is None:
        return False
    tally = Tally()
    chain = Chain(run.chain, job.limits, tally)
    chain.check(run.items, None)
    if tally.findings or tally.torn:
        return False
    sum_.add(tally)
    row = [run.chain, *([*chain.there.values()] if job.logged is not None else ())]
    clean.put(spool.key(run.chain), json_lines.write(row))
    return True
