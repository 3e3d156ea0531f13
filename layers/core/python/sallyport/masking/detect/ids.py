"""Numbers and codes that stand for somebody or something of theirs: by a cue word, or by their look."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from sallyport.masking import machines
from sallyport.masking.detect import cards, cues, ibans, numbers, sparing, ssn, uuids
from sallyport.masking.detect.cued import ANNOUNCED
from sallyport.masking.detect.detector import Basis, Detector
from sallyport.masking.detect.numbers import Group
from sallyport.masking.detect.reading import Reading
from sallyport.masking.lexicon import topic
from sallyport.masking.spans import Span

# A token that holds digits; what it is decides its neighbourhood and its look.
_LEFT = re.compile(r"[A-Za-z0-9#](?<![\w@.%].)[A-Za-z\-/_.:#]{0,16}\Z")
_RIGHT = re.compile(r"[A-Za-z0-9#][A-Za-z0-9]*(?:[-/_.:][A-Za-z0-9]+)*")
_DIGIT = re.compile(r"\d")
_BEFORE_DIGIT = frozenset(string.ascii_letters + "-/_.:#")
_NO_START = re.compile(r"[\w@.%]")
_UNITS = re.compile(r"[ -]?([A-Za-z\u00b5%\u00b0/]+)")
_MEASURES = topic("identifiers.units")
_MEDICAL_CODE = re.compile(
    r"[A-TV-Z]\d[0-9AB](?:\.[0-9A-Z]{1,4})?|\d{5}-\d{1,2}|\d{4,5}-\d{3,4}-\d{1,2}|[A-Z]\d{4}|rs\d+|NM_\d+|c\.\d+.*|p\.[A-Z]\w+"
)


def find(reading: Reading) -> Iterator[Span]:
    """Identifying numbers and codes in the text: what a form says, what a cue announces, what looks like one."""
    if reading.groups:
        yield from _tokens(reading.text, reading.groups, reading.memory.looks)


def _tokens(text: str, groups: list[Group], looks: Looks) -> Iterator[Span]:
    """Tokens that hold digits, by what they are, by what comes before them, by their look."""
    done = at = end = 0
    last = len(groups) - 1
    padded = f"{text} "
    while (digit := _DIGIT.search(text, end)) is not None:
        at_digit = digit.start()
        if padded[at_digit + 1] == " " and padded[at_digit - 1] == " ":
            end = at_digit + 1  # a digit by itself
            continue
        token_span = _token(text, end, at_digit)
        if token_span is None:
            end = at_digit + 1
            continue
        start, end = token_span
        while at < last and groups[at].end <= start:
            at += 1
        token = text[start:end]
        if (known := _shaped(text, token, start, groups[at].may)) is not None:
            yield known
            done = known.end
            continue
        if start < done:
            continue
        look = looks[token.translate(_SHAPE)]
        convincing = look.convincing and _convincing(token, look.digits)
        if not (look.unique or convincing) or (look.digits < 9 and _measured(text, end)):
            continue
        unique = look.unique and _unique_here(text, token, start, end)
        if (unique or convincing) and (found := _announced(text, start, end, unique=unique)) is not None:
            yield found


def _announced(text: str, start: int, end: int, *, unique: bool) -> Span | None:
    """A token after a word that announces it, or one that is `unique` by itself."""
    category = cues.identifier_category(text[max(0, start - 72) : start])
    if not (category or unique) or cues.benign(text[max(0, start - 16) : start]):
        return None
    if category is None:
        return Span(start, end, "ID", TOKEN)
    if category == "ID" and (option := _OPTION.search(text, max(0, start - 48), start)) is not None:
        return Span(start, end, category, ANNOUNCED) if machines.announced(option.group()) else None
    return Span(start, end, category, ANNOUNCED)


def _token(text: str, floor: int, digit: int) -> tuple[int, int] | None:
    """The token to which the digit belongs, not before `floor`; None for digits inside a word of other letters."""
    start = digit
    if digit > floor:
        before = text[digit - 1]
        if before in _BEFORE_DIGIT:
            left = _LEFT.search(text, max(floor, digit - 17), digit)
            if left is not None:
                start = left.start()
            elif _NO_START.match(before):
                return None
        elif before != " " and _NO_START.match(before):
            return None
    elif digit and _NO_START.match(text, digit - 1):
        return None
    right = _RIGHT.match(text, start)
    return right.span() if right is not None else None


class _Look(NamedTuple):
    """What the shape of a token says: how many digits, whether it can be an identifier after a cue, and without one."""

    digits: int
    convincing: bool
    unique: bool


_SHAPE = str.maketrans(string.digits + string.ascii_uppercase + string.ascii_lowercase, "9" * 10 + "A" * 26 + "a" * 26)


class Looks(dict[str, _Look]):
    """What the shapes of the tokens of one request say."""

    def __missing__(self, shape: str) -> _Look:
        look = _usual().get(shape)
        if look is None:
            look = _look(shape)
        self[shape] = look
        return look


def _look(shape: str) -> _Look:
    digits = shape.count("9")
    bare = shape.isdigit()
    if digits < 2 or len(shape) < 3:
        look = _Look(digits, convincing=False, unique=False)
    else:
        if digits < 5:
            unique = digits == 4 and len(shape) >= 6 and _LETTERED.fullmatch(shape) is not None
        else:
            unique = digits >= 6 or (not bare and _NUMERIC.fullmatch(shape) is None)
        short = digits < 3 and (bare or len(shape) < 6 or "aaa" in shape)
        look = _Look(digits, convincing=not short and (bare or _DATED.fullmatch(shape) is None), unique=unique)
    return look


@cache
def _usual() -> dict[str, _Look]:
    """What the shapes that nearly every text has say."""
    return {shape: _look(shape) for shape in _USUAL.split()}


_USUAL = (
    "9 99 999 9999 99999 999999 9999999 99999999 9.9 99.9 9.99 99:99 9aa 99aa 999aa 99/99 99/aaa 999/99 99/99/99"
    " 99/99/9999 9999-99-99 99-aaaa-aaa 999-9999 999-99-9999 999-999-9999 AA999999 AA-999999"
)
# An option of a command that names a thing of a machine's: `--portfolio-id port-2s6abcdq5wdh4`.
_OPTION = re.compile(r"(?<!\S)--[a-z][a-z-]*-ids?[ =][\"']?$")


def _measured(text: str, end: int) -> bool:
    """Whether a unit follows: then the number is a quantity."""
    match = _UNITS.match(text, end)
    return match is not None and match.group(1).lower() in _MEASURES


def _shaped(text: str, token: str, start: int, may: int) -> Span | None:
    """What begins with this token and is an identifier by its form."""
    if may & _NUMBERS and token[0].isdigit() and (found := ssn.at(text, start, may) or cards.at(text, start, may)):
        return found
    return ibans.at(text, token, start) or uuids.at(token, start)


_NUMBERS = numbers.SSN | numbers.CARD


def _convincing(token: str, digits: int) -> bool:
    """Whether a token whose shape allows it is no year and no quantity: `2021`, `3rd`, `25mg`."""
    if digits == 4 and len(token) == 4:
        return token[:2] not in ("19", "20")
    return _QUANTITY.fullmatch(token) is None


_DATED = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d+[-/.]\d+")
_QUANTITY = re.compile(r"\d+(?:st|nd|rd|th|yo|mg|y|x)|\d+(?:\.\d+)?(?:s|ms|us|ns)")


def _unique_here(text: str, token: str, start: int, end: int) -> bool:
    """Whether a token without any cue, whose shape is particular, is no amount, no fraction and no medical code."""
    if token.isdigit() and text[end : end + 1] == "." and text[end + 1 : end + 2].isdigit():
        return False
    before = text[start - 2 : start] if start > 1 else text[:start]
    if before[-1:] in ("$", "\u20ac", "\u00a3") or (before[-1:] in (".", ",") and before[:1].isdigit()):
        return False
    return _MEDICAL_CODE.fullmatch(token) is None and not _is_host(token)


def _is_host(token: str) -> bool:
    """Whether a token names a host and its port: `db-3.internal:5432`."""
    host, _, port = token.rpartition(":")
    return bool(host) and port.isdigit() and "." in host and sum(map(str.isdigit, host)) < 5 and host[0].isalpha()


_LETTERED = re.compile(r"#?[A-Z]{1,5}[-/]?\d{4}(?:[-/]\d+)?")
_NUMERIC = re.compile(r"\d+(?:[./:-]\d+)*")


def _lettered(text: str, span: Span) -> bool:
    """Whether it has a letter: of a number alone nobody can say whose it is."""
    return any(map(str.isalpha, text[span.start : span.end]))


DETECTOR = Detector(
    name="look",
    says="A token with five digits or more.",
    categories=("ID",),
    basis=Basis.LOOK,
    rank=20,
    allowable=True,
    scopes=True,
    labels=True,
    cell=False,
    sparing=sparing.FORM._replace(running=True, digits=True, look_alike=_lettered),
    find=find,
)
TOKEN = DETECTOR.rule("token", "Digits, or digits among letters, as few words and quantities are written.")
