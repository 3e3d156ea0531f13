# ruff: noqa: C901 - a decision list is read from top to bottom
"""Numbers and codes that stand for somebody or something of theirs: by a cue word, or by their look."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking.detect import cues
from sallyport.masking.spans import Span

SSN = re.compile(r"\d(?<![\w-]\d)\d\d([- .])\d\d\1\d{4}(?![\w-])")
CARD = re.compile(
    r"\d(?<![\w.-]\d)(?:\d{3}([ -]?)\d{4}\1\d{4}\1\d{1,7}|\d{3}[ -]?\d{6}[ -]?\d{5}|\d{11,18})(?![\w-]|\.\d)"
)
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
UUID = re.compile(r"\b[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\b")

# A token that holds digits; what it is decides its neighbourhood and its look.
TOKEN = re.compile(
    r"[A-Za-z0-9#](?<![\w@.%][A-Za-z0-9#])(?=[A-Za-z\-/_.:#]{0,16}\d)(?:[A-Za-z0-9]|[-/_.:](?=[A-Za-z0-9]))*"
)
_UNITS = re.compile(r"[ -]?([A-Za-z\u00b5%\u00b0/]+)")
_MEASURES = frozenset(
    [
        "%",
        "mg",
        "mcg",
        "µg",
        "ug",
        "ng",
        "pg",
        "g",
        "kg",
        "lb",
        "lbs",
        "ml",
        "dl",
        "l",
        "cm",
        "mm",
        "m",
        "km",
        "mmhg",
        "bpm",
        "meq",
        "mmol",
        "iu",
        "unit",
        "units",
        "u",
        "°",
        "c",
        "f",
        "hour",
        "hours",
        "hr",
        "hrs",
        "h",
        "min",
        "mins",
        "minute",
        "minutes",
        "sec",
        "secs",
        "second",
        "seconds",
        "day",
        "days",
        "week",
        "weeks",
        "wk",
        "wks",
        "month",
        "months",
        "mo",
        "mos",
        "year",
        "years",
        "yr",
        "yrs",
        "yo",
        "times",
        "x",
        "cell",
        "cells",
        "copies",
        "kcal",
        "cal",
        "rpm",
        "hz",
        "mhz",
        "gb",
        "mb",
        "kb",
        "byte",
        "bytes",
        "row",
        "rows",
        "record",
        "records",
        "patients",
        "usd",
        "eur",
        "dollar",
        "dollars",
        "euro",
        "euros",
        "degree",
        "degrees",
        "beat",
        "beats",
        "breath",
        "breaths",
        "step",
        "steps",
        "meter",
        "meters",
        "metre",
        "metres",
        "k",
        "tablet",
        "tablets",
        "capsule",
        "capsules",
        "dose",
        "doses",
        "puff",
        "puffs",
        "drop",
        "drops",
        "mg/dl",
        "g/dl",
        "ml/min",
        "mmol/l",
        "u/l",
        "iu/l",
        "mg/l",
        "ng/ml",
        "pg/ml",
        "µl",
        "/min",
        "/hpf",
    ]
)
_MEDICAL_CODE = re.compile(
    r"[A-TV-Z]\d[0-9AB](?:\.[0-9A-Z]{1,4})?|\d{5}-\d{1,2}|\d{4,5}-\d{3,4}-\d{1,2}|[A-Z]\d{4}|rs\d+|NM_\d+|c\.\d+.*|p\.[A-Z]\w+"
)
_SPELLED = re.compile(
    r"\b(?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple|dash|hyphen|dot)\b[\s,.-]{1,3}){6,40}(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b",
    re.IGNORECASE,
)
_SPACED = re.compile(r"\d(?<![\w.]\d)(?:(?: ?[ .,\-_/|*] ?)\d){6,40}(?![\w])")
_SPACED_LETTERS = re.compile(r"(?<![\w'])[A-Za-z](?:[ .\-_]{1,2}[A-Za-z]){4,40}(?![\w'])")


def find(text: str) -> Iterator[Span]:
    """Identifying numbers and codes in `text`."""
    done = 0
    for match in TOKEN.finditer(text):
        token = match.group()
        start, end = match.span()
        if (shape := _shaped(text, token, start, end)) is not None:
            yield shape
            done = shape.end
            continue
        if start < done:
            continue
        digits = sum(map(str.isdigit, token))
        if digits < 2 or end - start < 3 or (digits < 9 and _measured(text, end)):
            continue
        unique = digits >= 4 and _looks_unique(token, digits, text, start, end)
        category = (
            cues.identifier_category(text[max(0, start - 72) : start]) if unique or _convincing(token, digits) else None
        )
        if (category or unique) and not cues.benign(text[max(0, start - 16) : start]):
            yield Span(start, end, category or "ID", "cue" if category else "look")
    for match in _SPACED.finditer(text):
        yield Span(match.start(), match.end(), "ID", "spelled")
    if _LETTER_APART.search(text):
        for match in _SPACED_LETTERS.finditer(text):
            yield Span(match.start(), match.end(), "NAME", "spelled")
    if any(word in text for word in _SPELLED_HINTS):
        for match in _SPELLED.finditer(text):
            yield Span(match.start(), match.end(), "ID", "spelled")


_LETTER_APART = re.compile(r"[ .\-_](?<=[A-Za-z].)[A-Za-z][ .\-_]{1,2}[A-Za-z][ .\-_]{1,2}[A-Za-z](?!\w)")
_SPELLED_HINTS = ("three", "THREE", "Three", "seven", "Seven", "SEVEN", "five", "Five", "FIVE")


def _measured(text: str, end: int) -> bool:
    """Whether a unit follows: then the number is a quantity."""
    match = _UNITS.match(text, end)
    return match is not None and match.group(1).lower() in _MEASURES


def _shaped(text: str, token: str, start: int, end: int) -> Span | None:
    """An SSN, a card number, an IBAN or a UUID that begins with this token."""
    first = token[0]
    if first.isdigit():
        if (match := SSN.match(text, start)) is not None:
            return Span(start, match.end(), "SSN", "ssn")
        if (match := CARD.match(text, start)) is not None:
            digits = "".join(filter(str.isdigit, match.group()))
            if 12 <= len(digits) <= 19:
                return Span(start, match.end(), "CARD" if luhn(digits) else "ID", "card")
    elif (
        first.isupper()
        and token[2:4].isdigit()
        and token[:2].isalpha()
        and (match := IBAN.match(text, start)) is not None
    ):
        return Span(start, match.end(), "IBAN", "iban")
    if end - start == 36 and UUID.fullmatch(token):
        return Span(start, end, "ID", "uuid")
    return None


def luhn(digits: str) -> bool:
    """Whether a card number's check digit is right: it names the category, it never frees a number."""
    total = 0
    for i, char in enumerate(reversed(digits)):
        value = int(char) * (1 + i % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _convincing(token: str, digits: int) -> bool:
    """Whether a token after a cue can be an identifier rather than a small number or a year."""
    if token.isdigit():
        return digits >= 3 and not (digits == 4 and token[:2] in ("19", "20"))
    if digits < 3 and (len(token) < 6 or _WORDY.search(token)):
        return False
    return not _DATED.fullmatch(token)


_WORDY = re.compile(r"[a-z]{3}")
_DATED = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d+(?:st|nd|rd|th|yo|mg|y|x)|\d+[-/.]\d+")


def _looks_unique(token: str, digits: int, text: str, start: int, end: int) -> bool:
    """Whether a token without any cue is too particular to be anything but an identifier."""
    if digits < 5:
        return len(token) >= 6 and _LETTERED.fullmatch(token) is not None and _MEDICAL_CODE.fullmatch(token) is None
    if token.isdigit() and (digits < 6 or (text[end : end + 1] == "." and text[end + 1 : end + 2].isdigit())):
        return False
    before = text[start - 2 : start] if start > 1 else text[:start]
    if before[-1:] in ("$", "\u20ac", "\u00a3") or (before[-1:] in (".", ",") and before[:1].isdigit()):
        return False
    if _MEDICAL_CODE.fullmatch(token):
        return False
    return digits >= 6 or _NUMERIC.fullmatch(token) is None


_LETTERED = re.compile(r"#?[A-Z]{1,5}[-/]?\d{4}(?:[-/]\d+)?")
_NUMERIC = re.compile(r"\d+(?:[./:-]\d+)*")
