# ruff: noqa: SLF001 - a patch is about ministack's inner names
"""Condition keys of DynamoDB: what ministack overlooks of them.

`dynamodb:LeadingKeys` it never sets, `dynamodb:Attributes` not for batches, and `dynamodb:EnclosingOperation` it sets
to a list, which a plain StringEquals never equals. Here, as on AWS, they are the partition keys and attributes that a
request names, and one word. A request whose keys cannot be determined (PartiQL, a Query without an equality on the
partition key) gets a value that no policy names, so that it is refused. Scan has no key.
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
    _enforce_on_one_operation()


def _enforce_on_one_operation() -> None:
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    enforce = evaluator.enforce

    def enforce_on_one_operation(*positional: Any, **named: Any) -> Any:
        context = named.get("service_context") or {}
        enclosing = context.get("dynamodb:EnclosingOperation")
        if isinstance(enclosing, list) and len(enclosing) == 1:
            named["service_context"] = {**context, "dynamodb:EnclosingOperation": enclosing[0]}
        return enforce(*positional, **named)

    evaluator.enforce = enforce_on_one_operation


def _leading_keys(request: dict[str, Any], hash_key: Any) -> Iterator[str]:
    """The partition keys that a DynamoDB request names, whatever its operation."""
    if request.keys() & {"Statement", "Statements", "TransactStatements"}:
        yield UNKNOWN
    for table, key in _named_items(request):
        yield _of(key, hash_key(table, None))
    if request.keys() & {"KeyConditionExpression", "KeyConditions"}:
        yield _queried(request, hash_key(request["TableName"], request.get("IndexName")))


def _named_items(request: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Each key or item in a request, with its table."""
    for table, entries in (request.get("RequestItems") or {}).items():
        if isinstance(entries, dict):
            yield from ((table, key) for key in entries.get("Keys") or [])
        else:
            yield from ((table, _key_of(change)) for entry in entries for change in entry.values())
    for entry in request.get("TransactItems") or []:
        yield from ((detail["TableName"], _key_of(detail)) for detail in entry.values())
    if request.keys() & {"Key", "Item"}:
        yield request["TableName"], _key_of(request)


def _key_of(detail: dict[str, Any]) -> object:
    return detail.get("Key") or detail.get("Item")


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
