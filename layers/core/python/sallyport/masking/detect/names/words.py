"""Capitalised words: where they stand, and what each may be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from sallyport.masking import words
from sallyport.masking.detect import vocabulary as v
from sallyport.masking.detect.names import kinds

CAPITAL = re.compile(
    # The first class is one that the regex engine can search for quickly, the look-behind says what is meant. It is
    # negated, because `re` takes milliseconds to compile a class of a million characters.
    r"[^\x00-@\[-\u00a9](?<=[^\W\d_a-z])(?<![^\W_].)[A-Za-z]*(?:[^\W\d_]+)?(?:['\u2019][^\W\d_]+)*(?:-[^\W\d_]+(?:['\u2019][^\W\d_]+)*)*"
)


class Entry(NamedTuple):
    """What is known about a capitalised word wherever it stands."""

    folded: str
    flags: int
    kind: int
    # Whether the word can make its chain a name, and whether it can when it is not the first of its chain.
    lively: bool
    lively_inside: bool
    month: bool
    address: bool


# A capitalised word in a text: where it starts and ends, how it is spelled, what is known about it.
type Capital = tuple[int, int, str, Entry]


@dataclass(slots=True)
class Word:
    """A capitalised word of a chain that is judged."""

    start: int
    end: int
    text: str
    folded: str
    flags: int
    kind: int


class Entries(dict[str, Entry]):
    """What is known about the capitalised words of one request, as they are in its texts; each is looked up once."""

    def __missing__(self, word: str) -> Entry:
        entry = self[word] = _entry(word)
        return entry


def _entry(word: str) -> Entry:
    folded = whole = words.fold(word)
    if "'" in folded and folded.endswith(("'s", "s'")) and len(folded) > 3:
        folded = folded[:-2] if folded.endswith("'s") else folded[:-1]
    listed = words.lexicon().get(folded)
    thing = folded in words.things()
    if thing and len(word) <= 3 and word.istitle():
        thing = folded not in words.technical()  # an ARN, but Arn is somebody
    if thing:
        flags, kind = listed or words.COMMON | words.FREQUENT, kinds.ORDINARY
    else:
        flags = listed or (words.derived(whole) if whole is folded else words.flags_of(word))
        kind = _kind(word, folded, flags)
    ordinary = (
        kind == kinds.ORDINARY and flags & (words.FREQUENT | words.MEDICAL) and not flags & (words.NAME | words.PLACE)
    )
    rare = kind == kinds.ORDINARY and not flags & (words.FREQUENT | words.MEDICAL)
    lively = not ordinary and (rare or not kind & kinds.DULL)
    inside = lively or (not ordinary and (bool(flags & _BORNE) or folded in v.STREET or folded in v.SETTLEMENTS))
    return Entry(folded, flags, kind, lively, inside, folded in v.MONTH_NAMES, folded in v.ADDRESS)


_BORNE = words.NAME | words.PLACE


_TAIL = re.compile(r"\d{1,4}(?![\w-])")
_OPENED = "=("  # by what a word is called that a program knows
_NO_NAME = kinds.UNKNOWN | kinds.CAPITALS


def capitals(text: str, entries: Entries) -> list[Capital]:
    """The capitalised words of `text` that are no parts of code."""
    found = []
    for match in CAPITAL.finditer(text):
        start, end = match.span()
        word = match.group()
        if word[0] > "\x7f" and not word[0].isupper():
            continue
        before = text[start - 1] if start else " "
        if before == "\\" or (before == "{" and text[start - 2 : start - 1] == "$"):
            continue  # `GuzzleHttp\Psr7`, `${STATUSCODE}`
        after = text[end : end + 1]
        if before in "_@#$\x02" or (after and (after in "_@" or after.isdigit())):
            # part of an identifier of some program, or of a code with digits; generated test people are called Ann123
            tail = _TAIL.match(text, end)
            if tail is None or end - start < 3 or word.isupper():
                continue
            end = tail.end()
            after = text[end : end + 1]
        entry = entries[word]
        if after in _OPENED and after and entry.kind & _NO_NAME and (after == "=" or word.isupper()):
            continue  # what something is called: `ZIPCODE=02139`, `CURDATE()`
        found.append((start, end, word, entry))
    return found


def _kind(word: str, folded: str, flags: int) -> int:  # noqa: C901 - a decision list, read from top to bottom
    if len(word) == 1:
        return kinds.ORDINARY if word == "I" else kinds.INITIAL
    for kind in _CLOSED_KINDS.get(folded, ()):
        if kind == kinds.SUFFIX and not (word.isupper() or folded in ("jr", "sr", "phd", "esq")):
            continue
        if kind == kinds.PLACE and not word.isupper():
            continue
        return kind
    if flags & words.REGION:
        return kinds.REGION
    if "-" in word and any(part in v.FACILITY_STRONG or part in v.PLACE_SHORT for part in folded.split("-")):
        return kinds.PLACE
    if len(word) <= 4 and word.isupper() and (flags & words.EPONYM or not flags & words.STRONG_NAME or len(word) <= 3):
        return kinds.CAPITALS if flags & (words.NAME | words.PLACE) or not flags else kinds.ORDINARY
    if len(word) == 2 and not flags & words.GIVEN_STRONG:
        return kinds.CAPITALS if flags & words.NAME else kinds.ORDINARY
    if word in _ROMAN:
        return kinds.ORDINARY
    if not flags:
        return _unknown(word)
    name = flags & (words.NAME | words.PLACE)
    if not name or (flags & words.NATION and not flags & words.GIVEN_STRONG):
        return kinds.ORDINARY
    ordinary = flags & words.ORDINARY
    if not ordinary:
        if flags & words.NAME and not (flags & words.PLACE_STRONG and not flags & words.STRONG_NAME):
            return kinds.NAME
        return kinds.PLACE
    if flags & words.STRONG_NAME and not flags & (words.FREQUENT | words.MEDICAL):
        return kinds.NAME
    if flags & words.PLACE_STRONG and not flags & (words.FREQUENT | words.MEDICAL):
        return kinds.PLACE
    if not flags & words.STRONG_NAME and not flags & words.GIVEN and flags & (words.FREQUENT | words.MEDICAL):
        return kinds.ORDINARY
    return kinds.EVERYDAY


_ROMAN = v.listed("II III IV VI VII VIII IX XI XII XIII XIV XV XVI XX")
_CLOSED = (
    (kinds.TITLE, v.TITLES),
    (kinds.SUFFIX, v.SUFFIXES),
    (kinds.PLACE, v.PLACE_SHORT),
    (kinds.FACILITY, v.FACILITY),
    (kinds.MONTH, v.MONTHS),
    (kinds.ORDINARY, v.BENIGN | v.PEOPLES),
)
# The words of closed lists, and what they are by which list, the first that fits.
_CLOSED_KINDS: dict[str, tuple[int, ...]] = {
    member: tuple(kind for kind, members in _CLOSED if member in members) for _, listed in _CLOSED for member in listed
}


_SHORTEST_JOINED, _SHORTEST_HALF = 8, 4  # letters; Arnbrook is a place


def _joined_of_things(folded: str) -> bool:
    """Whether a word in no list is an everyday word and one of computing, written as one: `Infracost`."""
    if len(folded) < _SHORTEST_JOINED or not folded.isascii():
        return False
    known, things = words.lexicon(), words.technical()
    for at in range(_SHORTEST_HALF, len(folded) - _SHORTEST_HALF + 1):
        first, last = folded[:at], folded[at:]
        if first in things or last in things:
            other = last if first in things else first
            if other in things or known.get(other, 0) & words.FREQUENT:
                return True
    return False


def _unknown(word: str) -> int:
    if _joined_of_things(word.lower()):
        return kinds.ORDINARY
    if word.isupper():
        return kinds.CAPITALS if len(word) <= 5 else kinds.UNKNOWN
    inner = word[1:]
    if not inner.islower() and "-" not in word and "'" not in word and "\u2019" not in word:
        # camelCase is code; McDonald, DeShawn, MacArthur, LaToya are people
        joint = next(
            (
                len(prefix)
                for prefix in ("Mc", "De", "La", "Le", "Di", "Du", "Mac", "Van", "Von", "Fitz")
                if word.startswith(prefix)
            ),
            0,
        )
        return kinds.UNKNOWN if joint and word[joint].isupper() and word[joint + 1 :].islower() else kinds.ORDINARY
    return kinds.UNKNOWN
