"""Numbers that are somebody's by their form alone: social security, card, IBAN, phone; and mail boxes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking import machines
from sallyport.masking.detect.checksums import luhn

_EMAIL = re.compile(r"[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![\w-])")
# A service's own addresses: no mailbox, though there is an `@` in them.
_NO_BOX = re.compile(r"@[\w.-]*(?:iam\.gserviceaccount\.com|amazonaws\.com|sha256:)", re.IGNORECASE)

_ALONE, _NO_MORE = r"(?<![A-Za-z0-9])(?<!\d[-_. ])", r"(?![A-Za-z0-9])(?![-_. ]\d)"
_SSN = re.compile(rf"{_ALONE}(?!000|666)\d{{3}}([-_. /])(?!00)\d\d\1(?!0000)\d{{4}}{_NO_MORE}")
_GROUPS = re.compile(
    rf"{_ALONE}(?:"
    r"[2-9]\d{2}(?P<s>[-_. ])\d{3}(?P=s)\d{4}"  # North American phone, NHS number
    r"|1?(?P<a>[-_. ])?\([2-9]\d{2}\)[-_. ]?\d{3}[-_. ]\d{4}"
    r"|0\d{2,4}(?P<u>[-_. ])\d{3,4}(?P=u)\d{3,4}"  # trunk prefix
    r"|\d{3}\.\d{3}\.\d{3}-\d\d"  # CPF
    r"|\d{4}(?P<d>[-_ ])\d{4}(?P=d)\d{4}"  # Aadhaar
    rf"){_NO_MORE}"
)
_INTERNATIONAL = re.compile(r"(?:\+|(?<![A-Za-z0-9])00)[1-9]\d{0,2}(?:[-_. ()]{0,2}\d){7,13}(?![A-Za-z0-9])")
_CARD = re.compile(
    rf"{_ALONE}(?:3[47]\d\d([-_. ]?)\d{{6}}\1\d{{5}}|(?:4\d{{3}}|5[1-5]\d\d|2[2-7]\d\d|6\d{{3}}"
    rf"|3[05689]\d\d)([-_. ]?)\d{{4}}\2\d{{4}}\2\d{{2,4}}|4\d{{12}}"
    rf"|3[47]\d\d[-_. ]\d{{4}}[-_. ]\d{{4}}[-_. ]\d{{3}}){_NO_MORE}"
)
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}\d\d(?:[A-Za-z0-9]{11,30}"
    r"|([-_ .])[A-Za-z0-9]{4}(?:\1[A-Za-z0-9]{4}){1,6}(?:\1[A-Za-z0-9]{1,4})?)(?![A-Za-z0-9])"
)
_IBAN_LENGTHS = {
    code: size
    for size, codes in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL SD FK", 19: "MK SI", 20: "AT BA EE KZ LT LU XK MN",
        21: "CH CR HR LI LV", 22: "BG BH DE GB GE IE ME RS VA", 23: "AE GI IL IQ TL OM", 24: "AD CZ ES MD PK RO SA SE SK TN VG",  # noqa: E501 - one row
        25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA", 30: "JO KW MU", 31: "MT SC", 32: "LC", 33: "RU",
    }.items()
    for code in codes.split()
}  # fmt: skip
# What machines draw by lot looks like groups of digits now and then.
_DRAWN = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
    r"|(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{24,128})(?![0-9A-Za-z])"
    r"|(?<=:)\d{10,14}(?=:)"
)

# A bare number without a word for it. Shorter ones are sequences, builds and beginnings of hashes.
_BARE = re.compile(r"(?<![A-Za-z0-9.])\d{9,}(?![A-Za-z0-9])")
_INSTANT = re.compile(
    r"1[3-9]\d{8}(?:\d{3}|\d{6}|\d{9})?|20[0-4]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{2}|\d{4}|\d{6}|\d{9})?"
)
_ACCOUNT, _SSN_LENGTH, _PHONE = 12, 9, re.compile(r"[2-9]\d{2}[2-9]\d{6}")
_COUNTED = 17  # digits; longer numbers are counters of machines, and sequences with zeros in front


def categories(text: str) -> Iterator[str]:
    """Categories of what `text` holds by its form."""
    text = _DRAWN.sub(lambda match: "x" * len(match.group()), text)
    if "@" in text and any(_NO_BOX.search(text, *match.span()) is None for match in _EMAIL.finditer(text)):
        yield "EMAIL"
    if _SSN.search(text):
        yield "SSN"
    if _GROUPS.search(text) or _INTERNATIONAL.search(text):
        yield "PHONE"
    if any(_is_card(match.group()) for match in _CARD.finditer(text)):
        yield "CARD"
    if any(_is_iban(match.group()) for match in _IBAN.finditer(text)):
        yield "IBAN"
    yield from _bare(text)


def _is_card(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return luhn(digits) and len(set(digits)) > 1


def _is_iban(text: str) -> bool:
    text = re.sub(r"[-_ .]", "", text)
    if _IBAN_LENGTHS.get(text[:2].upper()) != len(text):
        return False
    turned = text[4:] + text[:4]
    return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


def _bare(text: str) -> Iterator[str]:
    """Numbers with no separators that no machine's name explains."""
    found = [match for match in _BARE.finditer(text) if not _INSTANT.fullmatch(match.group())]
    names = machines.find(text) if found else []
    for match in found:
        size = match.end() - match.start()
        if size == _ACCOUNT or size >= _COUNTED or _explained(match.start(), match.end(), names):
            continue
        if size == _SSN_LENGTH:
            yield "SSN"
        else:
            yield "PHONE" if _PHONE.fullmatch(match.group()) else "ID"


def _explained(start: int, end: int, names: list[machines.MachineName]) -> bool:
    """Whether the number is part of a machine's name, and of none of its open parts."""
    return any(
        name.start <= start and end <= name.end and not any(first < end and start < last for first, last in name.open)
        for name in names
    )
