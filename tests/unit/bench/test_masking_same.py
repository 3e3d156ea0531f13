"""bench.masking_same tells whether two checkouts mask alike, and which documents they do not."""

import gzip
import json
import subprocess
from pathlib import Path

import pytest

from bench import masking_same

# A masking with one rule, as much of one as the comparison calls.
MASKING = """
from collections import namedtuple
Finding = namedtuple("Finding", "path category detector count")
Shown = namedtuple("Shown", "document")
class MaskingFailed(Exception):
    code = "masking_failed"
def mask(document):
    text = str(document)
    findings = [Finding("$", "{category}", "name", text.count("Ada"))] if "Ada" in text else []
    return Shown(text.replace("Ada", "{marker}")), findings
def fires(value):
    return ("NAME",) if "{fires}" in value else ()
"""
AS_IS = {"marker": "[NAME-1]", "category": "NAME", "fires": "Ada"}


def checkout(folder: Path, **changed: str) -> Path:
    package = folder / masking_same.MASKING
    package.mkdir(parents=True, exist_ok=True)
    source = MASKING
    for name, value in {**AS_IS, **changed}.items():
        source = source.replace(f"{{{name}}}", value)
    (package / "__init__.py").write_text(source, encoding="utf-8")
    return folder


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    folder = tmp_path / "corpora"
    folder.mkdir()
    documents = [{"text": "Nobody here"}, {"text": "Ada came"}, {"json": {"who": "Bob"}}]
    with gzip.open(folder / "few.jsonl.gz", "wt", encoding="utf-8") as out:
        out.writelines(f"{json.dumps(document)}\n" for document in documents)
    return folder


def same(before: Path, after: Path, corpora: Path, *options: str) -> int:
    arguments = ["--before", str(before), "--after", str(after), "--corpora", str(corpora), *options]
    return masking_same.main(arguments)


def test_checkouts_that_mask_alike_are_the_same(
    tmp_path: Path, corpora: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert same(checkout(tmp_path / "a"), checkout(tmp_path / "b"), corpora) == 0
    assert "before and after: 3 documents, the same" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"marker": "[NAME-2]"}, "few.jsonl.gz #1: document"),
        ({"category": "ID"}, "few.jsonl.gz #1: findings"),
        ({"fires": "Bob"}, "few.jsonl.gz #1: scopes\nfew.jsonl.gz #2: scopes"),
    ],
)
def test_each_difference_is_told_by_its_position_and_never_by_its_text(
    tmp_path: Path, corpora: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, str], told: str
) -> None:
    assert same(checkout(tmp_path / "a"), checkout(tmp_path / "b", **changed), corpora) == 1
    out = capsys.readouterr().out
    assert out.startswith(f"{told}\n")
    assert "came" not in out


def test_show_prints_what_each_side_made_of_it(
    tmp_path: Path, corpora: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert same(checkout(tmp_path / "a"), checkout(tmp_path / "b", marker="Ada"), corpora, "--show") == 1
    out = capsys.readouterr().out
    assert '-"[NAME-1] came"\n+"Ada came"\n' in out


def test_what_cannot_be_compared_is_neither_the_same_nor_different(
    tmp_path: Path, corpora: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = checkout(tmp_path / "a")
    broken = checkout(tmp_path / "b")
    (broken / masking_same.MASKING / "__init__.py").write_text("raise ImportError", encoding="utf-8")
    assert same(good, broken, corpora) == 2
    assert same(good, tmp_path / "nowhere", corpora) == 2
    assert same(good, good, tmp_path) == 2
    assert "no *.jsonl.gz" in capsys.readouterr().err


def test_commit_by_commit_names_the_one_that_changed_something(
    tmp_path: Path, corpora: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = tmp_path / "repository"
    git = ["git", "-C", str(repository), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for subject, changed in (("first", {}), ("same", {"fires": "Ada"}), ("other", {"marker": "[NAME-2]"})):
        checkout(repository, **changed)
        note = repository / masking_same.MASKING / "note"
        note.write_text(subject, encoding="utf-8")
        for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", subject]):
            subprocess.run([*git, *command], check=True)
    files = masking_same.corpora([corpora])
    assert masking_same.by_commit("HEAD~2..HEAD~1", files, show=False, repository=repository)
    assert not masking_same.by_commit("HEAD~2..HEAD", files, show=False, repository=repository)
    last = capsys.readouterr().out.splitlines()[-1]
    assert " other: 3 documents, 1 differ" in last
    left = subprocess.run([*git, "worktree", "list"], check=True, capture_output=True, text=True).stdout
    assert left.count("\n") == 1
