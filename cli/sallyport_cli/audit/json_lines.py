"""JSON as it comes: fast where msgspec reads and writes it, and by the standard library where it does not.

msgspec refuses some texts that the standard library accepts (lone surrogates), and reads all others the same way.
"""

from __future__ import annotations

import json
from typing import Any

from msgspec.json import Decoder, Encoder

_DECODE, _ENCODE = Decoder().decode, Encoder().encode


def read(text: bytes) -> Any:
    """Raises ValueError or RecursionError."""
    try:
        return _DECODE(text)
    except (ValueError, RecursionError):
        return json.loads(text)


def write(value: Any) -> bytes:
    try:
        return _ENCODE(value)
    except ValueError:
        return json.dumps(value).encode()
