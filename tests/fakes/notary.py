"""What the notary needs, in memory; it can be made to end wherever it writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sallyport.domain.notary import LEASE, Busy, LogInconsistent, LogState, Page, Run, Stored
from sallyport.domain.ports import Places, PortFailed


class Crashed(BaseException):
    """The run ended here: no handler of exceptions sees more than a process that was killed would."""


@dataclass
class Steps:
    """Counts writes, and ends the run before the one whose turn is `crash_at`."""

    taken: int = 0
    crash_at: int | None = None

    def __call__(self) -> None:
        self.taken += 1
        if self.taken == self.crash_at:
            raise Crashed


@dataclass
class FakeWorm:
    """Every version of every object, the newest last."""

    versions: dict[str, list[bytes]] = field(default_factory=dict)
    step: Steps = field(default_factory=Steps)
    reads: int = 0
    failing: bool = False

    def get(self, path: str) -> bytes | None:
        self.reads += 1
        return self.versions[path][-1] if path in self.versions else None

    def get_all(self, paths: Iterable[str]) -> dict[str, bytes]:
        found = {path: self.get(path) for path in paths}
        return {path: content for path, content in found.items() if content is not None}

    def put_new(self, path: str, content: bytes) -> bytes:
        if self.failing:
            raise PortFailed("worm_unavailable")
        self.step()
        return self.versions.setdefault(path, [content])[-1]

    def put_all_new(self, objects: Mapping[str, bytes]) -> None:
        for path, content in objects.items():
            if self.put_new(path, content) != content:
                raise LogInconsistent("object_taken")

    def replace(self, path: str, content: bytes) -> None:
        self.step()
        self.versions.setdefault(path, []).append(content)


@dataclass
class FakeLogStates:
    state: LogState = field(default_factory=LogState)
    holder: str | None = None
    until: datetime | None = None
    step: Steps = field(default_factory=Steps)

    def take(self, holder: str, now: datetime) -> LogState:
        if self.until is not None and self.holder is not None and now <= self.until:
            raise Busy
        self.holder, self.until = holder, now + LEASE
        return self.state

    def save(self, holder: str, state: LogState) -> None:
        self.step()
        if self.holder != holder:
            raise Busy
        self.state = state

    def release(self, holder: str) -> None:
        if self.holder == holder:
            self.holder = None


class FakeLogSigner:
    """A key like KMS's ECC_NIST_EDWARDS25519, in this process."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()

    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        assert len(message) < 4096
        return self.key.sign(message)


@dataclass
class FakeTrail:
    """The audit table in pages of `size`."""

    items: list[Stored] = field(default_factory=list)
    size: int = 3

    def page(self, after: str | None) -> Page:
        start = int(after or 0)
        end = start + self.size
        return Page(tuple(self.items[start:end]), str(end) if end < len(self.items) else None)


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 2, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class NotaryHouse:
    """A notary's ports, its clock, and the chains that it raised the alarm about."""

    worm: FakeWorm = field(default_factory=FakeWorm)
    log_states: FakeLogStates = field(default_factory=FakeLogStates)
    log_signer: FakeLogSigner = field(default_factory=FakeLogSigner)
    trail: FakeTrail = field(default_factory=FakeTrail)
    places: Places = field(default_factory=lambda: Places("aws", "000000000000", "us-east-1"))
    clock: Clock = field(default_factory=Clock)
    alarms: list[str] = field(default_factory=list)
    runs: int = 0

    def run(self) -> Run:
        self.runs += 1
        return Run(f"run-{self.runs}", self.clock, self.clock.pass_, self.alarms.append)

    def steps(self, crash_at: int | None = None) -> Steps:
        """Count from here on the writes to bucket and state."""
        self.worm.step = self.log_states.step = Steps(crash_at=crash_at)
        return self.worm.step
