"""Dates finer than a year (45 CFR 164.514(b)(2)(i)(C)). Years alone and times of day stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking.detect import numbers, sparing
from sallyport.masking.detect import vocabulary as v
from sallyport.masking.detect.detector import Basis, Detector
from sallyport.masking.detect.numbers import Group, within
from sallyport.masking.detect.reading import Reading
from sallyport.masking.lexicon import topic
from sallyport.masking.lexicon.patterns import alternatives, beginnings
from sallyport.masking.spans import Span

_ANY = numbers.DATE | numbers.COMPACT | numbers.SLASHED

_MONTH = rf"(?:{alternatives(v.MONTH_NAMES)})\b\.?"
# The ends are what is left of a name after its capital.
_MONTH_WORDS = v.MONTH_NAMES | {name[1:] for name in v.MONTH_NAMES if len(name) > 3}
_MONTH_ACCENTS = {name[:3] for name in v.MONTH_NAMES if not name.isascii()}
_YEAR = r"(?:'\d{2}|[12]\d{3}|\d{2})"
_ORDINAL = r"(?:st|nd|rd|th)?"
_TIME = (
    r"(?:[T ,]{1,2}(?:at )?\d{1,2}[:h]\d{2}(?:[:]\d{2}(?:[.,]\d{1,9})?)?(?: ?[ap]\.?m\b\.?)?(?: ?(?:Z|UTC|GMT"
    r"|[+-]\d{2}:?\d{2}))?)?"
)

NUMERIC = re.compile(
    rf"\d(?<![\w]\d)(?<!\d[./-]\d)(?:"
    rf"\d{{3}}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])(?!\d)"  # 2023-07-28
    rf"|\d?(?P<sep>[-/.])\d{{1,2}}(?P=sep)(?:[12]\d{{3}}|\d{{2}})(?!\d)"  # 7/28/2023, 28.07.23
    rf"){_TIME}",
    re.IGNORECASE,
)
MONTH_BETWEEN = re.compile(  # 28-Jul-2023
    rf"\d(?<![\w]\d)(?<!\d[./-]\d)\d? ?[-/. ] ?{_MONTH}[-/., ]{{1,2}}{_YEAR}(?!\d){_TIME}", re.IGNORECASE
)
WORDY = re.compile(
    rf"\b(?:"
    rf"{_MONTH}(?:"
    rf" ?\d{{1,2}}{_ORDINAL}(?:(?:,? ?(?:of )?|[-/ ]){_YEAR}(?!\d))?(?![\d%])"  # July 28th, 2023
    rf"|,? (?:of )?(?:[12]\d{{3}}|'\d{{2}})(?!\d))"  # July 2023
    rf"|\d{{1,2}}{_ORDINAL}[ -]?(?:of |de |di )?{_MONTH}(?:(?:,? ?(?:of |de |del )?"
    rf"|[-/ ]){_YEAR}(?![\d%]))?(?!\w)"  # 28 July 2023
    rf"){_TIME}",
    re.IGNORECASE,
)
COMPACT = re.compile(
    r"\d(?<![\w.-]\d)(?:(?<=1)9|(?<=2)0)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d"
    r"|3[01])(?:T?\d{4,6}(?:\.\d{1,4})?(?:Z|[+-]\d{4})?)?(?![\w-])"
)
_SHORT = re.compile(
    rf"\b(?:{alternatives(topic('dates.announcing'))})[\s:#=]{{1,3}}"
    r"(?P<v>(?:0?[1-9]|1[0-2])[/-](?:0?[1-9]|[12]\d|3[01]))(?![\w/%.-])",
    re.IGNORECASE,
)
_OCCASION = re.compile(rf" (?:{alternatives(topic('dates.occasions'))})\b", re.IGNORECASE)
_DAY_OF_MONTH = re.compile(r"(?:0?[1-9]|1[0-2])[/-](?:0?[1-9]|[12]\d|3[01])")


def find(reading: Reading) -> Iterator[Span]:
    """Dates in the text."""
    text = reading.text
    for group in reading.groups if reading.may & _ANY else ():
        if group.may & _ANY:
            yield from _numeric(text, group)
    if _names_month(reading):
        for match in (*MONTH_BETWEEN.finditer(text), *_wordy(text)):
            if not _may_be_a_verb(match.group()):
                yield Span(match.start(), match.end(), "DATE", NAMED_MONTH)
        if any(map(text.__contains__, _RELATIVE_HINTS)):
            for match in _RELATIVE.finditer(text):
                yield Span(match.start(), match.end(), "DATE", RELATIVE)


def _numeric(text: str, group: Group) -> Iterator[Span]:
    if group.may & numbers.DATE:
        for match in within(NUMERIC, text, group):
            if plausible(match.group()):
                yield Span(match.start(), match.end(), "DATE", NUMERIC_FORM)
    if group.may & numbers.COMPACT:
        for match in within(COMPACT, text, group):
            yield Span(match.start(), match.end(), "DATE", COMPACT_FORM)
    if group.may & numbers.SLASHED:
        for near in within(_SLASHED, text, group):
            short = _SHORT.search(text, max(0, near.start() - 16), near.end() + 1)
            if short is not None and short.end("v") == near.end():
                yield Span(near.start(), near.end(), "DATE", ANNOUNCED)
            elif _OCCASION.match(text, near.end()) and _DAY_OF_MONTH.fullmatch(near.group()):
                yield Span(near.start(), near.end(), "DATE", OCCASION)


def _names_month(reading: Reading) -> bool:
    """Whether a month may be named in the text: only then is it worth looking for dates in words."""
    if not reading.words.isdisjoint(_MONTH_WORDS):
        return True
    for capital in reading.capitals:
        if capital[3].month:
            return True
    return not reading.text.isascii() and any(part in reading.small for part in _MONTH_ACCENTS)


_BEFORE_MONTHS = topic("dates.relative")
_RELATIVE_HINTS = [f"{word} " for word in _BEFORE_MONTHS]
_RELATIVE = re.compile(
    rf"\b(?:{alternatives(_BEFORE_MONTHS)})"
    rf" (?:{alternatives(name.title() for name in v.MONTHS if len(name) > 3 or name == 'may')})\b"
)
_SLASHED = re.compile(r"\d(?<![\w/%.-]\d)\d?[/-]\d{1,2}(?![\w/%.-])")
_MONTHLY = re.compile(beginnings(v.MONTH_NAMES))
_DIGIT = re.compile(r"\d")


def _wordy(text: str) -> Iterator[re.Match[str]]:
    """Matches of WORDY, looked for around the beginnings of months that have a digit near."""
    done = 0
    for near in _MONTHLY.finditer(text):
        start = near.start()
        if start < done or not _DIGIT.search(text, max(0, start - 7), start + 20):
            continue
        low = max(done, start - 9)
        match = WORDY.search(text, low, start + 44) if _DIGIT.search(text, low, start) else None
        if match is None or match.start() > start:
            match = WORDY.match(text, start)
        if match is not None:
            done = match.end()
            yield match


_PARTS = re.compile(r"\d+")


def plausible(text: str) -> bool:
    """Whether numbers that are written like a date can be one: 1.2.3 is a version, 12.13.14 no date."""
    parts = [int(part) for part in _PARTS.findall(text)[:3]]
    if len(parts) < 3:
        return True
    if parts[0] > 99:
        return parts[1] <= 12 and parts[2] <= 31
    short = min(parts[0], parts[1]) <= 12 and max(parts[0], parts[1]) <= 31 and min(parts[0], parts[1]) > 0
    return short and not ("." in text[:6] and parts[2] < 32 and max(parts[0], parts[1]) < 10)


def _may_be_a_verb(text: str) -> bool:
    """`may 5`, `mar 2`: too little to be a date when in lowercase and with nothing else."""
    return text.startswith("may ") and not re.search(r"\d{3}|(?:st|nd|rd|th)\b", text)


DETECTOR = Detector(
    name="date",
    says="A date finer than a year: numeric, compact, or with its month in one of six languages.",
    categories=("DATE",),
    basis=Basis.FORMAT,
    rank=10,
    allowable=False,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.WORD._replace(running=True, punctuated=True, half="time"),
    find=find,
)
NUMERIC_FORM = DETECTOR.rule("numeric", "Year, month and day, or day, month and year, as numbers.")
COMPACT_FORM = DETECTOR.rule("compact", "Eight digits that are a day of this century or the last, perhaps with a time.")
ANNOUNCED = DETECTOR.rule("announced", "Month and day as numbers after a word that announces a day.")
OCCASION = DETECTOR.rule("occasion", "Month and day as numbers before what happened then: a visit, a scan.")
NAMED_MONTH = DETECTOR.rule("month", "A month by its name, with a day or a year.")
RELATIVE = DETECTOR.rule("relative", "A month by its name after last, next or this.")
