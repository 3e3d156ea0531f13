"""Telephone numbers: by their usual shapes anywhere, in any shape after a cue."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking.detect import cues, numbers, sparing
from sallyport.masking.detect.detector import Basis, Detector
from sallyport.masking.detect.numbers import Group, within
from sallyport.masking.detect.reading import Reading
from sallyport.masking.lexicon import topic
from sallyport.masking.lexicon.patterns import alternatives
from sallyport.masking.spans import Span

PHONE_AFTER = re.compile(rf"\W{{0,3}}(?:\()?(?:{alternatives(topic('identifiers.phone_behind'))}|x\d)", re.IGNORECASE)
EXTENSION = r"(?:(?:,? ?(?:ext(?:ension)?\.?|x|#) ?)\d{1,6})?"
PHONE = re.compile(
    rf"[(+0-9](?<![\w.][(+0-9])(?<!\d[-/][(+0-9])(?:"
    rf"(?:(?<=\+)\d{{1,3}}|(?<=[01]))[ .-]?\(?\d{{3}}\)?[ .-]?\d{{3}}[ .-]?\d{{4}}"  # +1 202 555 0101
    rf"|(?<=\()\d{{3}}\)[ .-]?\d{{3}}[ .-]?\d{{4}}"  # (202) 555-0101
    rf"|(?<=\d)\d{{2}}[ .-]\d{{3}}[ .-]\d{{4}}"  # 202-555-0101
    rf"|(?<=\d)\d{{2}}/\d{{3}}-\d{{4}}"
    rf"|(?<=\+)[\d ().-]{{7,20}}\d"  # +46 (0)8 928 571 38
    rf"|(?<=\()(?:\+?\d{{1,4}})\)[ ]?\d{{2,4}}(?:[ -]\d{{2,4}}){{1,3}}"  # (72) 754-186
    rf"|(?<=[0])\d{{1,4}}[ -]\d{{2,4}}(?:[ -]\d{{2,4}}){{1,3}}"  # 083 564 9312
    rf"){EXTENSION}(?![\w]|[-/.]\d)",
    re.IGNORECASE,
)
LOOSE = re.compile(rf"[(+\d](?<![\w.][(+\d])[\d().\-/ ]{{5,19}}\d{EXTENSION}(?![\w]|[-/.]\d)", re.IGNORECASE)
LOCAL = re.compile(rf"\d(?<![\w.-]\d)\d{{2}}[-.]\d{{4}}{EXTENSION}(?![\w-])", re.IGNORECASE)


def find(reading: Reading) -> Iterator[Span]:
    """Telephone numbers in the text."""
    for group in reading.groups if reading.may & _CALLABLE else ():
        if group.may & _CALLABLE:
            yield from _phones(reading.text, group)


def _phones(text: str, group: Group) -> Iterator[Span]:
    """Telephone numbers: by their usual shapes anywhere, in any shape after a cue."""
    usual = group.may & numbers.PHONE or (
        group.may & numbers.TRUNK and _TRUNK.search(text, group.start, group.end) is not None
    )
    for match in within(PHONE, text, group) if usual else ():
        if text[match.start()] in "+(" or not cues.benign(text[max(0, match.start() - 16) : match.start()]):
            yield Span(match.start(), match.end(), "PHONE", USUAL)
    if group.may & numbers.LOOSE:
        for match in within(LOOSE, text, group):
            digits = sum(map(str.isdigit, match.group()))
            if 7 <= digits <= 21 and (
                _called(text, match.start()) or _EXTENDED.search(match.group()) or PHONE_AFTER.match(text, match.end())
            ):
                yield Span(match.start(), match.end(), "PHONE", ANNOUNCED)
    if group.may & numbers.LOCAL:
        for match in within(LOCAL, text, group):
            if _called(text, match.start()):
                yield Span(match.start(), match.end(), "PHONE", LOCAL_FORM)


_CALLABLE = numbers.PHONE | numbers.TRUNK | numbers.LOOSE | numbers.LOCAL
_EXTENDED = re.compile(r"[A-Za-z#]")  # a number with an extension is a telephone's
_TRUNK = re.compile(r"0(?<![\w.]0)\d{1,4}[ -]\d")  # numbers that are written with the trunk prefix, 0


def _called(text: str, at: int) -> bool:
    return cues.announces_phone(text[max(0, at - 48) : at])


DETECTOR = Detector(
    name="phone",
    says="A telephone or fax number.",
    categories=("PHONE",),
    basis=Basis.FORMAT,
    rank=11,
    allowable=False,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.WORD._replace(running=True, punctuated=True),
    find=find,
)
USUAL = DETECTOR.rule("usual", "Digits in a telephone number's grouping, or after a plus.")
ANNOUNCED = DETECTOR.rule("announced", "Seven digits or more after a word for a telephone, or before an extension.")
LOCAL_FORM = DETECTOR.rule("local", "Seven digits, three and four, after a word for a telephone.")
