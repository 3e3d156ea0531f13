"""A small evaluator of IAM policies, written from IAM's documentation and independent of what renders them.

It knows wildcards, policy variables, and the condition operators that the policy layer uses; anything else raises, so
that a template that uses more is noticed. Resources match as widely as IAM could take them: `*` spans everything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_SPECIAL = re.compile(r"\$\{([^}]*)\}|[*?]")


@dataclass(frozen=True)
class Call:
    """One call as IAM sees it. Context keys are written as IAM's documentation does; values are texts or lists."""

    action: str
    resource: str
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)

    def value(self, key: str) -> list[str] | None:
        for name, value in self.context.items():
            if name.lower() == key.lower():
                return [value] if isinstance(value, str) else list(value)
        return None


type Pattern = Callable[[Call], re.Pattern[str]]


def pattern(text: str) -> Pattern:
    """`text` as IAM reads it: `*`, `?`, and `${key}`, which stands for the context's value, or for nothing at all."""

    def compiled(call: Call) -> re.Pattern[str]:
        out, end = "", 0
        for special in _SPECIAL.finditer(text):
            out += re.escape(text[end : special.start()]) + _special(special, call)
            end = special.end()
        return re.compile(out + re.escape(text[end:]), re.DOTALL)

    return compiled


def _special(found: re.Match[str], call: Call) -> str:
    if found[0] in "*?":
        return ".*" if found[0] == "*" else "."
    if found[1] in ("*", "?", "$"):
        return re.escape(found[1])
    value = call.value(found[1].split(",")[0].strip())
    return re.escape(value[0]) if value else r"(?!)"


@dataclass(frozen=True)
class Statement:
    effect: str
    actions: tuple[Pattern, ...]
    resources: tuple[Pattern, ...]
    conditions: tuple[tuple[str, str, tuple[Pattern, ...], tuple[str, ...]], ...] = ()

    def applies(self, call: Call) -> bool:
        lowered = Call(call.action.lower(), call.resource, call.context)
        return (
            any(action(lowered).fullmatch(lowered.action) for action in self.actions)
            and any(resource(call).fullmatch(call.resource) for resource in self.resources)
            and all(_holds(operator, key, wanted, raw, call) for operator, key, wanted, raw in self.conditions)
        )


def allows(statements: Sequence[Statement], call: Call) -> bool:
    """Some statement allows the call and none denies it."""
    applying = {statement.effect for statement in statements if statement.applies(call)}
    return applying == {"Allow"}


def statements(document: str, read: Callable[[str], Pattern] = pattern) -> tuple[Statement, ...]:
    """The statements of a policy's JSON text."""
    return read_statements(json.loads(document)["Statement"], read)


def read_statements(raw: Sequence[Mapping[str, Any]], read: Callable[[str], Pattern]) -> tuple[Statement, ...]:
    """`read` makes patterns of resources and conditions' values; calls are read as IAM does."""
    return tuple(_statement(one, read) for one in raw)


def _statement(raw: Mapping[str, Any], read: Callable[[str], Pattern]) -> Statement:
    unknown = set(raw) - {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
    if unknown or raw.get("Principal", "*") != "*":
        raise NotImplementedError(f"statement with {sorted(unknown) or 'a principal'}")
    conditions = tuple(
        (operator, key, tuple(read(value) for value in _listed(values)), tuple(_listed(values)))
        for operator, keys in raw.get("Condition", {}).items()
        for key, values in keys.items()
    )
    return Statement(
        raw["Effect"],
        tuple(pattern(action.lower()) for action in _listed(raw["Action"])),
        tuple(read(resource) for resource in _listed(raw["Resource"])),
        conditions,
    )


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _holds(operator: str, key: str, wanted: Sequence[Pattern], raw: Sequence[str], call: Call) -> bool:
    found = call.value(key)
    if operator == "Null":
        return (found is None) == (raw[0] == "true")
    qualifier, _, bare = operator.rpartition(":")
    if_exists = bare.endswith("IfExists")
    bare = bare.removesuffix("IfExists")
    test = _TESTS[bare]
    if qualifier == "ForAllValues":
        return all(test(value, wanted, call) for value in found or [])
    if found is None:
        return if_exists or "Not" in bare
    if qualifier not in ("", "ForAnyValue") or (not qualifier and len(found) != 1):
        raise NotImplementedError(f"{operator} on {key}")
    return any(test(value, wanted, call) for value in found)


def _equals(value: str, wanted: Sequence[Pattern], call: Call) -> bool:
    # Without wildcards of its own: StringEquals takes `*` literally.
    return any(_literal(one(call).pattern) == value for one in wanted)


def _literal(compiled: str) -> str:
    return re.sub(r"\\(.)", r"\1", compiled.replace(".*", "*"), flags=re.DOTALL)


def _differs(value: str, wanted: Sequence[Pattern], call: Call) -> bool:
    return not _equals(value, wanted, call)


def _unlike(value: str, wanted: Sequence[Pattern], call: Call) -> bool:
    return not _like(value, wanted, call)


def _like(value: str, wanted: Sequence[Pattern], call: Call) -> bool:
    return any(one(call).fullmatch(value) for one in wanted)


def _before(value: str, wanted: Sequence[Pattern], call: Call) -> bool:
    # Instants of one form compare as text.
    return any(value < _literal(one(call).pattern) for one in wanted)


_TESTS: Mapping[str, Callable[[str, Sequence[Pattern], Call], bool]] = {
    "StringEquals": _equals,
    "StringNotEquals": _differs,
    "StringLike": _like,
    # ArnEquals and ArnLike are the same: both take wildcards.
    "ArnEquals": _like,
    "ArnNotEquals": _unlike,
    "ArnLike": _like,
    "DateLessThan": _before,
}
