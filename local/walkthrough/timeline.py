"""Steps with their durations, printed as they end. A step that differs is reported and the walk-through goes on where
it can, so that one run shows everything that is wrong."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from local.chain import BrokenChainError
from local.clients import NotThereError


class DiffersError(Exception):
    """Something is not as it should be; the message says what was expected and what was there."""


# What a step can meet when the stack is not as it should be. Anything else is a defect of the walk-through.
MISSED = (
    DiffersError,
    NotThereError,
    BrokenChainError,
    ClientError,
    BotoCoreError,
    HTTPClientError,
    OSError,
    ValueError,
    LookupError,
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A step that ended: its letter in the story, its name, how long it took, whether it was as it should be."""

    letter: str
    name: str
    ms: float
    good: bool
    remark: str


@dataclass(slots=True)
class Timeline:
    """Prints through `say`. `clock` is in seconds."""

    say: Callable[[str], None]
    clock: Callable[[], float] = time.perf_counter
    stages: list[Stage] = field(default_factory=list)

    @contextmanager
    def step(self, letter: str, name: str) -> Iterator[list[str]]:
        """Run a step; what the block appends to the list is printed beside it. A failed expectation is reported and
        raised."""
        remarks: list[str] = []
        began = self.clock()
        try:
            yield remarks
        except MISSED as missed:
            self._end(letter, name, began, good=False, remark=_in_words(missed))
            raise
        self._end(letter, name, began, good=True, remark="; ".join(remarks))

    @contextmanager
    def chapter(self, title: str) -> Iterator[None]:
        """Steps that build on one another: the first that differs ends these steps, and no others."""
        self.say(f"\n{title}")
        before = len(self.stages)
        try:
            yield
        except MISSED as missed:
            if all(stage.good for stage in self.stages[before:]):
                self._end("", title, self.clock(), good=False, remark=_in_words(missed))
            self.say("      the rest of this part was not reached")

    def _end(self, letter: str, name: str, began: float, *, good: bool, remark: str) -> None:
        ms = (self.clock() - began) * 1000
        self.stages.append(Stage(letter, name, ms, good, remark))
        mark = "✓" if good else "✗"
        self.say(f"  {letter:<1} {mark} {name:<40} {_duration(ms):>9}  {remark}".rstrip())

    @property
    def good(self) -> bool:
        """Whether there were steps and every one was as it should be."""
        return bool(self.stages) and all(stage.good for stage in self.stages)


def same(what: str, found: object, wanted: object) -> None:
    """Raise DiffersError unless both are equal."""
    if found != wanted:
        raise DiffersError(f"{what}: {wanted!r} was expected, not {found!r}")


def holds(what: str, found: object) -> None:
    """Raise DiffersError unless `found` is true."""
    if not found:
        raise DiffersError(what)


def _in_words(missed: BaseException) -> str:
    if isinstance(missed, ClientError):
        return f"{missed.operation_name}: {missed.response['Error']['Code']}"
    if isinstance(missed, DiffersError | NotThereError | BrokenChainError):
        return str(missed)
    return f"{type(missed).__name__}: {missed}"


def _duration(ms: float) -> str:
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.2f} s"
