"""Addresses of networks: IPv4, IPv6, and of network cards."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking.detect import numbers, sparing
from sallyport.masking.detect.detector import Basis, Detector
from sallyport.masking.detect.numbers import Group, within
from sallyport.masking.detect.reading import Reading
from sallyport.masking.spans import Span

IPV4 = re.compile(r"\d(?<![\w.-]\d)\d{0,2}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?!\.?\d)")
IPV6 = re.compile(
    r"(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:){2,7}(?::?[0-9A-Fa-f]{1,4}){1,6}(?![\w:])|(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}(?![\w:])|(?<![\w:])::(?:[0-9A-Fa-f]{1,4}:){0,5}[0-9A-Fa-f]{1,4}(?![\w:])"
)
MAC = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}(?![\w:-])")

_COLONS = re.compile(r"[:-][0-9A-Fa-f]{0,4}[:-][0-9A-Fa-f]{0,4}[:-]")
_VERSION = re.compile(r"(?:\bv|version|ver\.?|release|rev|oid)\W{0,2}$", re.IGNORECASE)


def _version(text: str, at: int) -> bool:
    return bool(_VERSION.search(text, max(0, at - 12), at))


def find(reading: Reading) -> Iterator[Span]:
    """Addresses of networks in the text."""
    text = reading.text
    if (":" in text or "-" in text) and _COLONS.search(text):
        for pattern, category, rule in ((MAC, "DEVICE", CARD), (IPV6, "IP", SIX)):
            for match in pattern.finditer(text):
                if any(char.isdigit() for char in match.group()) and len(match.group()) > 8:
                    yield Span(match.start(), match.end(), category, rule)
    for group in reading.groups if reading.may & numbers.IPV4 else ():
        if group.may & numbers.IPV4:
            yield from _ipv4(text, group)


def _ipv4(text: str, group: Group) -> Iterator[Span]:
    for match in within(IPV4, text, group):
        if all(int(part) < 256 for part in match.group().partition("/")[0].split(".")) and not _version(
            text, match.start()
        ):
            yield Span(match.start(), match.end(), "IP", FOUR)


DETECTOR = Detector(
    name="ip",
    says="An address of a network; private ones and blocks of addresses stay.",
    categories=(
        "IP",
        "DEVICE",
    ),
    basis=Basis.FORMAT,
    rank=9,
    allowable=False,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.FORM,
    find=find,
)
FOUR = DETECTOR.rule("v4", "Four numbers under 256, and no version.")
SIX = DETECTOR.rule("v6", "Groups of hexadecimal digits with colons between them.")
CARD = DETECTOR.rule("mac", "The six bytes of a network card.")
