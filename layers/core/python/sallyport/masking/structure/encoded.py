"""Base64 in strings: what it decodes to is looked at, and the whole is masked where that identifies somebody."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from sallyport.masking.spans import Span
from sallyport.masking.structure.cells import Finder

_BASE64 = re.compile(
    r"(?<![\w+/=.-])(?:[A-Za-z0-9+/]{4}){6,}(?:[A-Za-z0-9+/]{2,3}={0,2})?(?![\w+/.-])|(?<![\w+/=.-])[A-Za-z0-9_-]{24,}={0,2}(?![\w+/.-])"
)


def base64_spans(text: str, find: Finder) -> Iterator[Span]:
    """Base64 whose decoded text holds an identifier, as a whole."""
    for match in _BASE64.finditer(text):
        decoded = decode_base64(match.group())
        if decoded is not None and find(decoded):
            yield Span(match.start(), match.end(), "ENCODED", "base64")


def decode_base64(token: str) -> str | None:
    """The text that `token` encodes, or None when it encodes none."""
    body = token.rstrip("=").replace("-", "+").replace("_", "/")
    if len(body) % 4 == 1 or (body.isalpha() and body.islower()):
        return None
    try:
        text = base64.b64decode(body + "=" * (-len(body) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    printable = sum(char.isprintable() or char in "\r\n\t" for char in text)
    return text if printable >= 0.95 * len(text) else None
