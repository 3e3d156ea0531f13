"""Check parameters against an action's schema: whole values, in time linear in the input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import re2
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from sallyport.domain.member_names import unknown_members


def faults(schema: Mapping[str, Any], parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """The paths under `$.parameters` that do not fit: as the schema declares them, or what it does not declare at all
    (`unknown_members`)."""
    errors = _Validator(dict(schema)).iter_errors(dict(parameters))
    return tuple(dict.fromkeys(path for error in errors for path in _places(error)))


def _places(error: ValidationError) -> tuple[str, ...]:
    sent: Any = error.instance
    schema: Any = error.schema
    wanted: Any = error.validator_value
    where = "$.parameters" + error.json_path[1:]
    if error.validator == "required":
        return tuple(f"{where}.{name}" for name in wanted if name not in sent)
    if error.validator == "additionalProperties":
        return unknown_members(where, sent.keys() - schema.get("properties", {}).keys())
    return (where,)


def _pattern(_validator: Validator, pattern: str, value: object, _schema: Any) -> Iterator[ValidationError]:
    # jsonschema searches with `re`: there `$` matches before a last newline, and a pattern can take exponential time.
    if isinstance(value, str) and re2.fullmatch(pattern, value) is None:
        yield ValidationError("pattern")


def _items(validator: Validator, items: Any, value: object, schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, list) and not _too_many(value, schema):
        for index, item in enumerate(value):
            yield from validator.descend(item, items, path=index)  # type: ignore[attr-defined]


def _unique_items(validator: Validator, wanted: object, value: object, schema: Any) -> Iterator[ValidationError]:
    if wanted and isinstance(value, list) and not _too_many(value, schema):
        yield from Draft202012Validator.VALIDATORS["uniqueItems"](validator, wanted, value, schema)


def _too_many(value: list[Any], schema: Any) -> bool:
    """`maxItems` has said so already; looking at each of 100,000 items, or at each pair, would say nothing new."""
    return len(value) > int(schema.get("maxItems", 100))


_Validator = extend(  # type: ignore[no-untyped-call]  # jsonschema's stubs leave it out
    Draft202012Validator, {"pattern": _pattern, "items": _items, "uniqueItems": _unique_items}
)
