"""`sallyport audit`: what it says, and how it exits."""

import json
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

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
    assert "one full export is needed" in capsys.readouterr().err


def test_export_that_moto_wrote_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A layout that nobody here wrote."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    items, names = furnished()
    with mock_aws():
        s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
        s3.create_bucket(Bucket="evidence")
        keys = [("pk", "HASH"), ("sk", "RANGE")]
        arn = dynamodb.create_table(
            TableName="audit",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        )["TableDescription"]["TableArn"]
        dynamodb.update_continuous_backups(
            TableName="audit", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        for item in items:
            dynamodb.put_item(TableName="audit", Item={name: {"S": value} for name, value in item.items()})
        for prefix in ("whole", "cut"):
            export = dynamodb.export_table_to_point_in_time(TableArn=arn, S3Bucket="evidence", S3Prefix=prefix)
            told = export["ExportDescription"]
            while told["ExportStatus"] == "IN_PROGRESS":
                told = dynamodb.describe_export(ExportArn=told["ExportArn"])["ExportDescription"]
            assert told["ExportStatus"] == "COMPLETED"
            gone = {"pk": {"S": f"REQ#{names['redeemed']}"}, "sk": {"S": "0000000001"}}
            dynamodb.delete_item(TableName="audit", Key=gone)
        for listed in s3.list_objects_v2(Bucket="evidence")["Contents"]:
            path = tmp_path / listed["Key"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(s3.get_object(Bucket="evidence", Key=listed["Key"])["Body"].read())
    assert main(["audit", "verify", str(tmp_path / "whole")]) == 0
    assert main(["audit", "verify", str(tmp_path / "cut")]) == 1
