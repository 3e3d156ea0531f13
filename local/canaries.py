"""Search texts for values that must not be there, in every form that they could have taken.

Nothing here knows where the texts come from, so that the same search runs over an emulator's sinks, over another
emulator's execution history, and over texts into which a test plants values to see them found.
"""

import base64
import html
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

# Shorter values would be found by chance.
MINIMUM_LENGTH = 8
# A form in a URL in JSON; an escape that is itself escaped counts once.
_STEPS = 3
_MAX_INFLATED = 64 * 1024 * 1024

# JSON in JSON in JSON: each layer doubles the backslashes of the one inside.
_JSON_ESCAPE = re.compile(r"\\+u([0-9a-fA-F]{4})")
_JSON_SHORT = re.compile(r'\\+(["/])')
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_QUOTED_PRINTABLE = re.compile(r"(?:=[0-9A-F]{2})+")
_WRAPPED = re.compile(r"(?<=[A-Za-z0-9+/_-]{16})(?:\\+[rn]|[\r\n])+(?=[A-Za-z0-9+/_-])")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{11,}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}(?:[\s:-]|\\+x|0x)?){8,}")
_BETWEEN_BYTES = re.compile(r"[\s:-]|\\+x|0x")

type Decoding = Callable[[str], str]


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """A value found: in which text, which value (by its name, so that a report does not spread it), in which form."""

    source: str
    canary: str
    form: str


def scan(texts: Iterable[tuple[str, str | bytes]], canaries: Mapping[str, str]) -> list[Hit]:
    """Every (name of a text, canary) that is found, each reported once, in its simplest form, in order.

    `texts` are pairs of a name and a content; bytes may be gzip. `canaries` are values by name, of at least
    MINIMUM_LENGTH characters (ValueError). A form is `plain` (whatever the case), `json`, `url`, `form` (a plus sign
    is a space), `html`, `quoted-printable`, `base64` (both alphabets, any alignment, wrapped or not), `hex`, `utf-16`,
    or up to three of them inside one another (`form+json+html`); a value may be escaped only partly.
    """
    short = sorted(name for name, value in canaries.items() if len(value) < MINIMUM_LENGTH)
    if short:
        raise ValueError(f"too short to search for: {', '.join(short)}")
    needles = {name: value.casefold() for name, value in canaries.items()}
    return sorted(hit for source, content in texts for hit in _hits(source, content, needles))


def _hits(source: str, content: str | bytes, needles: Mapping[str, str]) -> Iterator[Hit]:
    missing = dict(needles)
    for form, reading in _readings(_as_text(content)):
        folded = reading.casefold()
        for name in [name for name, needle in missing.items() if needle in folded]:
            del missing[name]
            yield Hit(source, name, form)
        if not missing:
            return


def _readings(text: str) -> Iterator[tuple[str, str]]:
    """The text as it is, then as every chain of decodings yields it; a decoding that changes nothing is left out."""
    yield "plain", text
    seen = {text}
    latest: list[tuple[tuple[str, ...], str]] = [((), text)]
    for _ in range(_STEPS):
        found: list[tuple[tuple[str, ...], str]] = []
        for path, before in latest:
            for form, decode in _DECODINGS.items():
                if form in _WHOLESALE and not _WHOLESALE.isdisjoint(path):
                    continue  # decoding base64 again and again would never end
                after = decode(before)
                if after and after not in seen:
                    seen.add(after)
                    found.append(((*path, form), after))
                    yield "+".join((*path, form)), after
        latest = found


def _as_text(content: str | bytes) -> str:
    if isinstance(content, str):
        return content
    if content[:2] == b"\x1f\x8b":
        content = _inflated(content)
    return content.decode("utf-8", "replace")


def _inflated(content: bytes) -> bytes:
    try:
        inflater = zlib.decompressobj(wbits=31)
        data = inflater.decompress(content, _MAX_INFLATED)
    except zlib.error:
        return content
    if inflater.unconsumed_tail:
        raise ValueError("one text unpacks to more than a search can hold")
    return data


def _json(text: str) -> str:
    if "\\" not in text and text.isascii():
        return text
    unescaped = _JSON_SHORT.sub(r"\1", _JSON_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text))
    # Characters past U+FFFF are escaped as two surrogates, which are one character again only now.
    return unescaped.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _url(text: str) -> str:
    return _PERCENT.sub(lambda match: _from_percent(match[0]), text)


def _html(text: str) -> str:
    return html.unescape(html.unescape(text))


def _quoted_printable(text: str) -> str:
    if "=" not in text:
        return text
    joined = text.replace("=\r\n", "").replace("=\n", "")
    return _QUOTED_PRINTABLE.sub(
        lambda match: bytes.fromhex(match[0].replace("=", "")).decode("utf-8", "replace"), joined
    )


def _base64(text: str) -> str:
    """Everything that could be base64, decoded from each of the four places where a group could begin."""
    pieces: dict[str, None] = {}
    for reading in dict.fromkeys((text, _WRAPPED.sub("", text))):
        for run in dict.fromkeys(_BASE64.findall(reading)):
            pieces.update(dict.fromkeys(_from_base64(run)))
    return "\n".join(pieces)


# The same ids, ARNs and digests are in most texts, and in most readings of each.
@lru_cache(maxsize=10_000)
def _from_percent(run: str) -> str:
    return bytes.fromhex(run.replace("%", "")).decode("utf-8", "replace")


@lru_cache(maxsize=10_000)
def _from_base64(run: str) -> tuple[str, ...]:
    groups = [run[start:].replace("-", "+").replace("_", "/") for start in range(4)]
    wholes = [group[: len(group) - (len(group) % 4 == 1)] for group in groups]
    return tuple(base64.b64decode(w + "=" * (-len(w) % 4)).decode("utf-8", "replace") for w in wholes)


def _hex(text: str) -> str:
    """Everything that could be hexadecimal, decoded from both places where a byte could begin."""
    pieces: dict[str, None] = {}
    for run in dict.fromkeys(_HEX.findall(text)):
        pieces.update(dict.fromkeys(_from_hex(run)))
    return "\n".join(pieces)


@lru_cache(maxsize=10_000)
def _from_hex(run: str) -> tuple[str, ...]:
    digits = _BETWEEN_BYTES.sub("", run)
    wholes = [digits[start : len(digits) - (len(digits) - start) % 2] for start in range(2)]
    return tuple(bytes.fromhex(whole).decode("utf-8", "replace") for whole in wholes)


def _utf16(text: str) -> str:
    return text.replace("\0", "")


_DECODINGS: dict[str, Decoding] = {
    "json": _json,
    "url": _url,
    "form": lambda text: _url(text.replace("+", " ")),
    "html": _html,
    "quoted-printable": _quoted_printable,
    "utf-16": _utf16,
    "base64": _base64,
    "hex": _hex,
}
_WHOLESALE = {"base64", "hex"}
