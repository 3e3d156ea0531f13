"""Rows: matrices with their headers, name/value objects, typed values of databases."""

from __future__ import annotations

from typing import Any

from sallyport.masking.structure import company, meanings
from sallyport.masking.structure.company import Company
from sallyport.masking.structure.fields import Field, field_of
from sallyport.masking.structure.key_kinds import apart
from sallyport.masking.structure.meanings import SHOWN, Masked

VALUE_KEYS = frozenset(
    ("value", "Value", "values", "val", "stringValue", "data", "content", "text", "ParameterValue", "AttributeValue")
)
NAME_KEYS = (
    "name",
    "Name",
    "key",
    "Key",
    "field",
    "column",
    "label",
    "attribute",
    "parameter",
    "param",
    "header",
    "columnName",
    "fieldName",
    "ParameterKey",
    "ParameterName",
    "AttributeName",
)
_TYPED = frozenset(
    (
        "S",
        "N",
        "B",
        "SS",
        "NS",
        "BS",
        "L",
        "M",
        "BOOL",
        "NULL",
        "stringValue",
        "longValue",
        "doubleValue",
        "booleanValue",
        "isNull",
    )
)


def is_typed(node: dict[str, Any]) -> bool:
    """Whether `node` only names a value's type, as DynamoDB (`{"S": …}`) and the RDS Data API do."""
    return len(node) == 1 and next(iter(node)) in _TYPED


def described_field(node: dict[str, Any], here: Company, masked: Masked) -> Field | None:
    """The field that a `{"name": "ssn", "value": …}` object of `here` describes."""
    name = _described(node)
    return None if name is None else meanings.masked(meanings.meaning(name, here), masked)


def described_names(nodes: list[Any]) -> list[str]:
    """What the objects of a list describe, if its first one describes something: together they are one record."""
    if type(nodes[0]) is not dict or _described(nodes[0]) is None:
        return []
    return [name for node in nodes if type(node) is dict and (name := _described(node)) is not None]


def _described(node: dict[str, Any]) -> str | None:
    if len(node) > 6 or VALUE_KEYS.isdisjoint(node):
        return None
    for key in NAME_KEYS:
        if isinstance(name := node.get(key), str) and len(name) <= 64:
            return name
    return None


def columns(names: list[str], masked: Masked = SHOWN) -> list[Field | None]:
    """What the headers of a table say, each in the company of the others."""
    keys = [apart(name) for name in names]
    here = company.of_keys(keys)
    return [meanings.masked(meanings.meant(key, here), masked) for key in keys]


def headers(node: dict[str, Any], masked: Masked) -> list[Field | None] | None:
    """The columns of a matrix whose header is next to it: a list of names, or of objects with a name."""
    for key, item in node.items():
        if isinstance(item, list) and len(item) > 1 and not isinstance(item[0], list):
            names = [entry if isinstance(entry, str) else _named(entry) for entry in item]
            if all(names) and any(field_of(str(name)) for name in names):
                return columns([str(name) for name in names], masked)
        elif (
            isinstance(item, dict)
            and key.lower() in ("schema", "metadata", "meta")
            and (inner := headers(item, masked)) is not None
        ):
            return inner
    return None


def _named(entry: object) -> str | None:
    if isinstance(entry, dict):
        for key in NAME_KEYS:
            if isinstance(name := entry.get(key), str):
                return name
    return None


def first_row(rows: list[Any], masked: Masked) -> list[Field | None] | None:
    """The columns of a matrix that carries its header as first row."""
    first = rows[0]
    if not isinstance(first, list) or not all(isinstance(cell, str) for cell in first) or len(first) < 2:
        return None
    return columns(first, masked) if sum(field_of(cell) is not None for cell in first) * 2 >= len(first) else None
