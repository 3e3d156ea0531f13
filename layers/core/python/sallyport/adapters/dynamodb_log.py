"""The notary's own item in the requests table, and the audit table as it goes through it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from sallyport.domain.clock import stamp
from sallyport.domain.notary import LEASE, Busy, LogState, Page, stored
from sallyport.domain.ports import PortFailed

if TYPE_CHECKING:
    from botocore.client import BaseClient

_KEY = {"pk": {"S": "NOTARY"}}
_NUMBERS = ("size", "planned")
_TEXTS = ("root", "checkpoint", "note", "scanned", "scan_began")
_PAGE = 200


class DynamoDbLogStates:
    """`NOTARY` in the requests table. `holder` and `held_until` are the lease; only UpdateItem touches it."""

    def __init__(self, client: BaseClient, table: str) -> None:
        self._dynamodb: Any = client
        self._table = table

    def take(self, holder: str, now: datetime) -> LogState:
        found = self._update(
            "SET holder = :holder, held_until = :until",
            "attribute_not_exists(holder) OR held_until < :now",
            {":holder": {"S": holder}, ":until": {"S": stamp(now + LEASE)}, ":now": {"S": stamp(now)}},
        )
        values: dict[str, Any] = {name: int(found[name]["N"]) for name in _NUMBERS if name in found}
        return LogState(**values, **{name: found[name]["S"] for name in _TEXTS if name in found})

    def save(self, holder: str, state: LogState) -> None:
        names = (*_NUMBERS, *_TEXTS)
        values: dict[str, dict[str, str]] = {}
        for name in names:
            value = getattr(state, name)
            if value is not None:
                values[f":{name}"] = {"N": str(value)} if name in _NUMBERS else {"S": value}
        gone = [f"#{name}" for name in names if f":{name}" not in values]
        update = "SET " + ", ".join(f"#{key[1:]} = {key}" for key in values)
        update += f" REMOVE {', '.join(gone)}" if gone else ""
        values[":holder"] = {"S": holder}
        self._update(update, "holder = :holder", values, {f"#{name}": name for name in names})

    def release(self, holder: str) -> None:
        try:
            self._update("REMOVE holder, held_until", "holder = :holder", {":holder": {"S": holder}})
        except (Busy, PortFailed):
            return  # it ends by itself

    def _update(
        self, update: str, condition: str, values: dict[str, dict[str, str]], names: dict[str, str] | None = None
    ) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self._dynamodb.update_item(
                TableName=self._table,
                Key=_KEY,
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
                **({"ExpressionAttributeNames": names} if names else {}),
            )["Attributes"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                raise Busy from None
            raise PortFailed("store_unavailable") from None
        except BotoCoreError:
            raise PortFailed("store_unavailable") from None
        return found


class DynamoDbTrail:
    """The audit table, in the order in which DynamoDB keeps it."""

    def __init__(self, client: BaseClient, table: str) -> None:
        self._dynamodb: Any = client
        self._table = table

    def page(self, after: str | None) -> Page:
        start = {"ExclusiveStartKey": json.loads(after)} if after else {}
        try:
            answer = self._dynamodb.scan(TableName=self._table, Limit=_PAGE, ConsistentRead=True, **start)
        except (BotoCoreError, ClientError):
            raise PortFailed("store_unavailable") from None
        last = answer.get("LastEvaluatedKey")
        return Page(tuple(map(stored, answer["Items"])), json.dumps(last) if last else None)
