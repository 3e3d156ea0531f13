"""The threat model's tables against the tests: what they name is there, and what is there is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ATTACKS = ROOT / "tests" / "attacks"
TEXT = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def rows(title: str) -> list[list[str]]:
    """The cells of the table under this heading."""
    section = TEXT.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.split("\n") if line.startswith("|")
    ]
    return cells[2:]


def called_in(file: Path) -> list[str]:
    return re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)


def numbers_in(file: Path) -> set[int]:
    """The attacks that a file's tests are named for."""
    return {int(found[1]) for name in called_in(file) if (found := re.match(r"test_(\d+)_", name))}


def named(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


SHOWN = [({int(n) for n in row[0].split(",")}, row[-1]) for row in rows("What it withstands, and what shows it")]
TAKEN_OUT = rows("What was taken out, and what failed")


def attack_files(shown: str) -> list[Path]:
    return [ATTACKS / f"{name}.py" for name in named(shown) if re.fullmatch(r"test_\w+", name)]


def test_tables_are_there() -> None:
    assert len(SHOWN) >= 30
    assert len(TAKEN_OUT) >= 20


@pytest.mark.parametrize(("numbers", "shown"), SHOWN, ids=lambda value: str(value)[:40])
def test_attack_is_shown_by_tests_that_are_there(numbers: set[int], shown: str) -> None:
    files = attack_files(shown)
    assert all(file.is_file() for file in files)
    other = [name for name in named(shown) if "/" in name or name.startswith("make ")]
    assert files or other
    for name in other:
        assert name.removeprefix("make ") in TARGETS if name.startswith("make ") else (ROOT / name).exists(), name
    told_apart = [file for file in files if numbers_in(file)]
    if told_apart and len(told_apart) == len(files):
        assert numbers & set().union(*map(numbers_in, files))


@pytest.mark.parametrize("file", sorted(ATTACKS.glob("test_*.py")), ids=lambda file: file.stem)
def test_attack_that_is_tried_is_in_the_table(file: Path) -> None:
    rows_of = [numbers for numbers, shown in SHOWN if file in attack_files(shown)]
    assert rows_of, "named by no row"
    assert numbers_in(file) <= set().union(*rows_of)


def fits(fragment: str, names: list[str], text: str) -> bool:
    """Whether a test is called so, `…` standing for anything and `[…]` for the case of a test that has several."""
    called, _, case = fragment.partition("[")
    pattern = ".*".join(map(re.escape, called.split("…")))
    return any(re.search(pattern, name) for name in names) and case.rstrip("]").strip("…") in text


@pytest.mark.parametrize(("what", "failed"), TAKEN_OUT, ids=lambda cell: str(cell)[:40])
def test_test_that_failed_without_a_guard_is_there(what: str, failed: str) -> None:
    names: list[str] = []
    text = ""
    for name in named(failed):
        if "/" in name or re.fullmatch(r"test_\w+", name):
            found = [ROOT / name] if "/" in name else list((ROOT / "tests").rglob(f"{name}.py"))
            assert found, name
            assert all(path.exists() for path in found), name
            files = [path for path in found if path.suffix == ".py"]
            names = [test for path in files for test in called_in(path)]
            text = "".join(path.read_text(encoding="utf-8") for path in files)
        else:
            assert fits(name, names, text), f"{what}: no test is called {name}"
