"""Postal addresses: from something that only addresses have, outwards over what belongs to it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking import words
from sallyport.masking.detect import sparing
from sallyport.masking.detect import vocabulary as v
from sallyport.masking.detect.anchors import CAPS, SMALL, UNIT, anchors
from sallyport.masking.detect.detector import Basis, Detector
from sallyport.masking.detect.reading import Reading
from sallyport.masking.lexicon import topic
from sallyport.masking.spans import Span

MAX_TOKENS = 14  # to each side of an anchor; the longest postal addresses have about ten parts

_RIGHT = re.compile(
    rf"(?:,? ?\r?\n[>\s]{{0,4}},? ?| ?, ?| - | )(?:(?P<unit>{UNIT})"
    rf"|(?P<state>[A-Z]{{2}}\b(?=[ ,]{{1,2}}\d{{3,5}}|[.,;)\n]|$| [a-z]))"
    rf"|(?P<number>\d{{1,6}}(?:-\d{{3,4}})?\b(?![./:%-]?\d| ?(?i:mg|year|day|week|month|hour|mm|am|pm)))"
    rf"|(?P<cap>{CAPS}\.?)|(?P<small>(?:{SMALL}|nan|street|st\.)\b))"
)
_LEFT = re.compile(
    rf"(?P<number>(?<![\w/.-])\d{{1,6}}[A-Za-z]?)[ ,]{{1,2}}$|(?P<unit>\b{UNIT})[ ,]{{1,2}}$"
    rf"|(?P<cap>(?<![\w'-]){CAPS}\.?)(?:[ ,]{{1,2}}|,? ?\n[>\s]{{0,4}})$"
    rf"|(?P<deep>(?<![\w/.-])\d{{1,6}}),? ?\n[>\s]{{0,4}}$|(?P<small>\b(?:{SMALL}|ul\.|u\.)) $"
)


def find(reading: Reading) -> Iterator[Span]:
    """Addresses in the text, each as one span."""
    text = reading.text
    done = 0
    for at, kind, match in anchors(reading):
        if at < done:
            if kind in ("uk", "ca") and match.end() > done:  # the address before took only the first half of the code
                yield Span(at, match.end(), "ADDRESS", RULES[kind])
                done = match.end()
            continue
        if kind == "code":
            yield Span(match.start("value"), match.end("value"), "ADDRESS", RULES[kind])
            continue
        if kind == "lives":
            end = _rightwards(text, match.end(), kind)
            yield Span(match.start("where"), end, "ADDRESS", RULES[kind])
            done = end
            continue
        if not _credible(match, kind):
            continue
        start = match.start() if kind in ("corner", "uk", "ca") else _leftwards(text, match.start(), kind, done)
        end = match.end() if kind in ("uk", "ca") else _rightwards(text, match.end(), kind)
        done = end
        yield Span(start, end, "ADDRESS", RULES[kind])


def _credible(match: re.Match[str], kind: str) -> bool:
    """Whether what looks like an address can be one: `2 day course` and `3 Point Scale` cannot."""
    piece = match.group()
    if kind == "numbered":
        parts = piece.split()[1:]
        street = words.fold(parts[-1]).strip(".")
        if all(part.islower() for part in parts):
            return (
                street in v.STREET_SURE
                and len(parts) >= 2
                and not all(words.lexicon().get(words.fold(part), 0) & words.MEDICAL for part in parts)
            )
        if len(parts) == 1:
            return street in v.STREET_SURE and not parts[0].islower()
        return (
            parts[-1][0].isupper()
            and all(part[0].isupper() or part in v.PARTICLES or part[0].isdigit() for part in parts)
        ) or street in v.STREET_SURE
    if kind == "named":
        parts = piece.split()
        return parts[-1][0].isupper() and words.fold(parts[0]) not in v.GENERIC
    if kind == "foreign":
        return not piece.islower() or piece[-1].isdigit()
    if kind == "unit":
        return piece[0] in "#asAS" or piece[0].isupper()
    if kind == "ending":
        return piece[0].isdigit() or (piece[-1].isdigit() and (not piece[0].islower() or len(piece) > 12))
    if kind == "zip":
        return piece[:2] not in ("BP", "HR", "RR", "ID", "NO", "ML", "MG", "IU", "PT", "IN") or piece[2] == " "
    if kind == "between":
        return any(not words.flags_of(part) & words.ORDINARY for part in match.group("name").split())
    return True


def _rightwards(text: str, end: int, kind: str) -> int:  # noqa: C901 - a decision list, read from top to bottom
    """How far an address reaches after its anchor."""
    numbers = 0
    for _ in range(MAX_TOKENS):
        match = _RIGHT.match(text, end)
        if match is None:
            break
        group = match.lastgroup
        piece = match.group(group or 0)
        broken = "\n" in match.group()
        if group == "cap":
            if len(piece.rstrip(".")) == 1:
                break
            flags = words.flags_of(piece.rstrip("."))
            after = text[match.end() : match.end() + 2]
            if ":" in after or (broken and _heading(text, match.start("cap"))):
                break
            if piece[-1] == "." and after[:1] in (" ", "\n", ""):
                end = match.end() - 1
                break
            if (region := _region(text, match.start("cap"))) is not None:
                end = region
                continue
            ordinary = flags & words.FREQUENT and not flags & (words.NAME | words.PLACE | words.REGION)
            if words.fold(piece) in _STOP or (broken and ordinary and words.fold(piece) not in v.STREET):
                break
        elif group == "number":
            numbers += 1
            if numbers > 2 or (broken and len(piece) < 3 and kind != "unit"):
                break
        elif group == "small":
            follow = _RIGHT.match(text, match.end())
            if follow is None or (follow.lastgroup not in ("cap", "number") and piece not in ("nan", "street")):
                break
        end = match.end()
    return end


_STOP = topic("places.address_stops")


def _region(text: str, at: int) -> int | None:
    """Where a country or state of two words that begins at `at` ends: `South Africa`."""
    pair = _TWO_WORDS.match(text, at)
    return pair.end() if pair is not None and words.fold(pair.group()) in words.region_phrases() else None


_TWO_WORDS = re.compile(r"[^\W\d_]+ [^\W\d_]+")


def _heading(text: str, at: int) -> bool:
    """Whether the line that begins here is a new statement and not the rest of an address."""
    line = text[at : at + 90].partition("\n")[0]
    return any(mark in line[:24] for mark in (":", "|", ">>", "=", " . ")) or len(line.split()) > 7 or ". " in line[5:]


def _leftwards(text: str, start: int, kind: str, floor: int) -> int:
    """How far an address reaches before its anchor."""
    numbers = 0
    for _ in range(MAX_TOKENS):
        match = _LEFT.search(text, max(floor, start - 40), start)
        if match is None:
            break
        group = match.lastgroup
        if group in ("number", "deep"):
            numbers += 1
            if numbers > 2 or (kind == "zip" and group == "deep"):
                break
        elif group == "cap":
            piece = match.group("cap")
            folded = words.fold(piece.rstrip("."))
            if piece[0].islower() or folded in _STOP or ("\n" in match.group() and kind not in ("unit", "zip", "box")):
                break
            if kind not in ("unit", "zip") or (
                words.flags_of(piece.rstrip(".")) & words.FREQUENT and folded not in v.STREET
            ):
                break
        elif group == "small" and kind not in ("unit", "zip"):
            break
        start = match.start()
    return start


DETECTOR = Detector(
    name="address",
    says="A postal address, or a part of one that only addresses have.",
    categories=("ADDRESS",),
    basis=Basis.LOOK,
    rank=12,
    allowable=True,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.WORD,
    find=find,
)
RULES = {
    kind: DETECTOR.rule(kind, says)
    for kind, says in {
        "unit": "An apartment, a suite, a floor with its number.",
        "box": "A post box, a military address, a ship.",
        "numbered": "A house number before words of which the last is a street's.",
        "ordinal": "A numbered street: 5th Avenue.",
        "ending": "A word that ends as streets do in some language, with a number.",
        "named": "Capitalised words before a word for a street.",
        "foreign": "A word for a street of another language before capitalised words.",
        "corner": "The corner or the intersection of two streets.",
        "zip": "A state's letters and five digits.",
        "code": "A postal code behind a word that says so.",
        "uk": "A British postcode.",
        "ca": "A Canadian postcode.",
        "between": "Capitalised words between two numbers at the end of a line.",
        "lives": "Capitalised words and a number behind lives at, resides in and the like.",
    }.items()
}
