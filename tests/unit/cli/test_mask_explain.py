"""`sallyport mask explain`: which rule made each marker, and why its neighbours stay; the words on a terminal alone."""

import io
import json
import sys
from pathlib import Path

import pytest

from sallyport_cli.main import main

NOTE = "Seen by Dr. Anna Abernathy on 3 May 2021 for Parkinson disease in Texas."


@pytest.fixture
def note(tmp_path: Path) -> str:
    file = tmp_path / "request.json"
    file.write_text(json.dumps({"reason": NOTE, "patient": {"mrn": "33445566"}}), encoding="utf-8")
    return str(file)


def test_markers_and_their_neighbours_are_told_by_place_and_rule_without_a_word_of_the_text(
    note: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mask", "explain", note]) == 0
    out = capsys.readouterr().out
    lines = [line.split("  ")[:3] for line in out.splitlines()]
    assert lines == [
        ["$.patient.mrn 0-8", "[MRN-1]", "field/value"],
        ["$.reason 0-4", "stays", "-"],
        ["$.reason 8-26", "[NAME-1]", "name/listed"],
        ["$.reason 30-40", "[DATE-1]", "date/month"],
        ["$.reason 45-54", "stays", "name/eponym"],
        ["$.reason 66-71", "stays", "-"],
    ]
    assert not any(word in out for word in ("Anna", "Abernathy", "May", "Parkinson", "Texas", "33445566"))
    assert main(["mask", "explain", note, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [[row["rule"], NOTE[row["start"] : row["end"]]] for row in rows if row["path"] == "$.reason"] == [
        ["", "Seen"],
        ["name/listed", "Dr. Anna Abernathy"],
        ["date/month", "3 May 2021"],
        ["name/eponym", "Parkinson"],
        ["", "Texas"],
    ]
    assert not any("text" in row for row in rows)


def test_the_words_are_printed_where_asked_for_and_on_a_terminal(
    note: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["mask", "explain", note, "--text"]) == 0
    assert '"Dr. Anna Abernathy"' in capsys.readouterr().out
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(["mask", "explain", note]) == 0
    assert '"Parkinson"' in terminal.getvalue()


def test_text_that_is_no_json_is_one_string_and_a_deployments_rules_are_heard(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = tmp_path / "masking.yaml"
    rules.write_text("terms: {PROJECT: [night owl]}", encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.StringIO("about night owl\n"))
    assert main(["mask", "explain", "-", "--rules", str(rules)]) == 0
    assert capsys.readouterr().out.startswith("$ 6-15  [PROJECT-1]  policy/own  ")


def test_what_cannot_be_explained_is_a_wrong_use_of_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "masking.yaml"
    rules.write_text("patterns: [{category: A, pattern: '('}]", encoding="utf-8")
    note = tmp_path / "note.txt"
    note.write_text("nothing", encoding="utf-8")
    assert main(["mask", "explain", str(tmp_path / "nowhere.json")]) == 2
    assert main(["mask", "explain", str(note), "--rules", str(rules)]) == 2
    assert "masking_rules_invalid" in capsys.readouterr().err
