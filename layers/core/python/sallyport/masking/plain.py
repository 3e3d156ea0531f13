"""The plain reading of a text: what a person sees, whatever the code points and escapes that spell it.

Detectors read the plain form; the offsets lead a span back to the text as it came, so that the whole disguise is
replaced. Each step is linear and the number of nested escapes is fixed.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import NamedTuple

MAX_NESTED_ESCAPES = 3

# Letters of other scripts that are drawn like Latin ones (Unicode confusables, single letters).
_CYRILLIC = "АВЕЅІЈКМНОРСТУХаесіјорухѕԁԛԝһьгпкмтвнЗб"
_LATIN_C = "ABESIJKMHOPCTYXaecijopyxsdqwhbrnkmtBHZb"
_GREEK = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχγ"
_LATIN_G = "ABEZHIKMNOPTYXaikvopuxy"
_OTHER = "ⅼⅠɑɡıǀ∣ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ"
_LATIN_O = "lIagiIIABCDEFGHIJKLMNOPRSTUVWYZ"
CONFUSABLE = str.maketrans(_CYRILLIC + _GREEK, _LATIN_C + _LATIN_G)
_LETTERS = re.compile(r"[^\W\d_]+")
_FOREIGN_LETTER = re.compile(r"[\u0370-\u03ff\u0400-\u052f]")
_OTHERS = dict(zip(map(ord, _OTHER), _LATIN_O, strict=True)) | {
    0x2019: "'", 0x2018: "'", 0x02BC: "'", 0x201C: '"', 0x201D: '"', 0x2024: ".", 0xFE52: ".", 0x3002: ".",
}  # fmt: skip

# Anything that needs a second look: not ASCII, not a letter of European languages, not everyday typography.
_UNUSUAL = re.compile(r"[^\x00-\x7f\u00a1-\u00ac\u00ae-\u017f\u2026\u20ac\u2022\u00b0-\u00b3]")
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    r"\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)
_ESCAPES = re.compile(
    r"(?:%[0-9A-Fa-f]{2})+|&\#[0-9]{1,7};?|&\#[xX][0-9A-Fa-f]{1,6};?|&[A-Za-z]{2,8};"
    r"|\\u\{?[0-9A-Fa-f]{4,6}\}?|\\x[0-9A-Fa-f]{2}|\\[ntr\"'/]|=(?:[0-9A-F]{2})(?==[0-9A-F]{2}|[a-z])"
)
_MAY_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}|&#|&[A-Za-z]{2,8};|\\[ux\"/ntr']")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Plain(NamedTuple):
    """`text` to read; `starts[i]`, `ends[i]` bound the piece of the original that `text[i]` came from."""

    text: str
    starts: list[int] | None
    ends: list[int] | None

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that spells `text[start:end]`."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def scrub_surrogates(text: str) -> str:
    """`text` without lone surrogates, which no UTF-8 output could carry."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def plain(text: str) -> Plain:
    """The plain reading of `text`."""
    result = Plain(text, None, None)
    for _ in range(MAX_NESTED_ESCAPES):
        if not _MAY_ESCAPE.search(result.text):
            break
        replaced = _replace(result, _ESCAPES, _unescape)
        if replaced.text == result.text:
            break
        result = replaced
    if not result.text.isascii() and _UNUSUAL.search(result.text):
        result = _replace(result, _INVISIBLE, lambda _: "")
        result = Plain(_familiar(result.text), result.starts, result.ends)
    return result


def _unescape(match: re.Match[str]) -> str:
    piece = match.group()
    try:
        if piece[0] == "%":
            return bytes.fromhex(piece.replace("%", "")).decode("utf-8", "replace")
        if piece[0] == "&":
            return html.unescape(piece)
        if piece[0] == "=":
            return chr(int(piece[1:], 16))
        if piece[1] in "ux":
            return chr(int(piece[2:].strip("{}"), 16))
        return " " if piece[1] in "ntr" else piece[1]
    except (ValueError, OverflowError):
        return piece


def _replace(source: Plain, pattern: re.Pattern[str], new: object) -> Plain:
    """`source` with every match of `pattern` replaced; the offsets follow."""
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0

    def keep(start: int, end: int) -> None:
        out.append(source.text[start:end])
        starts.extend(source.starts[start:end] if source.starts is not None else range(start, end))
        ends.extend(source.ends[start:end] if source.ends is not None else range(start + 1, end + 1))

    for match in pattern.finditer(source.text):
        keep(at, match.start())
        piece = new(match)  # type: ignore[operator]
        first, last = source.back(match.start(), match.end())
        if not piece and ends:
            ends[-1] = last  # an invisible character belongs to the one before it
        out.append(piece)
        starts += [first] * len(piece)
        ends += [last] * len(piece)
        at = match.end()
    if not at:
        return source
    keep(at, len(source.text))
    return Plain("".join(out), starts, ends)


def _familiar(text: str) -> str:
    """`text` with look-alike characters replaced one by one, so that offsets stay."""
    pieces = []
    for char in text:
        if char < "\u0180":
            pieces.append(char)
            continue
        new = _OTHERS.get(ord(char))
        if new is None:
            if char.isdecimal():
                new = str(unicodedata.decimal(char))
            elif (category := unicodedata.category(char)) == "Pd":
                new = "-"
            elif category == "Zs":
                new = " "
            else:
                folded = unicodedata.normalize("NFKC", char)
                new = folded if len(folded) == 1 else char
        pieces.append(new)
    text = "".join(pieces)
    return _LETTERS.sub(_latin, text) if _FOREIGN_LETTER.search(text) else text


def _latin(match: re.Match[str]) -> str:
    """A word with Greek or Cyrillic letters in Latin ones, where all of them have a Latin look-alike."""
    if not _FOREIGN_LETTER.search(match.group()):
        return match.group()
    word = match.group().translate(CONFUSABLE)
    return word if all(letter < "\u0370" for letter in word) else match.group()


_JSON_ESCAPES = re.compile(r'\\u[0-9A-Fa-f]{4}|\\["\\/bfnrt]')
_JSON_SINGLE = {"b": " ", "f": " ", "n": "\n", "r": "\r", "t": "\t"}


def unescape_json(text: str) -> Plain:
    """The reading of a JSON string literal's inside."""
    source = Plain(text, None, None)
    if "\\" not in text:
        return source
    return _replace(source, _JSON_ESCAPES, _json_char)


def _json_char(match: re.Match[str]) -> str:
    piece = match.group()
    return chr(int(piece.removeprefix("\\u"), 16)) if piece[1] == "u" else _JSON_SINGLE.get(piece[1], piece[1])
