"""The words just before a stretch of text, and what they announce."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from sallyport.masking.lexicon import topic

_EDGE = " \t\r\n:;,.>|=#\"'([\u201c\u2014-"
_STRONG = topic("cues.name")
_STRONG_PAIRS = topic("cues.name_phrases")
_PLACE = topic("cues.place")
_TITLE = topic("cues.titles")
_PARTICLE = topic("cues.particles")
_SAINT = topic("cues.saints")
_OPENING = frozenset('.!?:;\n\r\u2022|>\u2014\u2013*"\u201c([{')


class Cue(NamedTuple):
    """What the words before a stretch of text announce: whether a person's name is sure to follow, whether a place
    may.
    """

    name: bool
    place: bool


_NOTHING = Cue(name=False, place=False)
_CUES = {(name, place): Cue(name, place) for name in (False, True) for place in (False, True)}


def cue(before: str) -> Cue:
    """What `before`, some forty characters, announces."""
    tail = before.rstrip(_EDGE)
    gap = len(before) - len(tail)
    if not 0 < gap <= 4:
        return _NOTHING
    parts = tail[-30:].lower().split()
    if not parts:
        return _NOTHING
    last = parts[-1].lstrip("([\"'-\u2022")
    name = (
        last in _STRONG or "_name" in last or (f"{parts[-2]} {last}" if len(parts) > 1 else last) in _STRONG_PAIRS
    ) and "," not in before[-gap:]
    return _CUES[name, last in _PLACE]


def opens_sentence(before: str) -> bool:
    """Whether what follows `before` starts a sentence, a line, a quotation or an item."""
    tail = before.rstrip(" \t'\"\u201c([\u2022*->" if before[-1:] != "\n" else " ")
    return not tail or tail[-1] in _OPENING or before.rstrip(" ")[-1:] in _OPENING


def extended(text: str, start: int) -> int:
    """`start` moved before particles, `St.` and titles that belong to the name there."""
    for _ in range(4):
        if text[start - 1 : start] != " ":
            break
        piece = text[max(0, start - 12) : start - 1]
        word = piece[max(piece.rfind(" "), piece.rfind("\n"), piece.rfind("("), piece.rfind("\t")) + 1 :]
        if len(word) == len(piece) and start > 13:
            break
        plain = word.rstrip(".").lower()
        if (plain in _PARTICLE and word.islower()) or (plain in _SAINT and not word.islower()):
            start -= len(word) + 1
        elif plain in _TITLE:
            return start - len(word) - 1
        else:
            break
    return start


_SPLIT = re.compile(r"[a-z\u00e9][a-z\u00e9']*|[#@/\x02]|[.!?](?=\s)")
# What announces an identifier: the word and the category. Generic words go on looking for a better one.
_SPECIFIC = {
    word: category
    for category, announcing in (
        ("SSN", topic("identifiers.ssn")),
        ("MRN", topic("identifiers.mrn")),
        ("HEALTH_PLAN", topic("identifiers.health_plan")),
        ("ACCOUNT", topic("identifiers.account")),
        ("LICENSE", topic("identifiers.license")),
        ("VEHICLE", topic("identifiers.vehicle")),
        ("DEVICE", topic("identifiers.device")),
    )
    for word in announcing
}
_GENERIC = topic("identifiers.any")
_FILLER = topic("identifiers.fillers")


_PHONE = topic("identifiers.phone")
_PHONE_FILLER = topic("identifiers.phone_fillers")


def announces_phone(before: str) -> bool:
    """Whether a telephone number may follow."""
    for word in reversed(_SPLIT.findall(before.lower().rstrip(" .:"))[-7:]):
        if word in _PHONE:
            return True
        if word not in _PHONE_FILLER:
            return False
    return False


# Numbers after these are counts, codes of terminologies, references to print.
_BENIGN = topic("identifiers.counts")
_RESULT = re.compile(r"\b(?:exit|status|return|error|response|result)[ _-]?code[\s:#.=-]*\Z", re.IGNORECASE)


def benign(before: str) -> bool:
    """Whether the word just before a number says that it is nobody's."""
    small = before[-16:].lower()
    tail = small.rstrip(" :#.-=\t")
    found = _SPLIT.findall(tail)
    counted = bool(found) and found[-1] in _BENIGN and tail.endswith(found[-1])
    return counted or ("code" in small and _RESULT.search(before) is not None)


def _backwards(before: str) -> Iterator[str]:
    """The words and marks of `before`, the last one first; no more of it is read than is asked for."""
    end = len(before)
    while end > 0:
        start = before.rfind(" ", 0, end - 1) + 1
        yield from reversed(_SPLIT.findall(before[start : end + 1]))
        end = start - 1


def identifier_category(before: str) -> str | None:
    """The category of the identifier that `before` announces, or None."""
    found: str | None = None
    for steps, word in enumerate(_backwards(before.lower())):
        if steps > 9:
            break
        specific = _SPECIFIC.get(word) or _SPECIFIC.get(word.removesuffix("'s"))
        if specific is not None and (found is None or found == "ID"):
            return specific
        if word in _GENERIC:
            found = "ID"
        elif word not in _FILLER:
            break
    return found
