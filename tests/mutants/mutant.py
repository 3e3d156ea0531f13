"""One small change to one file, and the tests that must notice it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@dataclass(frozen=True, slots=True)
class Mutant:
    """`path` is relative to the root; `start` and `end` are the place of `before` in its text. `tests` are what pytest
    is given."""

    path: str
    name: str
    start: int
    end: int
    after: str
    tests: tuple[str, ...]

    def applied(self, text: str) -> str:
        return text[: self.start] + self.after + text[self.end :]


def listed() -> tuple[list[Mutant], list[str]]:
    """The mutants of the lists, in the order they are written; and those that fit no place, or several, of the file
    they name: the code has moved on, and the list has not."""
    found, unfit = list[Mutant](), list[str]()
    for path, entry in _entries():
        text = (ROOT / path).read_text(encoding="utf-8")
        for name, before, after, *judges in entry["mutants"]:
            if text.count(before) != 1 or before == after:
                unfit.append(f"{path}: {name}")
                continue
            start = text.index(before)
            tests = judges[0] if judges else entry["tests"]
            found.append(Mutant(path, name, start, start + len(before), after, tuple(tests)))
    return found, unfit


def judges() -> dict[str, tuple[str, ...]]:
    """The tests that the lists name for a whole file."""
    return {path: tuple(entry["tests"]) for path, entry in _entries()}


def argued() -> dict[str, str]:
    """Survivors by their names, each with the reason why it may live."""
    found: dict[str, str] = tomllib.loads((HERE / "argued.toml").read_text(encoding="utf-8"))
    return found


def _entries() -> list[tuple[str, dict[str, Any]]]:
    files = sorted(HERE.glob("listed_*.toml"))
    return [entry for file in files for entry in tomllib.loads(file.read_text(encoding="utf-8")).items()]
