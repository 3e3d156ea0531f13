"""What an export says, chain by chain, for those who read it rather than verify it: reports, timelines, traces.

It vouches for nothing and judges nothing. Whoever shows the result to people verifies the export first and says so.
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sallyport_cli.audit import layout, spool
from sallyport_cli.audit.chains import NoItem, item_of


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a chain: `text` is what was hashed, `said` what it says (docs/audit-format.md)."""

    text: str
    hash: str
    said: dict[str, Any]

    @property
    def seq(self) -> int:
        return int(self.said["seq"])

    @property
    def type(self) -> str:
        return str(self.said["type"])

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.said["at"])

    @property
    def actor(self) -> str:
        return str(self.said["actor"]["id"])

    @property
    def details(self) -> dict[str, Any]:
        return dict(self.said["details"])


@dataclass(frozen=True, slots=True)
class History:
    """One chain's events in order: of a request, of the deployment, or of a kind of refusals."""

    chain: str
    events: tuple[Event, ...]

    @property
    def is_request(self) -> bool:
        return self.chain.startswith("req-")

    def first(self, *types: str) -> Event | None:
        return next((event for event in self.events if event.type in types), None)

    def all(self, *types: str) -> tuple[Event, ...]:
        return tuple(event for event in self.events if event.type in types)


def histories_in(folder: Path, only: Collection[str] | None = None) -> Iterator[History]:
    """Every chain of the export (or those named), one at a time, in memory for one bucket of them. Raises CannotTell.

    Lines that are not items of the audit table are left out; `verify` names them.
    """
    exports = layout.exports_in(folder)
    wanted = None if only is None else {name.encode() for name in only}
    with tempfile.TemporaryDirectory(prefix="sallyport-read-") as temporary:
        out = spool.Spool(Path(temporary), spool.buckets_for(layout.unpacked_bytes(exports)), "events-0")
        for file in (file for export in exports for file in export.files):
            for line in (line for lines in layout.lines_of(file, []) for line in lines):
                chain = spool.chain_on(line)
                if wanted is None or chain in wanted:
                    out.put(chain, line)
        out.flush()
        for bucket in range(out.buckets):
            yield from _in_bucket(Path(temporary), bucket)


def _in_bucket(folder: Path, bucket: int) -> Iterator[History]:
    chains: defaultdict[str, dict[str, Event]] = defaultdict(dict)
    for line in spool.lines_in(folder, bucket, "events"):
        try:
            item = item_of(line)
            said = json.loads(item.event)
            event = Event(item.event, item.hash, said)
            if item.changes != "removed" and event.seq >= 0:
                chains[item.chain].setdefault(item.sk, event)
        except (NoItem, ValueError, KeyError, TypeError):
            continue
    for name in sorted(chains):
        yield History(name, tuple(chains[name][sk] for sk in sorted(chains[name])))
