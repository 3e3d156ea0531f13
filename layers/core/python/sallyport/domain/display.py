"""Text as a person must see it: nothing invisible, nothing that turns the line around."""

from __future__ import annotations

import re
import unicodedata

# Line ends, tabs and the one space stay; every other control, format, surrogate, private-use or space character is
# spelled out.
_KEPT = " \n\t"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
# Letters and marks that show nothing: Unicode's Default_Ignorable_Code_Point (variation selectors, fillers) and the
# blank braille pattern.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# An escape that somebody typed: its backslash is spelled out, so that it does not pass for one of ours.
_TYPED = re.compile(r"\\(?=u\{)")


def visible(text: str) -> str:
    r"""`text` with what cannot be seen written as `\u{202e}`, so that two texts which differ also look different."""
    text = _TYPED.sub(r"\\u{5c}", text)
    return text if text.isascii() and text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character in _KEPT:
        return character
    if unicodedata.category(character) in _HIDDEN or _BLANK.match(character):
        return f"\\u{{{ord(character):x}}}"
    return character
