"""`sallyport audit export` and `verify` on the live stack, as the people whom it knows."""

import gzip
import json
from pathlib import Path

import pytest

from sallyport_cli.main import main
from tests.e2e.conftest import STACK_FILE
from tests.e2e.driver import Live
from tests.e2e.test_notary import notary, until


def exported(who: str, *more: str) -> int:
    return main(["audit", "export", "--stack", str(STACK_FILE), "--as", who, *more])


@pytest.mark.parametrize("who", ["sam.operator", "admin"])
def test_auditor_and_admin_export_and_verify_what_happened(
    live: Live, who: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = live.ask("export-bot", reason="Exported for an auditor")
    assert exported(who, "--scan", "--out", str(tmp_path)) == 0
    home = Path(capsys.readouterr().out.strip())
    assert main(["audit", "verify", str(tmp_path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["verdict"] == "clean"
    assert said["exports"] == [str(home)]
    data = b"".join(gzip.decompress(path.read_bytes()) for path in home.glob("data/*.gz"))
    assert request.encode() in data


def test_person_who_is_no_auditor_is_told_so(live: Live, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exported("petra.approver", "--scan", "--out", str(tmp_path)) == 2
    assert "AccessDeniedException: these credentials may not" in capsys.readouterr().err
    assert list(tmp_path.rglob("*.gz")) == []


def test_export_that_writes_nothing_is_told_of(live: Live, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bucket = live.stack["buckets"]["audit_worm"]
    assert exported("admin", "--bucket", bucket, "--out", str(tmp_path)) == 2
    assert "use --scan" in capsys.readouterr().err


def test_schedule_has_the_table_exported_once(live: Live) -> None:
    function = notary(live).replace("NotarizeAudit", "ExportAudit").rpartition("-")[0]
    client = live.client("lambda")
    pages = client.get_paginator("list_functions").paginate()
    (name,) = [f["FunctionName"] for p in pages for f in p["Functions"] if f["FunctionName"].startswith(function)]

    def started() -> int:
        answer = client.invoke(FunctionName=f"{name}:live", Payload=b"{}")
        return int(json.loads(answer["Payload"].read())["started"])

    assert started() in (0, 1)
    assert until(lambda: started() == 0, "an export that is done")
    table = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]["AUDIT_TABLE"]
    dynamodb = live.client("dynamodb")
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    found = dynamodb.list_exports(TableArn=arn)["ExportSummaries"]
    told = [dynamodb.describe_export(ExportArn=summary["ExportArn"])["ExportDescription"] for summary in found]
    (scheduled,) = [each for each in told if each["S3Prefix"].startswith("audit/scheduled/")]
    assert (scheduled["S3Bucket"], scheduled["ExportType"]) == (live.stack["buckets"]["audit_worm"], "FULL_EXPORT")
