"""What the documents name is there: make targets, commands, files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sallyport_cli.main import main

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def _everywhere(pattern: str) -> list[tuple[str, str]]:
    return [
        (document.relative_to(ROOT).as_posix(), found)
        for document in DOCUMENTS
        for found in sorted(set(re.findall(pattern, document.read_text(encoding="utf-8"))))
    ]


def test_documents_name_make_targets_and_commands_at_all() -> None:
    assert len(_everywhere(r"`?make ([a-z-]+)[` ]")) > 10
    assert len(_everywhere(r"sallyport ((?:policy )?[a-z-]+)")) > 5


@pytest.mark.parametrize(("document", "target"), _everywhere(r"(?:^|`)make ([a-z-]+)"))
def test_make_target_exists(document: str, target: str) -> None:
    assert target in TARGETS


@pytest.mark.parametrize(("document", "command"), _everywhere(r"`(?:\.venv/bin/)?sallyport ((?:policy )?[a-z][a-z-]+)"))
def test_command_has_help(document: str, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*command.split(), "--help"])
    assert stopped.value.code == 0
    assert "usage: sallyport" in capsys.readouterr().out


@pytest.mark.parametrize(("document", "link"), _everywhere(r"\]\((?!https?:|#)([^)\s]+)\)"))
def test_linked_file_exists(document: str, link: str) -> None:
    path = (ROOT / document).parent / link.split("#", maxsplit=1)[0]
    assert path.exists()
