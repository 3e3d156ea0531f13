"""What the notary keeps and needs: the state of the log, the events it copies, and its ports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sallyport.domain.checkpoints import FIRST
from sallyport.domain.events import Link
from sallyport.domain.merkle import EMPTY_ROOT
from sallyport.domain.ports import Places

# Longer than the function may run, so that whoever holds the lease is the only one that still runs.
LEASE = timedelta(seconds=90)
# The names of our chains. What somebody put into the table by hand may have any name, even a patient's.
CHAIN_NAME = re.compile(r"[A-Za-z0-9._-]{1,256}")
PLACE_NAME = re.compile(r"[0-9]{10}")


class LogInconsistent(Exception):
    """The log's state, its tiles and its checkpoints contradict each other, so nothing is signed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Busy(Exception):
    """Another run holds the log, or has taken it over."""


@dataclass(frozen=True, slots=True)
class LogState:
    """`planned`: the size to which a run was appending, whose bundle may be stored already. `note`: a checkpoint that
    is signed and may not be stored yet. `scanned`: where the search for lost events, begun at
    `scan_began`, continues."""

    size: int = 0
    root: str = EMPTY_ROOT.hex()
    planned: int | None = None
    checkpoint: str = FIRST
    note: str | None = None
    scanned: str | None = None
    scan_began: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """An item of the audit table, as the stream or a scan shows it."""

    chain: str
    link: Link = field(repr=False)


def stored(image: Mapping[str, Mapping[str, Any]]) -> Stored:
    """An audit item as DynamoDB writes it. What it lacks, or has with the wrong type, is empty here, and so fails
    verification."""

    def text(name: str) -> str:
        value = image.get(name, {}).get("S", "")
        return value if isinstance(value, str) else ""

    link = Link(text("sk"), text("event"), text("hash"), text("prev_hash"))
    return Stored(text("pk").removeprefix("REQ#"), link)


@dataclass(frozen=True, slots=True)
class Change:
    """One record of the stream: what was there before and what is there now, each None for nothing. The digests are
    of the whole images."""

    event_id: str
    chain: str
    place: str
    old: Stored | None
    new: Stored | None
    old_digest: str | None
    new_digest: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """Part of the audit table; `after` is where the next part begins, None behind the last."""

    items: tuple[Stored, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its name, the clock, how it waits for its turn, and how it raises the alarm about a chain."""

    holder: str
    clock: Callable[[], datetime]
    pause: Callable[[float], None]
    alarm: Callable[[str], None]


class Worm(Protocol):
    """The bucket whose objects nobody can delete, by paths as C2SP tlog-tiles names them."""

    def get(self, path: str) -> bytes | None:
        """None where nothing is. Raises PortFailed."""

    def get_all(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Those of these objects that exist."""

    def put_new(self, path: str, content: bytes) -> bytes:
        """Store unless something is there; what is there now."""

    def put_all_new(self, objects: Mapping[str, bytes]) -> None:
        """Store each. Raises LogInconsistent where something else is there."""

    def replace(self, path: str, content: bytes) -> None:
        """Store over what is there; its version is kept."""


class LogStates(Protocol):
    """The one item by which runs of the notary know each other. `holder` names a run."""

    def take(self, holder: str, now: datetime) -> LogState:
        """Hold the log for LEASE. Raises Busy while another run holds it."""

    def save(self, holder: str, state: LogState) -> None:
        """Raises Busy when `holder` does not hold the log any more."""

    def release(self, holder: str) -> None: ...


class LogSigner(Protocol):
    def public_key(self) -> bytes:
        """The 32 bytes of the Ed25519 key."""

    def sign(self, message: bytes) -> bytes:
        """Ed25519 over the message itself, which has less than 4,096 bytes."""


class Trail(Protocol):
    def page(self, after: str | None) -> Page:
        """The audit table from there on, strongly consistent, some hundred items at a time."""


class NotaryPorts(Protocol):
    @property
    def worm(self) -> Worm: ...
    @property
    def log_states(self) -> LogStates: ...
    @property
    def log_signer(self) -> LogSigner: ...
    @property
    def trail(self) -> Trail: ...
    @property
    def places(self) -> Places: ...


def origin(places: Places) -> str:
    """The log's name: first line of its checkpoints, and its key's."""
    return f"sallyport/{places.stack}/{places.account}"
