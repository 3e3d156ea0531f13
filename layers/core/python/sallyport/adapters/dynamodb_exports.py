"""DynamoDB's exports to S3 (`ExportTableToPointInTime`), which it writes there with the caller's permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from sallyport.domain.exports import SETS, Export, ExportStatus, Order, WindowGone
from sallyport.domain.ports import PortFailed

if TYPE_CHECKING:
    from botocore.client import BaseClient


class DynamoDbExports:
    """Exports of the table into `bucket`, which `owner`, an account, has to own."""

    def __init__(self, client: BaseClient, table_arn: str, bucket: str, owner: str) -> None:
        self._dynamodb: Any = client
        self._table_arn = table_arn
        self._bucket = bucket
        self._owner = owner

    def recent(self) -> list[Export]:
        found: list[Export] = []
        try:
            for arn in self._arns():
                told = self._dynamodb.describe_export(ExportArn=arn)["ExportDescription"]
                if told["S3Bucket"] != self._bucket or not told.get("S3Prefix", "").startswith(SETS):
                    continue  # an export that somebody else started
                found.append(_export(told))
                if found[-1].status is ExportStatus.DONE:
                    break
        except (BotoCoreError, ClientError):
            raise PortFailed("exports_unavailable") from None
        return found

    def _arns(self) -> list[str]:
        """DynamoDB lists the last 90 days in no promised order, but an export's id begins with its time."""
        arns, more = list[str](), dict[str, str]()
        while True:
            page = self._dynamodb.list_exports(TableArn=self._table_arn, **more)
            arns += [summary["ExportArn"] for summary in page["ExportSummaries"]]
            if not page.get("NextToken"):
                return sorted(arns, key=lambda arn: arn.rpartition("/")[2], reverse=True)
            more = {"NextToken": page["NextToken"]}

    def start(self, order: Order) -> None:
        wanted: dict[str, Any] = {"ExportType": "FULL_EXPORT"}
        if order.window is not None:
            since, until = order.window
            window = {"ExportFromTime": since, "ExportToTime": until, "ExportViewType": "NEW_AND_OLD_IMAGES"}
            wanted = {"ExportType": "INCREMENTAL_EXPORT", "IncrementalExportSpecification": window}
        try:
            self._dynamodb.export_table_to_point_in_time(
                TableArn=self._table_arn,
                S3Bucket=self._bucket,
                S3BucketOwner=self._owner,
                S3Prefix=order.prefix,
                ExportFormat="DYNAMODB_JSON",
                **wanted,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "InvalidExportTimeException" and order.window is not None:
                raise WindowGone from None
            raise PortFailed("export_refused") from None
        except BotoCoreError:
            raise PortFailed("exports_unavailable") from None


def _export(told: dict[str, Any]) -> Export:
    began = told["StartTime"]
    until = told.get("IncrementalExportSpecification", {}).get("ExportToTime") or told.get("ExportTime") or began
    return Export(told["S3Prefix"], ExportStatus(told["ExportStatus"]), began, until)
