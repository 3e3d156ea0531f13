"""One run of the notary at a time. Whoever takes the log first finishes what the run before left half done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from sallyport.domain.checkpoints import digest, read
from sallyport.domain.notary import Busy, LogState, NotaryPorts, Run

_PATIENCE = timedelta(seconds=15)
_PAUSE_SECONDS = 0.2


@dataclass
class Log:
    """The log while this run holds it."""

    ports: NotaryPorts
    holder: str
    state: LogState

    def save(self, **changes: object) -> None:
        """Change the state in the item and here."""
        changed = replace(self.state, **changes)  # type: ignore[arg-type]  # the fields of LogState
        self.ports.log_states.save(self.holder, changed)
        self.state = changed


@contextmanager
def held(ports: NotaryPorts, run: Run) -> Iterator[Log]:
    """The log, for the length of a `with`. Raises Busy when other runs do not leave it for long."""
    log = Log(ports, run.holder, _taken(ports, run))
    try:
        finish_note(log)
        yield log
    finally:
        ports.log_states.release(run.holder)


def _taken(ports: NotaryPorts, run: Run) -> LogState:
    until = run.clock() + _PATIENCE
    while True:
        try:
            return ports.log_states.take(run.holder, run.clock())
        except Busy:
            if run.clock() >= until:
                raise
        run.pause(_PAUSE_SECONDS)


def finish_note(log: Log) -> None:
    """Store the checkpoint that was signed: the same bytes, however often, so that there are never two after one."""
    if log.state.note is None:
        return
    note = log.state.note.encode()
    log.ports.worm.put_all_new({read(note).name: note})
    log.ports.worm.replace("checkpoint", note)
    log.save(checkpoint=digest(note), note=None)
