"""Text as a person must see it: nothing invisible, nothing that turns the line around."""

from __future__ import annotations

import unicodedata

# Line ends and tabs stay; every other control, format, surrogate or private-use character is spelled out.
_KEPT = "\n\t"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str) -> str:
    r"""`text` with what cannot be seen written as `\u{202e}`, so that two texts which differ also look different."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c in _KEPT or unicodedata.category(c) not in _HIDDEN else f"\\u{{{ord(c):x}}}" for c in text)
