# ruff: noqa: SIM905 - lists and names are read one by one
"""Values out of the models that botocore ships: what their examples show, and what their patterns describe."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]  # the only reader of patterns there is
from typing import Any

import botocore

DATA = Path(botocore.__file__).parent / "data"
# `.` and the like say nothing about what a name looks like, so a pattern of nothing else is no source of names.
_LITERAL = re.compile(r"[a-z]{1,12}-|arn")
_WORDS = "api job prod blue core data edge main node stage web queue batch index audit cache model index events".split()


def loaded(name: str) -> Iterator[Any]:
    for path in sorted(DATA.rglob(f"{name}.json*")):
        raw = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text(encoding="utf-8")
        yield json.loads(raw)


def _strings(node: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _strings(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from _strings(value, key)
    elif isinstance(node, str):
        yield key, node


@cache
def shown() -> dict[str, tuple[str, ...]]:
    """What the examples show, by what it is: ids, ARNs, names of buckets and of other things."""
    found: dict[str, dict[str, None]] = {"id": {}, "arn": {}, "bucket": {}, "name": {}}
    for document in loaded("examples-1"):
        for examples in document.get("examples", {}).values():
            for example in examples:
                for key, value in _strings([example.get("input"), example.get("output")]):
                    if not 3 <= len(value) <= 200 or any(c in value for c in " \n@<>{}\"'"):
                        continue
                    kind = _kind(key, value)
                    if kind:
                        found[kind][value] = None
    return {kind: tuple(values) for kind, values in found.items()}


def _kind(key: str, value: str) -> str | None:
    if value.startswith("arn:"):
        return "arn"
    if key == "AccessKeyId":
        return None  # the name of a credential is refused like the credential
    if key == "Bucket":
        return "bucket"
    if re.search(r"(?:Id|ID|Ids|IDs)$", key):
        return "id" if not re.fullmatch(r"\d{1,11}|[a-z]+", value) else None
    return (
        "name"
        if re.search(
            r"(?:cluster|service|table|function|queue|topic|stack|group|repository)Names?$", key, re.IGNORECASE
        )
        else None
    )


@cache
def patterns() -> dict[str, tuple[str, ...]]:
    """Patterns of ids and of ARNs that begin with something of their own."""
    found: dict[str, dict[str, None]] = {"id": {}, "arn": {}}
    for model in loaded("service-2"):
        for name, shape in model.get("shapes", {}).items():
            pattern = shape.get("pattern", "")
            kind = "arn" if "arn" in pattern[:12] else "id" if re.search(r"Ids?$", name) else None
            if kind and _LITERAL.match(pattern.lstrip("^(?:")) and len(pattern) < 400:
                found[kind][pattern] = None
    return {kind: tuple(values) for kind, values in found.items()}


def written(pattern: str, lot: random.Random) -> str | None:
    """A value that fits `pattern`, or None where the pattern has more than a name needs."""
    try:
        return _write(_parser.parse(pattern), lot)
    except (re.error, ValueError, KeyError, OverflowError):
        return None


def _write(parsed: Any, lot: random.Random) -> str:
    return "".join(_one(str(operation), argument, lot) for operation, argument in parsed)


def _one(operation: str, argument: Any, lot: random.Random) -> str:
    if operation == "LITERAL":
        return chr(argument)
    if operation == "IN":
        return _of(argument, lot)
    if operation == "ANY":
        return lot.choice("abcdefghij0123456789")
    if operation == "BRANCH":
        return _write(lot.choice(argument[1]), lot)
    if operation == "SUBPATTERN":
        return _write(argument[-1], lot)
    if operation in ("MAX_REPEAT", "MIN_REPEAT"):
        low, high, inner = argument
        return _repeated(low, int(high), inner, lot)
    if operation in ("AT", "ASSERT", "ASSERT_NOT"):
        return ""
    raise ValueError(operation)


def _repeated(low: int, high: int, inner: Any, lot: random.Random) -> str:
    """As often as the pattern asks; where it lets a person choose a name freely, words as people choose them."""
    if not low and high > 20:
        return ""  # what may be left out mostly is left out
    if high - low > 20 and _free(inner):
        name = "-".join(lot.sample(_WORDS, 2))
        return name if low <= len(name) else name.ljust(low, "0")
    times = lot.randint(low, min(high, low + 3, max(low, 64)))
    return "".join(_write(inner, lot) for _ in range(times))


def _free(inner: Any) -> bool:
    """Whether a repeated class has all letters."""
    return any(
        (str(op) == "IN" and any(str(o) == "CATEGORY" or (str(o) == "RANGE" and a == (97, 122)) for o, a in arg))
        or str(op) in ("ANY", "NOT_LITERAL")
        for op, arg in inner
    )


def _of(choices: Any, lot: random.Random) -> str:
    letters = ""
    for operation, argument in choices:
        name = str(operation)
        if name == "NEGATE":
            return lot.choice("abcdef0123456789")
        if name == "LITERAL":
            letters += chr(argument)
        elif name == "RANGE":
            letters += "".join(map(chr, range(argument[0], min(argument[1], 126) + 1)))
        elif name == "CATEGORY":
            letters += "0123456789" if argument is _constants.CATEGORY_DIGIT else "abcdefghijklmnopqrstuvwxyz0123456789"
    usual = [c for c in letters if c.isalnum()] or list(letters)
    return lot.choice(usual)
