"""Text that is encoded in a string: base64, hexadecimal, UTF-16 read as something else.

What it decodes to is looked at, and the whole is masked where that identifies somebody, or where it is a file that
nobody can judge.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from sallyport.masking.detect.withheld import BASE64_TEXT, FILE, HEXADECIMAL_TEXT, PAIRED_TEXT
from sallyport.masking.spans import Span
from sallyport.masking.structure.cells import Finder

_TOKEN = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_PIECE = re.compile(r"[A-Za-z0-9]{8,}={0,2}")
_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")
# Where no lowercase letter or digit comes before a capital, no text is encoded.
_MIXED = re.compile(r"[a-z0-9][A-Z]")
_HEAD = 24  # characters of base64 that show how a file begins
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[2-7][0-9A-Fa-f]){7,}(?![0-9A-Za-z])")
_HEX_DIGITS = re.compile(r"[2-7][0-9A-Fa-f][2-7][0-9A-Fa-f][2-7][0-9A-Fa-f]{9}")  # begins with what few words hold
# ASCII whose bytes were taken in pairs for characters of UTF-16.
_PAIRED = r"[\u2020-\u7e7e]{5,}"  # compiled at its first use, for so wide a class takes `re` a millisecond
_ASCII_TEXT = re.compile(r"[\w .,:;@+/()#'-]+", re.ASCII)
_DATA_URI = re.compile(r"data:[\w/+.;=-]{0,100};base64,[A-Za-z0-9+/_-]+={0,2}", re.IGNORECASE)
# How files begin: gzip, zip, PDF, PNG, JPEG, GIF, bzip2, xz, zstd, RTF, DICOM's preamble.
_FILES = (
    b"\x1f\x8b\x08", b"PK\x03\x04", b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BZh", b"\xfd7zXZ", b"(\xb5/\xfd",
    b"{\\rtf", b"\x00" * 16,
)  # fmt: skip


def encoded_spans(text: str, find: Finder) -> Iterator[Span]:
    """Encoded text that holds an identifier, and encoded files, as a whole."""
    if "base64," in text:
        yield from _data_uris(text, find)
    for match in _tokens(text):
        yield from _base64(match, find)
    for match in _HEX.finditer(text) if _HEX_DIGITS.search(text) else ():
        decoded = _ascii(binascii.unhexlify(match.group()))
        if decoded is not None and find(decoded):
            yield Span(match.start(), match.end(), "ENCODED", HEXADECIMAL_TEXT)
    if not text.isascii():
        for match in re.finditer(_PAIRED, text):
            for order in ("utf-16-le", "utf-16-be"):
                decoded = _ascii(match.group().encode(order, "replace"))
                if decoded is not None and find(decoded):
                    yield Span(match.start(), match.end(), "ENCODED", PAIRED_TEXT)


def _tokens(text: str) -> Iterator[re.Match[str]]:
    """Tokens that may be base64, found by the change of case inside and led back to where they begin."""
    end = 0
    for mixed in _MIXED.finditer(text):
        start = mixed.start()
        if start < end:
            continue
        while start > end and text[start - 1] in _ALPHABET:
            start -= 1
        if (match := _TOKEN.match(text, start)) is not None:
            yield match
            end = match.end()


def decoded_parts(text: str) -> Iterator[str]:
    """The texts that parts of `text` encode, whatever they say."""
    for match in _TOKEN.finditer(text):
        tokens = [match.group(), *(piece.group() for piece in _PIECE.finditer(match.group()))]
        for token in dict.fromkeys(tokens):
            if _MIXED.search(token) and (decoded := decode_base64(token)) is not None:
                yield decoded
    for match in _HEX.finditer(text):
        if (decoded := _ascii(binascii.unhexlify(match.group()))) is not None:
            yield decoded


def _data_uris(text: str, find: Finder) -> Iterator[Span]:
    for match in _DATA_URI.finditer(text):
        decoded = decode_base64(match.group().rpartition(",")[2])
        if decoded is None:
            yield Span(match.start(), match.end(), "BINARY", FILE)
        elif find(decoded):
            yield Span(match.start(), match.end(), "ENCODED", BASE64_TEXT)


def _base64(match: re.Match[str], find: Finder) -> Iterator[Span]:
    token, start = match.group(), match.start()
    if _is_file(token):
        yield Span(start, match.end(), "BINARY", FILE)
    elif (decoded := decode_base64(token)) is not None and find(decoded):
        yield Span(start, match.end(), "ENCODED", BASE64_TEXT)
    elif not token.isalnum():  # perhaps a part of a path, a name or an address
        for piece in _PIECE.finditer(token):
            if piece.group() != token and _MIXED.search(piece.group()):
                decoded = decode_base64(piece.group())
                if decoded is not None and find(decoded):
                    yield Span(start + piece.start(), start + piece.end(), "ENCODED", BASE64_TEXT)


def decode_base64(token: str) -> str | None:
    """The text that `token` encodes, or None when it encodes none."""
    if token.isalpha() and token.islower():
        return None
    data = _bytes(token)
    if not data:
        return None
    if max(data[::2].count(0), data[1::2].count(0)) * 2 >= len(data) - 2:
        data = bytes(byte for byte in data if byte)  # UTF-16 of Latin letters, with or without a mark of its order
    try:
        text = data.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").decode("utf-8")
    except UnicodeDecodeError:
        return None
    printable = sum(char.isprintable() or char in "\r\n\t" for char in text)
    return text if printable >= 0.95 * len(text) else None


def _is_file(token: str) -> bool:
    return len(token) >= _HEAD and (_bytes(token[:_HEAD]) or b"").startswith(_FILES)


def _bytes(token: str) -> bytes | None:
    body = token.rstrip("=").replace("-", "+").replace("_", "/")
    if len(body) % 4 == 1:
        return None
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except binascii.Error:
        return None


def _ascii(data: bytes) -> str | None:
    text = data.decode("latin-1")
    return text if _ASCII_TEXT.fullmatch(text) else None
