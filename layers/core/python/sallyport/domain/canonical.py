"""The one byte form of a JSON value that is hashed: RFC 8785."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import rfc8785

type JSON = Mapping[str, "JSON"] | Sequence["JSON"] | str | int | float | bool | None


class NotCanonical(ValueError):
    """The value has no RFC 8785 form: NaN, an integer past 2**53, a lone surrogate. Never quotes the value."""


def canonical(value: JSON) -> bytes:
    """RFC 8785 bytes of `value`. Raises NotCanonical where two values could share one encoding."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, RecursionError, UnicodeEncodeError):
        raise NotCanonical("value has no canonical JSON form") from None


def sha256_hex(data: bytes) -> str:
    """Lower-case hexadecimal SHA-256, 64 characters."""
    return hashlib.sha256(data).hexdigest()
