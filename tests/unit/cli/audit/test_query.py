"""`sallyport audit query`: SQL over an export, which reaches the export and nothing else."""

import csv
import io
import json
import re
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from sallyport_cli.audit.query import _EPILOG
from sallyport_cli.audit.query_tables import EVENTS, REQUESTS
from sallyport_cli.audit.summary import Summary
from sallyport_cli.main import main
from tests.support.evidence import furnished, rehashed, write_export

PAGE = (Path(__file__).parents[4] / "docs" / "audit-format.md").read_text()
DOCUMENTED = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
IN_HELP = re.findall(r"^  (SELECT .*)$", _EPILOG, re.MULTILINE)

type Rows = list[dict[str, Any]]
type Ask = Callable[..., Rows]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write_export(tmp_path / "export", furnished()[0])


@pytest.fixture
def ask(export: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    def asked(sql: str, folder: Path = export) -> Rows:
        capsys.readouterr()
        assert main(["audit", "query", sql, "--export", str(folder), "--format", "json"]) == 0
        found: Rows = json.loads(capsys.readouterr().out)
        return found

    return asked


def test_there_are_queries_in_the_documentation_and_three_in_the_help() -> None:
    assert (len(DOCUMENTED), len(IN_HELP)) == (5, 3)


@pytest.mark.parametrize("sql", [*DOCUMENTED, *IN_HELP])
def test_documented_query_runs(ask: Ask, sql: str) -> None:
    rows = ask(sql)
    assert rows or "reviewed_by IS NULL" in sql


def test_documentation_names_every_column() -> None:
    section = PAGE.partition("### In SQL")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([a-z_]+)`", section))
    assert {*EVENTS, *REQUESTS} <= named
    assert {field.name for field in fields(Summary)} ^ set(REQUESTS) == {"time_to_decision", "seconds_to_decision"}


def test_every_event_and_request_is_a_row(ask: Ask) -> None:
    items, names = furnished()
    (counted,) = ask("SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM requests) AS requests")
    assert counted == {"events": len(items), "requests": len(names)}
    chain, seq = f"REQ#{names['unicode']}", 3
    (item,) = (item for item in items if (item["pk"], int(item["sk"])) == (chain, seq))
    (row,) = ask(f"SELECT * FROM events WHERE chain = '{names['unicode']}' AND seq = 3")
    said = json.loads(item["event"])
    assert row == {
        "chain": names["unicode"],
        "seq": 3,
        "happened_at": said["at"],
        "type": "decision.recorded",
        "actor_kind": "person",
        "actor": "petra.approver",
        "channel": "slack",
        "action": "s3.export",
        "action_digest": said["action_digest"],
        "presented_digest": said["presented_digest"],
        "policy_digest": said["policy_digest"],
        "judged_by": said["judged_by"],
        "hash": item["hash"],
        "prev_hash": item["prev_hash"],
        "details": json.dumps(said["details"], ensure_ascii=False, separators=(",", ":")),
    }


def test_what_came_of_a_request_is_in_its_row(ask: Ask) -> None:
    _, names = furnished()
    found = {row["request"]: row for row in ask("SELECT * FROM requests")}
    outcomes = {name: found[request]["outcome"] for name, request in names.items()}
    assert outcomes == {
        "redeemed": "credential_issued", "denied": "denied", "expired": "expired", "cancelled": "cancelled",
        "pending": "expired", "unicode": "never_used", "taken_back": "credential_issued",
        "revoked": "credential_issued", "done": "credential_issued", "void": "revoked", "glass": "credential_issued",
        "executed": "executed", "not_executed": "failed", "no_credential": "failed", "refusing": "expired",
        "halted": "credential_issued",
    }  # fmt: skip
    glass, refusing = found[names["glass"]], found[names["refusing"]]
    assert (glass["break_glass"], glass["decided_by"], glass["reviewed_by"]) == (
        True,
        ["rosa.security"],
        "petra.approver",
    )
    assert (glass["on_behalf_of"], glass["credential_until"]) == ("olive.owner", "2026-11-02T10:11:00.000Z")
    assert (refusing["refusals"], refusing["self_approvals"], refusing["decided_by"]) == (7, 5, [])
    assert refusing["seconds_to_decision"] == 76 * 60
    assert (found[names["void"]]["revoked_by"], found[names["redeemed"]]["revoked_by"]) == ("rosa.security", None)


REACHING_OUT = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM read_csv('https://example.org/x.csv')",
    "COPY events TO 'HERE/out.csv'",
    "EXPORT DATABASE 'HERE/out'",
    "ATTACH 'HERE/out.duckdb'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "RESET lock_configuration",
    "SELECT * FROM arguments",
    "SELECT getenv('HOME')",
]


@pytest.mark.parametrize("sql", REACHING_OUT)
def test_query_reaches_no_file_no_network_and_no_setting(
    export: Path, sql: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert main(["audit", "query", sql.replace("HERE", str(tmp_path)), "--export", str(export)]) == 2
    assert "DuckDB says: " in capsys.readouterr().err
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    "sql", ["DELETE FROM events", "UPDATE events SET seq = 1", "CREATE TABLE mine (a INT)", "DROP TABLE events"]
)
def test_query_changes_nothing(export: Path, sql: str) -> None:
    assert main(["audit", "query", sql, "--export", str(export)]) == 2


@pytest.mark.parametrize("sql", ["SELECT 1; SELECT 2", "", "SELEC"])
def test_what_is_not_one_query_exits_2(export: Path, sql: str) -> None:
    assert main(["audit", "query", sql, "--export", str(export)]) == 2


def test_formats(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, names = furnished()
    columns = "outcome, decided_by, reviewed_by, submitted_at, break_glass"
    sql = f"SELECT {columns} FROM requests WHERE request = '{names['taken_back']}'"
    wanted = ["audit", "query", sql, "--export", str(export)]
    assert main(wanted) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "outcome            decided_by                      reviewed_by  submitted_at              break_glass",
        "-----------------  ------------------------------  -----------  ------------------------  -----------",
        "credential_issued  quinn.approver, petra.approver               2026-11-02T10:06:00.000Z  false",
        "(1 row)",
    ]
    assert said.err == "not verified: `sallyport audit verify` says whether this export is whole and unaltered\n"
    assert main([*wanted, "--format", "csv"]) == 0
    header, row = csv.reader(io.StringIO(capsys.readouterr().out))
    assert (header[0], row) == (
        "outcome",
        ["credential_issued", "quinn.approver, petra.approver", "", "2026-11-02T10:06:00.000Z", "false"],
    )
    assert main([*wanted, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["decided_by"] == ["quinn.approver", "petra.approver"]


def test_numbers_that_json_does_not_have_are_null(ask: Ask) -> None:
    assert ask(
        "SELECT 'nan'::DOUBLE AS a, 1.5::DECIMAL(3,1) AS b, true AS c, 5::HUGEINT AS d, DATE '2026-11-02' AS e"
    ) == [{"a": None, "b": "1.5", "c": True, "d": 5, "e": "2026-11-02"}]


def test_two_columns_of_one_name_are_not_lost_in_json(export: Path) -> None:
    assert main(["audit", "query", "SELECT 1 AS a, 2 AS a", "--export", str(export), "--format", "json"]) == 2


def test_evidence_cannot_speak_to_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items, _ = furnished()
    items[6] = rehashed(items[6], type="x\x1b[2J")
    export = write_export(tmp_path / "export", items)
    assert main(["audit", "query", "SELECT type FROM events", "--export", str(export)]) == 0
    assert "x\\x1b[2J" in capsys.readouterr().out


def test_events_of_another_form_are_rows_as_far_as_they_tell(ask: Ask, tmp_path: Path) -> None:
    """A tampered export can be asked as well: what cannot be read is NULL."""
    items, _ = furnished()
    items[6] = rehashed(items[6], at="yesterday", actor="me", details={"a": "SURROGATE\u0000"}, action=7)
    items[6]["event"] = items[6]["event"].replace("SURROGATE", "\\ud800")
    told = "happened_at, actor, action, details->>'a' AS a"
    (row,) = ask(
        f"SELECT {told} FROM events WHERE type = 'request.submitted' AND actor IS NULL",
        write_export(tmp_path / "other", items),
    )
    assert row == {"happened_at": None, "actor": None, "action": None, "a": "?\u0000"}


def test_without_duckdb_it_is_said_what_is_missing(
    export: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert main(["audit", "query", "SELECT 1", "--export", str(export)]) == 2
    assert "pip install duckdb" in capsys.readouterr().err


def test_without_an_export_it_cannot_be_asked(tmp_path: Path) -> None:
    assert main(["audit", "query", "SELECT 1", "--export", str(tmp_path)]) == 2
