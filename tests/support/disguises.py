"""One text in many spellings that a person's eye, or one step of decoding, reads as the same."""

from __future__ import annotations

import base64
import html
import urllib.parse
from collections.abc import Callable

# A character between each two of the text's. The eye sees nothing there, or a blank.
BETWEEN = {
    "nul": "\0",
    "start of heading": "\x01",
    "start of text": "\x02",
    "bell": "\a",
    "backspace, delete": "\b\x7f",
    "vertical tab": "\v",
    "escape": "\x1b",
    "unit separator": "\x1f",
    "next line": "\x85",
    "string terminator": "\x9c",
    "no-break space": "\u00a0",
    "soft hyphen": "\u00ad",
    "grapheme joiner": "\u034f",
    "arabic letter mark": "\u061c",
    "hangul choseong filler": "\u115f",
    "hangul jungseong filler": "\u1160",
    "ogham space": "\u1680",
    "khmer inherent vowel": "\u17b4",
    "mongolian vowel separator": "\u180e",
    "en quad": "\u2000",
    "thin space": "\u2009",
    "hair space": "\u200a",
    "zero width space": "\u200b",
    "zero width joiner": "\u200d",
    "line separator": "\u2028",
    "right-to-left override": "\u202e",
    "narrow no-break space": "\u202f",
    "mathematical space": "\u205f",
    "word joiner": "\u2060",
    "braille blank": "\u2800",
    "ideographic space": "\u3000",
    "hangul filler": "\u3164",
    "variation selector": "\ufe0f",
    "byte order mark": "\ufeff",
    "halfwidth hangul filler": "\uffa0",
    "object replacement": "\ufffc",
    "musical null": "\U0001d159",
    "tag": "\U000e0041",
    "variation selector 100": "\U000e0153",
    "combining overlay": "\u0335",
    "line feed": "\n",
    "space": " ",
    "tab": "\t",
}


def _shifted(first_digit: int, first_capital: int, first_small: int) -> Callable[[str], str]:
    def shift(text: str) -> str:
        return "".join(
            chr(first_digit + ord(c) - 48)
            if c.isdigit()
            else chr((first_small if c.islower() else first_capital) + ord(c.lower()) - 97)
            if c.isalpha() and c.isascii()
            else c
            for c in text
        )

    return shift


def _coded(encode: Callable[[bytes], bytes], charset: str = "utf-8") -> Callable[[str], str]:
    return lambda text: encode(text.encode(charset)).decode("ascii")


def _unpadded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


DISGUISES: dict[str, Callable[[str], str]] = {
    **{f"{name} between": between.join for name, between in BETWEEN.items()},
    "utf-16 little": lambda text: text.encode("utf-16-le").decode("latin-1"),
    "utf-16 big": lambda text: text.encode("utf-16-be").decode("latin-1"),
    "utf-32": lambda text: text.encode("utf-32-le").decode("latin-1"),
    "utf-16 taken in pairs": lambda text: (text + " " * (len(text) % 2)).encode().decode("utf-16-le"),
    "base64": _coded(base64.b64encode),
    "base64 for addresses, unpadded": _coded(_unpadded),
    "base64 of utf-16": _coded(base64.b64encode, "utf-16-le"),
    "base64 of utf-16 with a mark": _coded(base64.b64encode, "utf-16"),
    "base64 twice": lambda text: base64.b64encode(base64.b64encode(text.encode())).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "percent": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "percent twice": lambda text: urllib.parse.quote("".join(f"%{byte:02X}" for byte in text.encode())),
    "percent u": lambda text: "".join(f"%u{ord(char):04X}" for char in text),
    "entities": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "entities with zeros": lambda text: "".join(f"&#x{ord(char):010x};" for char in text),
    "escapes": lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
    "escapes in braces": lambda text: "".join(f"\\u{{{ord(char):x}}}" for char in text),
    "full width": lambda text: "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text),
    "mathematical bold": _shifted(0x1D7CE, 0x1D400, 0x1D41A),
    "mathematical monospace": _shifted(0x1D7F6, 0x1D670, 0x1D68A),
    "terminal colours": lambda text: "".join(f"\x1b[1m{char}\x1b[0m" for char in text),
    "html": html.escape,
}
