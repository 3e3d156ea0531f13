"""`sallyport audit trace`: what it takes, and how it exits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sallyport_cli.main import main
from tests.support.evidence import Item, furnished, rehashed, write_export

FORMATS = pytest.mark.parametrize("form", ["agentack", "ocsf"])


@FORMATS
def test_only_the_requests_that_are_named_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    items, names = furnished()
    export = str(write_export(tmp_path, items))
    assert main(["audit", "trace", export, names["denied"], names["void"], "--format", form]) == 0
    out = capsys.readouterr().out
    assert {name for name, request_id in names.items() if request_id in out} == {"denied", "void"}


@FORMATS
def test_a_request_that_is_not_there_exits_2_and_leaves_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    items, names = furnished()
    export, out = write_export(tmp_path / "export", items), tmp_path / "out.jsonl"
    wanted = ["audit", "trace", str(export), names["denied"], "req-none", "--format", form, "--out", str(out)]
    assert main(wanted) == 2
    assert "not in the export: req-none" in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == [export]


@FORMATS
def test_no_export_exits_2(tmp_path: Path, form: str) -> None:
    assert main(["audit", "trace", str(tmp_path), "--format", form]) == 2
    assert main(["audit", "trace", str(tmp_path / "nowhere"), "--format", form, "--out", str(tmp_path)]) == 2


@FORMATS
@pytest.mark.parametrize(
    "changes",
    [{"details": "none"}, {"action_digest": 7}, {"at": "2026-11-02T10:01:00"}, {"actor": {"id": "petra.approver"}}],
)
def test_an_event_of_another_form_is_left_to_verify(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, changes: dict[str, object]
) -> None:
    items, names = furnished()

    def spoilt(item: Item) -> Item:
        decision = item["pk"] == f"REQ#{names['denied']}" and '"decision.recorded"' in item["event"]
        return rehashed(item, **changes) if decision else item

    export = write_export(tmp_path, [spoilt(item) for item in items])
    code = main(["audit", "trace", str(export), "--format", form])
    said = capsys.readouterr().err
    assert code == 2
    assert f"{names['denied']} has an event that is not of the documented form" in said


def test_a_chains_name_leads_to_no_other_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items, names = furnished()
    named = "REQ#req-x/../../escaped"
    moved = [{**item, "pk": named} if item["pk"] == f"REQ#{names['denied']}" else item for item in items]
    export, out = write_export(tmp_path / "export", moved), tmp_path / "traces"
    out.mkdir()
    assert main(["audit", "trace", str(export), "--format", "agentack", "--out", str(out)]) == 2
    assert "a chain has an invalid name" in capsys.readouterr().err
    assert not list(tmp_path.glob("escaped*"))


def test_a_reader_that_has_enough_is_no_fault(tmp_path: Path) -> None:
    export = str(write_export(tmp_path, furnished()[0]))
    command = [sys.executable, "-m", "sallyport_cli", "audit", "trace", export, "--format", "ocsf"]
    path = os.pathsep.join(sys.path)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        command, stdout=writing, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_ocsf_is_one_file_and_a_file_that_cannot_be_written_exits_2(tmp_path: Path) -> None:
    export = str(write_export(tmp_path / "export", furnished()[0]))
    assert main(["audit", "trace", export, "--format", "ocsf", "--out", str(tmp_path)]) == 2
    assert main(["audit", "trace", export, "--format", "ocsf", "--out", str(tmp_path / "none" / "out")]) == 2
