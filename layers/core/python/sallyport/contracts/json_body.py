"""Read a JSON body strictly: what two parsers could read differently is refused, as is what has no canonical form."""

from __future__ import annotations

import json
from typing import Any

from sallyport.domain.canonical import NotCanonical, canonical
from sallyport.domain.refusals import BodyTooLarge, JsonTooDeep, MalformedRequest

MAX_BYTES = 256 * 1024
MAX_DEPTH = 64
_STRICT = "Send one JSON object in UTF-8, without duplicate keys, NaN, lone surrogates or integers past 2^53."


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`. Raises BodyTooLarge, JsonTooDeep, or MalformedRequest for duplicate keys, NaN, lone
    surrogates, integers past 2**53, and anything but an object."""
    if len(body) > MAX_BYTES:
        raise BodyTooLarge
    _check_depth(body)
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
        canonical(value)
    except (ValueError, RecursionError, NotCanonical):
        raise MalformedRequest(next_step=_STRICT) from None
    if not isinstance(value, dict):
        raise MalformedRequest(next_step=_STRICT)
    return value


def _check_depth(body: bytes) -> None:
    """Count brackets outside strings before any parser recurses into them."""
    depth, in_string, escaped = 0, False, False
    for byte in body:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise JsonTooDeep
        elif byte in b"]}":
            depth -= 1


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)
