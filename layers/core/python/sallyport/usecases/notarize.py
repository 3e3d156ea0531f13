"""The notary's two occasions: records of the stream, and the schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sallyport.domain.clock import instant, stamp
from sallyport.domain.notary import Change, NotaryPorts, Run, Stored
from sallyport.services.log_lease import Log, held
from sallyport.usecases.append_events import append_events
from sallyport.usecases.keep_tampering import Tampering, keep_change, keep_refused
from sallyport.usecases.sign_checkpoint import sign_checkpoint

# How much one run looks through; the next one continues where it ended.
_SCAN_BUDGET = timedelta(seconds=20)
# The stream keeps its records for 24 hours. A search that begins each day finds what those lost.
_SCAN_EVERY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Notarized:
    """How many events are new in the log, and how many it has, None where nobody looked."""

    appended: int
    size: int | None


def notarize_changes(changes: Sequence[Change], ports: NotaryPorts, run: Run) -> Notarized:
    """Copy what was appended; keep what else was done to the table. A record that comes again changes nothing.

    Raises PortFailed, Busy or LogInconsistent; the records may come again then.
    """
    for change in changes:
        if change.old is not None or change.new is None:
            keep_change(change, ports, run)
    found = [change.new for change in changes if change.old is None and change.new is not None]
    if not found:
        return Notarized(0, None)
    with held(ports, run) as log:
        return Notarized(_append(found, log, run), log.state.size)


def notarize_on_schedule(ports: NotaryPorts, run: Run) -> Notarized:
    """Sign a checkpoint, then look for events that the stream lost; the next checkpoint covers them."""
    with held(ports, run) as log:
        sign_checkpoint(log, run.clock())
        return Notarized(_find_lost(log, run), log.state.size)


def _append(found: Sequence[Stored], log: Log, run: Run) -> int:
    done = append_events(found, log)
    for kind, refused in ((Tampering.REWRITTEN, done.rewritten), (Tampering.MALFORMED, done.malformed)):
        for stored in refused:
            keep_refused(kind, stored, log.ports, run)
    return done.count


def _find_lost(log: Log, run: Run) -> int:
    """Go through the audit table once a day, a bounded part of it in each run; how many events were lost."""
    until, count = run.clock() + _SCAN_BUDGET, 0
    if log.state.scanned is None:
        began = log.state.scan_began
        if began is not None and run.clock() < instant(began) + _SCAN_EVERY:
            return 0
        log.save(scan_began=stamp(run.clock()))
    while run.clock() < until:
        page = log.ports.trail.page(log.state.scanned)
        count += _append(page.items, log, run)
        log.save(scanned=page.after)
        if page.after is None:
            break
    return count
