"""Whether a text is the RFC 8785 form of what it says. Written from the RFC, not from the writer's library."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any


class NotCanonical(ValueError):
    """The text is not JSON, or not the one form that RFC 8785 gives its value."""


def _no_number(text: str) -> Any:
    raise NotCanonical(f"{text} is no JSON")


_ENCODE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_DECODE = json.JSONDecoder(parse_int=float, parse_float=float, parse_constant=_no_number).decode


def parsed(text: str) -> Any:
    """The value. Raises NotCanonical."""
    try:
        text.encode()  # a lone surrogate has no form
        if _canonical(_DECODE(text)) != text:
            raise NotCanonical("not in RFC 8785 form")
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise error if isinstance(error, NotCanonical) else NotCanonical("not JSON") from None


def _canonical(value: Any) -> str:
    if isinstance(value, str):
        return _ENCODE(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        # Names are sorted by UTF-16 code units (RFC 8785, 3.2.3).
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{_ENCODE(name)}:{_canonical(member)}" for name, member in members) + "}"
    if isinstance(value, Sequence):
        return "[" + ",".join(map(_canonical, value)) + "]"
    return _ENCODE(value)


def _number(value: float) -> str:
    """ECMAScript's Number::toString (ECMA-262, 6.1.6.1.20): the shortest digits that give the same double."""
    if not math.isfinite(value):
        raise NotCanonical("no JSON number")
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int)
    text, point = "".join(map(str, digits)), len(digits) + exponent
    if len(text) <= point <= 21:
        shown = text + "0" * (point - len(text))
    elif 0 < point <= 21:
        shown = f"{text[:point]}.{text[point:]}"
    elif -6 < point <= 0:
        shown = "0." + "0" * -point + text
    else:
        fraction = f".{text[1:]}" if len(text) > 1 else ""
        shown = f"{text[0]}{fraction}e{point - 1:+d}"
    return ("-" if sign else "") + shown
