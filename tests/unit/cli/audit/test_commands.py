"""`sallyport audit`: what it says, and how it exits."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from sallyport_cli.audit import export
from sallyport_cli.audit.commands import _instant
from sallyport_cli.errors import UsageError
from sallyport_cli.main import main
from tests.support.evidence import furnished, write_export


def test_clean_exits_0_and_says_in_one_line_what_is_left_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    items, _ = furnished()
    assert main(["audit", "verify", str(write_export(tmp_path, items))]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "clean"
    assert sum(line.startswith("not shown by this: ") for line in lines) == 1


def test_tampered_exits_1_and_names_request_sequence_and_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    items, names = furnished()
    del items[[item["pk"] for item in items].index(f"REQ#{names['denied']}") + 1]
    folder = str(write_export(tmp_path, items))
    assert main(["audit", "verify", folder]) == 1
    assert f"{names['denied']} 1: removed: " in capsys.readouterr().out
    assert main(["audit", "verify", folder, "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["verdict"] == "tampered"
    found = [(f["request"], f["sequence"], f["kind"]) for f in said["findings"]]
    assert found == [(names["denied"], 1, "removed")]


def test_nothing_to_verify_exits_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify", str(tmp_path)]) == 2
    assert "no DynamoDB export" in capsys.readouterr().err
    assert main(["audit", "verify", str(tmp_path / "nowhere"), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["verdict"] == "cannot_tell"


def test_two_full_exports_are_not_mixed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("monday", "tuesday"):
        write_export(tmp_path / name, furnished()[0])
    assert main(["audit", "verify", str(tmp_path)]) == 2
    assert "one full export and the incremental ones" in capsys.readouterr().err


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An account with the audit table, filled, and a bucket; the table's ARN."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="evidence")
        dynamodb = boto3.client("dynamodb")
        keys = [("pk", "HASH"), ("sk", "RANGE")]
        table = dynamodb.create_table(
            TableName="audit",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        )
        dynamodb.update_continuous_backups(
            TableName="audit", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        for item in furnished()[0]:
            dynamodb.put_item(TableName="audit", Item={name: {"S": value} for name, value in item.items()})
        yield table["TableDescription"]["TableArn"]


def remove_one() -> None:
    gone = {"pk": {"S": f"REQ#{furnished()[1]['redeemed']}"}, "sk": {"S": "0000000001"}}
    boto3.client("dynamodb").delete_item(TableName="audit", Key=gone)


@pytest.mark.usefixtures("aws")
def test_export_that_moto_wrote_is_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A layout that nobody here wrote."""
    monkeypatch.setattr(export, "_POLL_SECONDS", 0)
    wanted = ["audit", "export", "--table", "audit", "--bucket", "evidence", "--out"]
    assert main([*wanted, str(tmp_path / "whole")]) == 0
    assert main(["audit", "verify", str(tmp_path / "whole")]) == 0
    assert f"{len(furnished()[0])} events in" in capsys.readouterr().out
    for listed in boto3.client("s3").list_objects_v2(Bucket="evidence")["Contents"]:
        boto3.client("s3").delete_object(Bucket="evidence", Key=listed["Key"])
    remove_one()
    assert main([*wanted, str(tmp_path / "cut")]) == 0
    assert main(["audit", "verify", str(tmp_path / "cut")]) == 1


@pytest.mark.usefixtures("aws")
def test_scan_writes_an_export_that_verifies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(export, "_ITEMS_IN_A_FILE", 50)
    wanted = ["audit", "export", "--table", "audit", "--scan", "--out"]
    assert main([*wanted, str(tmp_path / "whole")]) == 0
    home = Path(capsys.readouterr().out.strip())
    assert home.is_relative_to(tmp_path / "whole" / "audit")
    there = {path.name for path in home.iterdir()}
    manifests = {f"manifest-{name}.{end}" for name in ("summary", "files") for end in ("json", "checksum")}
    assert there == {"_started", "data", *manifests}
    assert len(list((home / "data").iterdir())) == 1 + (len(furnished()[0]) - 1) // 50
    assert main(["audit", "verify", str(tmp_path / "whole"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["events"], len(said["leaves_open"])) == (len(furnished()[0]), 1)
    remove_one()
    assert main([*wanted, str(tmp_path / "cut")]) == 0
    assert main(["audit", "verify", str(tmp_path / "cut")]) == 1


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    "wanted",
    [
        ["--scan"],
        [],
        ["--bucket", "evidence", "--until", "2026-11-02"],
        ["--scan", "--out", "x", "--bucket", "evidence"],
    ],
)
def test_export_that_leads_nowhere_exits_2(wanted: list[str]) -> None:
    assert main(["audit", "export", "--table", "audit", *wanted]) == 2


@pytest.mark.parametrize("times", [("2026-11-02", "2026-11-03T00:01"), ("2026-11-02", "2026-11-02T00:14")])
@pytest.mark.usefixtures("aws")
def test_window_that_dynamodb_does_not_take_is_refused_before_it_is_asked(
    times: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    since, until = times
    wanted = ["audit", "export", "--table", "audit", "--bucket", "evidence", "--since", since, "--until", until]
    assert main(wanted) == 2
    assert "15 minutes to 24 hours" in capsys.readouterr().err


def test_time_without_a_zone_is_utc_and_the_buckets_account_is_said() -> None:
    at = datetime(2026, 11, 2, 10, tzinfo=UTC)
    said = export.Wanted("evidence", "123456789012", _instant("2026-11-02T09:00"), _instant("2026-11-02T10:00+00:00"))
    assert said.parameters(at) == {
        "S3Bucket": "evidence",
        "S3BucketOwner": "123456789012",
        "S3Prefix": "audit/2026/11/02/100000Z",
        "ExportType": "INCREMENTAL_EXPORT",
        "IncrementalExportSpecification": {"ExportFromTime": at - timedelta(hours=1), "ExportToTime": at},
    }


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AccessDeniedException", "AuditorAccess"),
        ("PointInTimeRecoveryUnavailableException", "point-in-time recovery is off"),
        ("ThrottlingException", "AWS said no: ThrottlingException"),
    ],
)
def test_refusal_says_what_it_means(code: str, said: str) -> None:
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stub:
        stub.add_client_error("describe_table", code)
        with pytest.raises(UsageError, match=said):
            export.ask(export.Source("audit", client, None), export.Wanted("b"), datetime.now(UTC), print)


@pytest.mark.parametrize("written", ["", "[]", '{"approvers": {}}'])
def test_file_that_is_no_stack_is_named(written: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack = tmp_path / "stack.json"
    stack.write_text(written)
    assert main(["audit", "export", "--scan", "--out", str(tmp_path), "--stack", str(stack), "--as", "admin"]) == 2
    assert "not a stack file" in capsys.readouterr().err


def test_person_whom_the_stack_does_not_know_is_told_who_there_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = tmp_path / "stack.json"
    stack.write_text('{"admin": {}, "approvers": {"petra.approver": {}}}')
    for who in ([], ["--as", "mallory"]):
        assert main(["audit", "export", "--scan", "--out", str(tmp_path), "--stack", str(stack), *who]) == 2
        assert "--as admin | petra.approver" in capsys.readouterr().err


@pytest.mark.usefixtures("aws")
def test_no_such_table_exits_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "export", "--table", "other", "--scan", "--out", str(tmp_path)]) == 2
    assert "ResourceNotFoundException" in capsys.readouterr().err
