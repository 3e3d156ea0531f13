"""DynamoDB's exports and the fake of them.

moto exports everything and knows neither windows nor times, so DynamoDB's answers are given here, and botocore checks
what is sent.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from sallyport.adapters.dynamodb_exports import DynamoDbExports
from sallyport.domain.exports import SETS, Export, ExportStatus, Order, TableExports, WindowGone
from sallyport.domain.ports import PortFailed
from tests.fakes.exports import FakeTableExports

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/audit"
AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
SET = f"{SETS}2026/11/01/000512Z"
WINDOW = (AT - timedelta(hours=24), AT - timedelta(minutes=5))


class Aws:
    """The twin with the answers of an account that remembers."""

    def __init__(self) -> None:
        self.client = boto3.client("dynamodb")
        self.stub = Stubber(self.client)
        self.stub.activate()
        self.ports = DynamoDbExports(self.client, TABLE, "worm", "123456789012")
        self.told: dict[str, dict[str, Any]] = {}

    def asked(self, order: Order, error: str | None = None) -> None:
        wanted: dict[str, Any] = {"ExportType": "FULL_EXPORT"}
        if order.window is not None:
            times = {"ExportFromTime": order.window[0], "ExportToTime": order.window[1]}
            spec = {**times, "ExportViewType": "NEW_AND_OLD_IMAGES"}
            wanted = {"ExportType": "INCREMENTAL_EXPORT", "IncrementalExportSpecification": spec}
        to = {"S3Bucket": "worm", "S3BucketOwner": "123456789012", "S3Prefix": order.prefix}
        sent = {"TableArn": TABLE, **to, "ExportFormat": "DYNAMODB_JSON", **wanted}
        if error is not None:
            self.stub.add_client_error("export_table_to_point_in_time", error, expected_params=sent)
            return
        self.stub.add_response("export_table_to_point_in_time", {"ExportDescription": {}}, sent)

    def tells(self, *exports: tuple[str, dict[str, Any]], pages: int = 1) -> None:
        """Exports by id, in DynamoDB's order, then each as it is asked for: the newest first."""
        arns = [f"{TABLE}/export/{name}" for name, _ in exports]
        size = -(-len(arns) // pages)
        for page in range(pages):
            part = [{"ExportArn": arn} for arn in arns[page * size : (page + 1) * size]]
            more = {"NextToken": str(page + 1)} if page + 1 < pages else {}
            token = {"NextToken": str(page)} if page else {}
            self.stub.add_response("list_exports", {"ExportSummaries": part, **more}, {"TableArn": TABLE, **token})
        for name, said in sorted(exports, reverse=True):
            arn = f"{TABLE}/export/{name}"
            whole = {"ExportArn": arn, "S3Bucket": "worm", "S3Prefix": SET, "StartTime": AT, **said}
            self.stub.add_response("describe_export", {"ExportDescription": whole}, {"ExportArn": arn})


@pytest.fixture
def aws(account: None) -> Aws:
    return Aws()


@pytest.fixture(params=["fake", "aws"])
def exports(request: pytest.FixtureRequest, account: None) -> TableExports:
    if request.param == "fake":
        return FakeTableExports(now=AT)
    client = boto3.client("dynamodb")
    enabled = {"PointInTimeRecoveryEnabled": True}
    client.update_continuous_backups(TableName="audit", PointInTimeRecoverySpecification=enabled)
    stub = Aws()
    stub.tells()
    stub.asked(Order(SET))
    stub.tells(("01764072000000-a", {"ExportStatus": "COMPLETED", "ExportTime": AT}))
    stub.asked(Order(SET, WINDOW))
    since, until = WINDOW
    spec = {"ExportFromTime": since, "ExportToTime": until}
    stub.tells(("01764072000001-b", {"ExportStatus": "COMPLETED", "IncrementalExportSpecification": spec}))
    return stub.ports


def test_what_was_started_is_told_with_the_instant_that_it_shows(exports: TableExports) -> None:
    assert exports.recent() == []
    exports.start(Order(SET))
    assert exports.recent() == [Export(SET, ExportStatus.DONE, AT, AT)]
    exports.start(Order(SET, WINDOW))
    assert exports.recent() == [Export(SET, ExportStatus.DONE, AT, WINDOW[1])]


def test_newest_come_first_back_to_the_newest_that_is_done(aws: Aws) -> None:
    done: dict[str, Any] = {"ExportStatus": "COMPLETED", "ExportTime": AT}
    failed, under_way = {"ExportStatus": "FAILED", "ExportTime": AT}, {"ExportStatus": "IN_PROGRESS"}
    elsewhere = {**done, "S3Bucket": "theirs"}
    by_hand = {**done, "S3Prefix": "audit/2026/11/25/120000Z"}
    told: list[tuple[str, dict[str, Any]]] = [
        ("01000000000001-a", done),
        ("01000000000006-b", under_way),
        ("01000000000003-c", done),
    ]
    told += [("01000000000004-d", elsewhere), ("01000000000005-e", failed), ("01000000000007-f", by_hand)]
    aws.tells(*told, pages=2)
    found = aws.ports.recent()
    assert [export.status.name for export in found] == ["UNDER_WAY", "FAILED", "DONE"]


@pytest.mark.parametrize("order", [Order(SET), Order(SET, WINDOW)])
def test_export_that_is_refused_is_a_failed_port(aws: Aws, order: Order) -> None:
    aws.asked(order, "PointInTimeRecoveryUnavailableException")
    with pytest.raises(PortFailed, match="export_refused"):
        aws.ports.start(order)


def test_window_that_recovery_does_not_have_is_named(aws: Aws) -> None:
    aws.asked(Order(SET, WINDOW), "InvalidExportTimeException")
    with pytest.raises(WindowGone):
        aws.ports.start(Order(SET, WINDOW))


def test_service_that_does_not_answer_is_a_failed_port(aws: Aws) -> None:
    aws.stub.add_client_error("list_exports", "InternalServerError")
    with pytest.raises(PortFailed, match="exports_unavailable"):
        aws.ports.recent()


def test_moto_takes_what_is_sent_for_a_full_export(account: None) -> None:
    client = boto3.client("dynamodb")
    enabled = {"PointInTimeRecoveryEnabled": True}
    client.update_continuous_backups(TableName="audit", PointInTimeRecoverySpecification=enabled)
    arn = client.describe_table(TableName="audit")["Table"]["TableArn"]
    DynamoDbExports(client, arn, "worm", "123456789012").start(Order(SET))
    (told,) = client.list_exports(TableArn=arn)["ExportSummaries"]
    assert told["ExportType"] == "FULL_EXPORT"
