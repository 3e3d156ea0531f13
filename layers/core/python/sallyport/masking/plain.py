"""The plain reading of a text: what a person sees, whatever the code points and escapes that spell it.

Detectors read the plain form; the offsets lead a span back to the text as it came, so that the whole disguise is
replaced. Each step is linear, the number of nested escapes and of readings is fixed.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from sallyport.masking.characters import BLANK, CONFUSABLE, CONTROL, EITHER, INVISIBLE, LIGATURE, UNUSUAL, familiar

MAX_NESTED_ESCAPES = 3

_ESCAPES = re.compile(
    r"(?:%[0-9A-Fa-f]{2})+|%u[0-9A-Fa-f]{4}|&\#0{0,20}[0-9]{1,7};?|&\#[xX]0{0,20}[0-9A-Fa-f]{1,6};?|&[A-Za-z]{2,31};"
    r"|\\u(?:[0-9A-Fa-f]{4}|\{[0-9A-Fa-f]{1,6}\})|\\x[0-9A-Fa-f]{2}|\\[ntr\"'/]|=(?:[0-9A-F]{2})(?==[0-9A-F]{2}|[a-z])"
)
_MAY_ESCAPE = re.compile(r"%u?[0-9A-Fa-f]{2}|&#|&[A-Za-z]{2,31};|\\[ux\"/ntr']")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Plain(NamedTuple):
    """`text` to read; `starts[i]`, `ends[i]` bound the piece of the original that `text[i]` came from."""

    text: str
    starts: list[int] | None
    ends: list[int] | None
    closed_up: bool = False  # read without the blanks between single characters

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that spells `text[start:end]`."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def scrub_surrogates(text: str) -> str:
    """`text` without lone surrogates, which no UTF-8 output could carry."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def readings(text: str) -> list[Plain]:
    """The plain readings of `text`, the likeliest first: one, unless some characters may be drawn as a blank or as
    nothing at all, or single characters stand apart (`1 2 3 - 4 5`)."""
    escaped = _without_escapes(Plain(text, None, None))
    unusual = not escaped.text.isascii() and UNUSUAL.search(escaped.text)
    if unusual or CONTROL.search(escaped.text):
        nothing = _replace(escaped, EITHER, lambda _: "")
        found = [nothing] if nothing is escaped else [nothing, _replace(escaped, EITHER, lambda _: " ")]
        found = [_familiar(_replace(one, INVISIBLE, lambda _: "")) for one in found]
    else:
        found = [escaped]
    closed = _closed_up(found[-1])
    return found if closed is None else [*found, closed]


def _without_escapes(source: Plain) -> Plain:
    for _ in range(MAX_NESTED_ESCAPES):
        text = source.text
        if not ("%" in text or "&" in text or "\\" in text) or not _MAY_ESCAPE.search(text):
            break
        replaced = _replace(source, _ESCAPES, _unescape)
        if replaced.text == source.text:
            break
        source = replaced
    return source


# Eight single characters or more, a blank or three between each two.
_APART = re.compile(rf"(?<!\S)\S(?:[{BLANK}]{{1,3}}\S){{7,}}(?!\S)")
_BLANKS = re.compile(rf"[{BLANK}]+")
_PERHAPS = re.compile(r"\s\S\s{1,3}\S\s{1,3}\S\s{1,3}\S\s")  # half the time, and nearly no text has it


def _closed_up(source: Plain) -> Plain | None:
    """`source` with characters that stand apart closed up; words stay apart by wider blanks or by their capitals."""
    text = source.text
    if not _PERHAPS.search(text):
        return None
    apart = {at for run in _APART.finditer(text) for at in range(*run.span())}
    if not apart:
        return None

    def close(match: re.Match[str]) -> str:
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        if match.start() not in apart or not (before and after):
            return match.group()
        return " " if len(match.group()) > 1 or (before.islower() and after.isupper()) else ""

    return _replace(source, _BLANKS, close)._replace(closed_up=True)


def _unescape(match: re.Match[str]) -> str:
    piece = match.group()
    try:
        if piece[:2] == "%u":
            return chr(int(piece.removeprefix("%u"), base=16))
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


def _replace(source: Plain, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]) -> Plain:
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
        piece = new(match)
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


def _familiar(source: Plain) -> Plain:
    """`source` with look-alike characters replaced; but for ligatures one by one, so that offsets stay."""
    if LIGATURE.search(source.text):
        source = _replace(source, LIGATURE, lambda match: unicodedata.normalize("NFKC", match.group()))
    drawn_like = {ord(char): familiar(char) for char in set(_ODD.findall(source.text))}
    text = source.text.translate(drawn_like)
    text = _LETTERS.sub(_latin, text) if _FOREIGN_LETTER.search(text) else text
    return source._replace(text=text)


_ODD = re.compile(r"[^\x00-\x7e\u00a1-\u00b0\u00b4-\u00b8\u00ba-\u017f]")
_LETTERS = re.compile(r"[^\W\d_]+")
_FOREIGN_LETTER = re.compile(r"[\u0370-\u03ff\u0400-\u052f]")


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
