"""Progress lines: one per step, with its duration."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_LOCK = Lock()


@contextmanager
def step(title: str) -> Iterator[list[str]]:
    """Print `title` and how long the block took. What the block appends to the list is printed next to it."""
    remarks: list[str] = []
    began = time.monotonic()
    try:
        yield remarks
    except BaseException:
        _print("✗", title, time.monotonic() - began, ["failed"])
        raise
    _print("✓", title, time.monotonic() - began, remarks)


def say(text: str = "") -> None:
    """Print a line."""
    with _LOCK:
        print(text, flush=True)


def complain(text: str) -> None:
    """Print a line to the error stream."""
    with _LOCK:
        print(text, file=sys.stderr, flush=True)


def _print(mark: str, title: str, seconds: float, remarks: list[str]) -> None:
    beside = f"  ({'; '.join(remarks)})" if remarks else ""
    say(f"  {mark} {title:<44} {seconds:6.1f} s{beside}")
