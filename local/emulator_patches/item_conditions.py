"""`dynamodb:LeadingKeys`, which ministack never sets, and `dynamodb:Attributes` of batches, which it overlooks.

Set, as on AWS, to the partition keys and the attributes that a request names. A request whose keys cannot be told
(PartiQL, a Query without an equality on the partition key) gets a value that no policy names, so that it is refused.
Scan has no key.
"""

import base64
import importlib
import json
import re
from collections.abc import Iterator
from typing import Any

UNKNOWN = "\0unknown"
_EQUALITY = re.compile(r"([#\w.-]+)\s*=\s*(:\w+)")


def apply() -> None:
    """Add the key to the context that ministack computes from a request's body."""
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    tables: Any = importlib.import_module("ministack.services.dynamodb")
    service_context = actions.dynamodb_service_context

    def hash_key(name: str, index: str | None) -> str | None:
        table = tables._tables.get(name.rsplit("/", 1)[-1]) or {}
        schema = table.get("KeySchema", [])
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
            for candidate in table.get(kind) or []:
                if candidate["IndexName"] == index:
                    schema = candidate["KeySchema"]
        return next((part["AttributeName"] for part in schema if part["KeyType"] == "HASH"), None)

    def service_context_with_keys(body: bytes) -> dict[str, Any]:
        context: dict[str, Any] = service_context(body)
        try:
            request = json.loads(body or b"{}")
        except (json.JSONDecodeError, UnicodeDecodeError):
            return context
        if not isinstance(request, dict):
            return context
        if keys := sorted(set(_leading_keys(request, hash_key))):
            context["dynamodb:LeadingKeys"] = keys
        if attributes := _batch_attributes(request, service_context):
            context |= {"dynamodb:Attributes": attributes, "dynamodb:Select": "SPECIFIC_ATTRIBUTES"}
        return context

    actions.dynamodb_service_context = service_context_with_keys


def _leading_keys(request: dict[str, Any], hash_key: Any) -> Iterator[str]:
    """The partition keys that a DynamoDB request names, whatever its operation."""
    if "Statement" in request or "Statements" in request or "TransactStatements" in request:
        yield UNKNOWN
    for table, entries in (request.get("RequestItems") or {}).items():
        if isinstance(entries, dict):
            for key in entries.get("Keys") or []:
                yield _of(key, hash_key(table, None))
        else:
            for entry in entries:
                put, delete = entry.get("PutRequest"), entry.get("DeleteRequest")
                yield _of(put["Item"] if put else delete["Key"], hash_key(table, None))
    for entry in request.get("TransactItems") or []:
        for detail in entry.values():
            yield _of(detail.get("Key") or detail.get("Item"), hash_key(detail["TableName"], None))
    table = request.get("TableName")
    if not isinstance(table, str):
        return
    if "Key" in request or "Item" in request:
        yield _of(request.get("Key") or request.get("Item"), hash_key(table, None))
    if "KeyConditionExpression" in request or "KeyConditions" in request:
        yield _queried(request, hash_key(table, request.get("IndexName")))


def _batch_attributes(request: dict[str, Any], service_context: Any) -> list[str]:
    """The attributes that a BatchGetItem asks for; none when it asks for whole items of any table."""
    entries = [entry for entry in (request.get("RequestItems") or {}).values() if isinstance(entry, dict)]
    named = [service_context(json.dumps(entry).encode()).get("dynamodb:Attributes", []) for entry in entries]
    return sorted({name for names in named for name in names}) if named and all(named) else []


def _queried(request: dict[str, Any], key: str | None) -> str:
    """The partition key value that a Query asks for."""
    names = request.get("ExpressionAttributeNames") or {}
    values = request.get("ExpressionAttributeValues") or {}
    for name, value in _EQUALITY.findall(request.get("KeyConditionExpression") or ""):
        if names.get(name, name) == key:
            return _text(values.get(value))
    return UNKNOWN


def _of(item: object, key: str | None) -> str:
    return _text(item.get(key)) if isinstance(item, dict) and key is not None else UNKNOWN


def _text(value: object) -> str:
    """An attribute value of a key type, {"S"|"N"|"B": text}, as a condition sees it."""
    if not isinstance(value, dict) or len(value) != 1:
        return UNKNOWN
    ((kind, content),) = value.items()
    if kind == "B":
        return base64.b64decode(content).decode("utf-8", errors="replace")
    return str(content) if kind in ("S", "N") else UNKNOWN
