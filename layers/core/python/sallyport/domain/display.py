"""Text as a person must see it: nothing invisible, nothing that turns the line around, nothing that passes for another
thing."""

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
    r"""`text` with what cannot be seen written as `\u{202e}`, so that two texts which differ also look different.

    In a word that mixes Latin letters with those of an alphabet whose letters pass for Latin ones, these are spelled
    out as well: `p\u{430}yroll`.
    """
    text = _TYPED.sub(r"\\u{5c}", text)
    if text.isascii():
        return text if text.isprintable() else "".join(map(_shown, text))
    return "".join(map(_shown, _WORD.sub(_alphabet_by_alphabet, text)))


# Alphabets with letters that look like Latin ones (Unicode Technical Standard 39, "moderately restrictive": Latin goes
# with any script but Cyrillic and Greek; the others are rarer and no less alike).
_ALIKE = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})
_WORD = re.compile(r"[^\W\d_]+")


def mixes_alphabets(text: str) -> bool:
    """Whether `visible` spells out letters of a word because they pass for others."""
    return not text.isascii() and any(_alphabet_by_alphabet(word) != word[0] for word in _WORD.finditer(text))


def _alphabet_by_alphabet(match: re.Match[str]) -> str:
    word = match[0]
    if word.isascii():
        return word
    scripts = [_script(character) for character in word]
    alike = {script for script in scripts if script in _ALIKE}
    if not alike or ("LATIN" not in scripts and len(alike) == 1):
        return word
    return "".join(_escape(c) if script in _ALIKE else c for c, script in zip(word, scripts, strict=True))


# A marker that somebody typed would pass for a masked value; of several spaces only the first is sure to be seen.
_MARKER = re.compile(r"\[(?=[A-Z][A-Z0-9_]*-\d+\])")
_SPACES = re.compile(r"(?<= ) ")


def exact(text: str) -> str:
    r"""`visible` for a value that takes effect: two values that differ also look different.

    Also spelled out: every space after the first in a row, what only looks like a marker of ours, characters that stand
    for others (ligatures, full-width letters), accents that are not composed, and letters of other scripts beside Latin
    ones. Telling two values in one foreign script apart is left to their reader.
    """
    text = _SPACES.sub(r"\\u{20}", _MARKER.sub(r"\\u{5b}", visible(text)))
    if text.isascii():
        return text
    composed = unicodedata.is_normalized("NFC", text)
    latin = any(_script(character) == "LATIN" for character in text)
    return "".join(
        _escape(c)
        if not c.isascii() and (not composed or unicodedata.normalize("NFKC", c) != c or (latin and _foreign(c)))
        else c
        for c in text
    )


def _foreign(character: str) -> bool:
    return character.isalpha() and _script(character) != "LATIN"


def _script(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0] if character.isalpha() else ""


def _escape(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"


def _shown(character: str) -> str:
    if character in _KEPT:
        return character
    if unicodedata.category(character) in _HIDDEN or _BLANK.match(character):
        return _escape(character)
    return character
