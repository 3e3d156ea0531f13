"""What only addresses have: where a postal address may be, and one pattern for each kind of place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from sallyport.masking.detect import numbers
from sallyport.masking.detect import vocabulary as v
from sallyport.masking.detect.numbers import Group, within
from sallyport.masking.detect.reading import Reading
from sallyport.masking.lexicon import topic
from sallyport.masking.lexicon.patterns import alternatives

_UNIT_WORDS = topic("places.units")
_BOX_WORDS = topic("places.boxes")
_CODE_WORDS = topic("places.postcodes")
_SHIPS, _BASES = topic("places.ships"), topic("places.bases")
UNIT = (
    rf"(?:(?i:{alternatives(_UNIT_WORDS)})\b\.? ?\#?\d{{1,5}}[A-Za-z]?\b"
    r"|(?<![^\s,(])\#\d{1,5}[A-Za-z]?\b)"
)
_BOX = (
    rf"(?:(?i:p\.? ?o\.? ?box|post(?:al)? ?box|{alternatives(_BOX_WORDS - {'box'})}) \d{{1,6}}(?:,? [Bb]ox \d{{1,6}})?"
    rf"|(?i:{alternatives(_BASES)}) (?i:a[aep]) \d{{5}}|\b(?i:{alternatives(_SHIPS)}) [^\W\d_]+)"
)
_STREETS = "|".join(sorted(v.STREET, key=len, reverse=True))
_ENDINGS = "|".join(v.STREET_ENDINGS)
CAPS = r"[^\W\d_a-z][^\W_]*(?:['\u2019.-][^\W_]+)*"
SMALL = alternatives(topic("places.small_words"))
_LIVED_AT = alternatives(topic("places.lived_at"))
# Heads of streets that make an address of the capitalised words before them.
_NAMED = (
    "St.",
    *map(str.title, topic("places.streets_capitalised")),
    *map(str.upper, topic("places.streets_capitals")),
)
# What only addresses have, one pattern each; `_hints` says where which of them is worth a try.
_ANCHORS = {
    "unit": rf"(?P<unit>\b{UNIT})",
    "box": rf"(?P<box>\b{_BOX})",
    "numbered": rf"(?P<numbered>\b\d{{1,6}}[A-Za-z]?(?:[-/]\d{{1,4}})? (?:[NSEW]\.?"
    rf" )?(?:\d{{1,3}}(?:st|nd|rd|th|ST|ND|RD"
    rf"|TH) )?(?:[^\W\d_][\w'\u2019.-]* ){{0,4}}?(?i:{_STREETS})\b\.?)",
    "ordinal": rf"(?P<ordinal>\b\d{{1,3}}(?:st|nd|rd|th) (?i:{alternatives(topic('places.streets_alone'))})\b)",
    "ending": rf"(?P<ending>(?:\d{{1,6}} )?[^\W\d_][\w'\u2019-]{{1,30}}(?i:{_ENDINGS})\.?(?: \d{{1,4}}[A-Za-z]?\b"
    rf"|(?=[,\n])))",
    "named": rf"(?P<named>(?:{CAPS} ){{1,3}}(?:{alternatives(_NAMED)})\b"
    rf"(?! (?i:{alternatives(topic('places.no_street'))})))",
    # Without its accent `allée` is German, which puts it behind the name.
    "foreign": rf"(?P<foreign>\b(?i:{alternatives(v.FOREIGN_STREETS)}|rúa|allée|c/|avda?\.?|ul\.|al\.) (?:(?:{SMALL}|d'"
    rf"|l') ?){{0,2}}{CAPS}(?:,? {CAPS}){{0,3}}(?: \d{{1,4}}[A-Za-z]?\b(?:/\d{{1,4}}\b)?)?)",
    "corner": r"(?P<corner>\b(?i:the )?(?i:corner"
    r"|intersection) of [^.;:!?\n]{3,60}? and [^\W_][\w'\u2019.]*(?: [^\W_][\w'\u2019.]*){0,3}?(?: \d{1,4}"
    r"|(?=[^\w ]|$| [a-z]{2,3} )))",
    "zip": r"(?P<zip>\b[A-Z]{2},? \d{5}(?:-\d{4})?\b(?! ?(?:mg|mL|IU)))",
    "code": r"(?P<code>\b(?i:zip|postal|post|pin)[ -]?(?:[Cc]ode)?[\s:=#]{1,3}(?:is )?(?P<value>\d{3,6}(?:-\d{3,4})?"
    r"|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z0-9]? ?\d[A-Z]{2})\b)",
    "uk": r"(?P<uk>\b[A-Z]{1,2}\d[A-Z0-9]? \d[ABD-HJLNP-UW-Z]{2}\b)",
    "ca": r"(?P<ca>\b[ABCEGHJ-NPRSTVXY]\d[A-Z] \d[A-Z]\d\b)",
    "between": rf"(?P<between>(?<![\w.-])\d{{1,6}} (?P<name>{CAPS}(?: {CAPS}){{0,3}})"
    rf" \d{{1,4}}(?=\s*(?:[,\n]|$| (?i:{alternatives(topic('places.units_behind'))})\b)))",
    "lives": rf"(?P<lives>\b(?i:{_LIVED_AT})"
    rf" (?P<where>(?:\d{{1,6}} )?{CAPS}(?:,? (?:(?:{SMALL}) )?{CAPS}){{0,5}} \d{{1,5}})\b)",
}


@cache
def _anchor(kind: str) -> re.Pattern[str]:
    """The pattern of a kind, compiled at its first use: together they take a tenth of masking's import."""
    return re.compile(_ANCHORS[kind])


_BEFORE_NUMBER = frozenset(" ,:=#")
_NUMBER = re.compile(r"\d(?<![\w.,$/%]\d)\d{0,5}(?:[A-Za-z]|st|nd|rd|th)?(?![\w%/]|[.,:]\d)")
_FOLLOWING = re.compile(r"(?: (?:\d{1,4}(?:st|nd|rd|th)?|[^\W\d_][\w'\u2019.-]*)){1,5}")
# Phrases in lowercase that announce an anchor, by a word of theirs that tells whether they are worth looking for.
_PHRASES = {
    **{street: (("foreign", f"{street} "),) for street in v.FOREIGN_STREETS},
    "avda": (("foreign", "avda "), ("foreign", "avda. ")),
    "corner": (("corner", "corner of "),),
    "intersection": (("corner", "intersection of "),),
    **{ship: (("box", f"{ship} "),) for ship in (*_SHIPS, "box")},
    **{base: (("box", f"{base} a"),) for base in _BASES},
    **{word: (("lives", f"{word} "),) for word in ("live", "lives", "living", "resides", "residing")},
    "address": (("lives", "address "), ("lives", "address:")),
    "side": (("lives", "side of "),),
    "located": (("lives", "located at "),),
}
# These words are too short or too foreign to be among the words of a reading.
_SHORT_PHRASES = (
    ("foreign", "av "), ("foreign", "ul. "), ("foreign", "al. "), ("foreign", "r\u00faa "), ("foreign", "all\u00e9e "),
)  # fmt: skip
_ENDING_TAIL = tuple(v.STREET_ENDINGS)
_STATE_ZIP = re.compile(r"[A-Z](?<![\w][A-Z])[A-Z],? \d{5}\b")
_POSTCODE = re.compile(r"[A-Z](?<![\w][A-Z])(?:[A-Z]?\d[A-Z0-9]? ?\d[A-Z]{2}|\d[A-Z] ?\d[A-Z]\d)\b")
_LIVES = re.compile(rf"\b(?:{_LIVED_AT}) (?=[A-Z0-9])")
_UNITS_OF_MEASURE = v.listed("mg mcg g kg ml mL cm mm mmHg bpm y/o yo mEq IU mmol") | topic("places.counted")


def _hints(reading: Reading) -> Iterator[tuple[str, int, int]]:
    """Which kind of anchor may lie in which stretch of the text."""
    text = reading.text
    triggers = set(reading.words & v.ADDRESS)
    for start, end, _, entry in reading.capitals:
        if entry.address:
            triggers.add(entry.folded)
            if start and text[start - 1] == " " and text.startswith(_NAMED, start):
                yield "named", max(0, start - 41), end + 24
    if reading.groups:
        yield from _number_hints(text, reading.groups)
    yield from _word_hints(reading, triggers)


def _word_hints(reading: Reading, triggers: set[str]) -> Iterator[tuple[str, int, int]]:
    text, small = reading.text, reading.small
    phrases = [phrase for word in triggers for phrase in _PHRASES.get(word, ())]
    for kind, phrase in [*phrases, *_SHORT_PHRASES]:
        for at in _places(small, phrase):
            if kind == "foreign":
                if not at or not small[at - 1].isalnum():
                    yield kind, at, at + 90
            elif kind == "lives":
                if (living := _LIVES.search(text, max(0, at - 6), at + 20)) is not None:
                    yield kind, living.start(), living.end() + 90
            else:
                yield kind, max(0, at - 12), at + 110


def _places(text: str, piece: str) -> Iterator[int]:
    at = text.find(piece)
    while at >= 0:
        yield at
        at = text.find(piece, at + 1)


def _number_hints(text: str, groups: list[Group]) -> Iterator[tuple[str, int, int]]:
    for group in groups:
        start = group.start
        if start and "A" <= text[start - 1] <= "Z":
            for at in (start - 2, start - 1):
                if at >= 0 and (code := _POSTCODE.match(text, at)) is not None:
                    yield "uk", at, code.end() + 1
                    yield "ca", at, code.end() + 1
        if not group.may & numbers.FREE:
            continue
        if start > 2 and (text[start - 2] == "," or "A" <= text[start - 2] <= "Z"):
            state = _STATE_ZIP.search(text, start - 4 if start > 4 else 0, group.end)
            if state is not None:
                yield "zip", state.start(), state.end() + 6
        for match in within(_NUMBER, text, group):
            yield from _around_number(text, *match.span())


def _around_number(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:  # noqa: C901 - a decision list, read from top to bottom
    """What kind of anchor a number of up to six digits that stands free may belong to."""
    if (
        start > 1
        and text[start - 1] in _BEFORE_NUMBER
        and not text[start - 2].isdigit()
        and (word := _word_before(text, start))
    ):
        if word in _UNIT_WORDS:
            yield "unit", max(0, start - 14), end + 3
        elif word in _BOX_WORDS:
            yield "box", max(0, start - 16), end + 14
        elif word in _CODE_WORDS:
            yield "code", max(0, start - 26), end + 8
        elif word.endswith(_ENDING_TAIL):
            yield "ending", max(0, start - 40), end + 2
    if text[end : end + 1] != " " or text[end + 1 : end + 2].isdigit():
        return
    if text[end + 1 : end + 12].partition(" ")[0] in _UNITS_OF_MEASURE:
        return
    if (match := _FOLLOWING.match(text, end)) is None:
        return
    parts = match.group().split()
    if parts[0] in _UNITS_OF_MEASURE or parts[0].isdigit():
        return
    if text[end - 2 : end] in ("th", "st", "nd", "rd"):
        yield "ordinal", start, match.end() + 2
    for part in parts:
        if part.rstrip(".,").lower() in v.STREET:
            yield "numbered", start, match.end() + 4
            break
    else:
        if any(part.endswith(_ENDING_TAIL) for part in parts):
            yield "ending", start, match.end() + 8
    if parts[-1].isdigit() and parts[0][0].isupper():
        yield "between", start, match.end() + 8


def _word_before(text: str, at: int) -> str:
    piece = text[max(0, at - 22) : at]
    bare = piece.rstrip(" ,:=#")
    if len(piece) - len(bare) not in (1, 2, 3) or bare[-1:].isdigit():
        return ""
    return bare[max(bare.rfind(" "), bare.rfind("\n"), bare.rfind("(")) + 1 :].strip(".").lower()


def anchors(reading: Reading) -> list[tuple[int, str, re.Match[str]]]:
    """The anchors in the text, in order."""
    text = reading.text
    found: list[tuple[int, str, re.Match[str]]] = []
    for kind, first, last in _hints(reading):
        low, high = first, last
        if kind not in ("numbered", "between", "ordinal"):
            while 0 < low < high and text[low - 1].isalnum() and text[low].isalnum():
                low += 1  # never begin inside a word
        while high < len(text) and text[high - 1].isalnum() and text[high].isalnum():
            high += 1
        match = _anchor(kind).search(text, low, min(high, len(text)))
        if match is not None:
            found.append((match.start(), kind, match))
    found.sort(key=lambda anchor: (anchor[0], -anchor[2].end()))
    return found
