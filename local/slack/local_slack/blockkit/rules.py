"""The kinds of rule from which the tables of Block Kit are written, and the one function that applies them.

The messages are worded as the Web API words them; a JSON pointer says where.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    message: str
    pointer: str

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


@dataclass(frozen=True, slots=True)
class Text:
    """A text object of one of `kinds`, 1 to `longest` characters."""

    longest: int
    kinds: tuple[str, ...] = ("plain_text", "mrkdwn")


@dataclass(frozen=True, slots=True)
class String:
    longest: int
    shortest: int = 1
    choices: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    pass


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two bounds, both allowed."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list of `least` to `most` things that all follow one rule."""

    of: "Rule"
    most: int
    least: int = 1


@dataclass(frozen=True, slots=True)
class Shape:
    """An object with exactly these fields; every other property is refused, as Slack does."""

    fields: Mapping[str, "Rule"]
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ByType:
    """An object whose `type` picks its shape."""

    shapes: Mapping[str, Shape]


type Rule = Text | String | Flag | Whole | Items | Shape | ByType

PLAIN = ("plain_text",)
_TEXT_FIELDS: Mapping[str, Mapping[str, Rule]] = {
    "plain_text": {"emoji": Flag()},
    "mrkdwn": {"verbatim": Flag()},
}


def check(value: Any, rule: Rule, pointer: str) -> list[Problem]:
    """Every way in which a JSON value breaks a rule; an empty list means that it is accepted."""
    match rule:
        case Text():
            return _check_text(value, rule, pointer)
        case String():
            return _check_string(value, rule, pointer)
        case Flag():
            return [] if isinstance(value, bool) else [Problem("must provide a boolean", pointer)]
        case Whole():
            return _check_whole(value, rule, pointer)
        case Items():
            return _check_items(value, rule, pointer)
        case Shape():
            return _check_shape(value, rule, pointer)
        case ByType():
            return _check_by_type(value, rule, pointer)


def _check_text(value: Any, rule: Text, pointer: str) -> list[Problem]:
    if not isinstance(value, dict):
        return [Problem("must provide an object", pointer)]
    kind = value.get("type")
    if kind is None:
        return [Problem("missing required field: type", pointer)]
    if kind not in rule.kinds:
        return [Problem(f"unsupported type: {kind}", f"{pointer}/type")]
    fields: dict[str, Rule] = {"type": String(20), "text": String(rule.longest), **_TEXT_FIELDS[kind]}
    return _check_shape(value, Shape(fields, ("type", "text")), pointer)


def _check_string(value: Any, rule: String, pointer: str) -> list[Problem]:
    if not isinstance(value, str):
        return [Problem("must provide a string", pointer)]
    if len(value) < rule.shortest:
        return [Problem(f"must be more than {rule.shortest - 1} characters", pointer)]
    if len(value) > rule.longest:
        return [Problem(f"must be less than {rule.longest + 1} characters", pointer)]
    if rule.choices and value not in rule.choices:
        return [Problem(f"must be a valid enum value: {', '.join(rule.choices)}", pointer)]
    if rule.pattern and not re.fullmatch(rule.pattern, value):
        return [Problem("must match the expected format", pointer)]
    return []


def _check_whole(value: Any, rule: Whole, pointer: str) -> list[Problem]:
    if not isinstance(value, int) or isinstance(value, bool):
        return [Problem("must provide a number", pointer)]
    if not rule.least <= value <= rule.most:
        return [Problem(f"must be between {rule.least} and {rule.most}", pointer)]
    return []


def _check_items(value: Any, rule: Items, pointer: str) -> list[Problem]:
    if not isinstance(value, list):
        return [Problem("must provide an array", pointer)]
    if len(value) < rule.least:
        return [Problem(f"no fewer than {rule.least} items allowed", pointer)]
    if len(value) > rule.most:
        return [Problem(f"no more than {rule.most} items allowed", pointer)]
    return [problem for at, item in enumerate(value) for problem in check(item, rule.of, f"{pointer}/{at}")]


def _check_shape(value: Any, rule: Shape, pointer: str) -> list[Problem]:
    if not isinstance(value, dict):
        return [Problem("must provide an object", pointer)]
    problems = [Problem(f"missing required field: {name}", pointer) for name in rule.required if name not in value]
    for name, part in value.items():
        if name not in rule.fields:
            problems.append(Problem(f"invalid additional property: {name}", pointer))
        else:
            problems += check(part, rule.fields[name], f"{pointer}/{name}")
    return problems


def _check_by_type(value: Any, rule: ByType, pointer: str) -> list[Problem]:
    if not isinstance(value, dict):
        return [Problem("must provide an object", pointer)]
    kind = value.get("type")
    if not isinstance(kind, str):
        return [Problem("missing required field: type", pointer)]
    if kind not in rule.shapes:
        return [Problem(f"unsupported type: {kind}", f"{pointer}/type")]
    return _check_shape(value, rule.shapes[kind], pointer)
