# ruff: noqa: C901, E501 - decision lists are read from top to bottom, patterns alternative by alternative
"""Capitalised words: what each is, and which stand together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from sallyport.masking import words
from sallyport.masking.detect import vocabulary as v

# What a capitalised word is, one letter each: N name, P place, U unknown, A name and ordinary word, B ordinary,
# R country or state, X unknown capitals, I initial, T title, F facility, S street, L suffix, M month.
CAPITAL = re.compile(
    # The first class is one that the regex engine can search for quickly, the look-behind says what is meant.
    r"[A-Z\u00aa-\U0010ffff](?<=[^\W\d_a-z])(?<![^\W_].)[A-Za-z]*(?:[^\W\d_]+)?(?:['\u2019][^\W\d_]+)*(?:-[^\W\d_]+(?:['\u2019][^\W\d_]+)*)*"
)
_LINK = re.compile(
    r"(?: |  |\. ?| ?- ?| ?& ?|, (?=(?:jr|sr|ii|iii|iv|md|phd|rn)\b)| (?:de|de la|de los|del|della|di|da|dos|das|du|van|van de|van den|van der|von|von der|den|der"
    r"|ter|ten|la|le|el|al|bin|ibn|af|av|y|e|of|of the|and|the|for|sur|upon|am|an der|pod|nad|nad) |['\u2019]s ?)",
    re.IGNORECASE,
)
_EPONYM_AFTER = re.compile(
    r"(?:['\u2019]s?)?[- ]{1,2}(?:(?:[A-Z][\w'\u2019-]+|non|type|coma|cognitive|muscular|multiple|sensory|hereditary|pulmonary|renal|cell|b|t) ){1,2}"
    r"(?i:scale|score|assessment|index|criteria|disease|syndrome|test|lymphoma|examination|inventory|classification|dystrophy|palsy|questionnaire|study|trial)s?\b"
)
_HANDLED = re.compile(
    r"(?: [a-z]+)? (?:in place|in situ|(?:was |is |were )?(?:placed|removed|inserted|exchanged|changed|draining|clamped)|drain|cath|output|care|out\b|left in|showed|shows|to gravity|dc'?d)"
)
_BEFORE_HEAD = frozenset(" -'\u2019")
_APOSTROPHES = frozenset("'\u2019")
_AFTER = re.compile(r"(?:['\u2019]s?)?[- ]{1,2}([^\W\d_]+)")
_QUALIFIERS = v.listed("non type coma cognitive muscular multiple sensory hereditary pulmonary renal cell b t")


class Entry(NamedTuple):
    """What is known about a capitalised word wherever it stands."""

    folded: str
    flags: int
    kind: str
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
    kind: str


LONGEST_CHAIN = 16  # words; longer runs of capitals are headings or hostile
_SAINTS = frozenset(("st", "mt", "ft"))


def linked(text: str, last: Capital, item: Capital) -> bool:
    """Whether two capitalised words belong to one name, by what stands between them."""
    _, end, last_word, last_entry = last
    start, _, word, entry = item
    if start - end > 12:
        return False
    common = entry.kind in "BFA"
    if start - end == 1 and text[end] == " " and not common:
        return True
    if common and len(word) > 1 < len(last_word) and word.isupper() and not last_word.isupper():
        return False  # a label in capitals after a name
    between = text[end:start]
    if between == " ":
        return True
    first = between[0]
    if first in ":\n;/(":
        return False
    if first == "." and not (last_entry.kind in "ITL" or last_entry.folded in _SAINTS):
        return between == "." and last_entry.kind == "I"
    return _LINK.fullmatch(between) is not None


class Entries(dict[str, Entry]):
    """What is known about the capitalised words of one request, as they stand in its texts; each is looked up once."""

    def __missing__(self, word: str) -> Entry:
        entry = self[word] = _entry(word)
        return entry


def _entry(word: str) -> Entry:
    folded = words.fold(word)
    if folded.endswith(("'s", "s'")) and len(folded) > 3:
        folded = folded[:-2] if folded.endswith("'s") else folded[:-1]
    listed = words.lexicon().get(folded)
    thing = folded in words.things()
    if thing and len(word) <= 3 and word.istitle():
        thing = folded not in words.technical()  # an ARN, but Arn is somebody
    if thing:
        flags, kind = listed or words.COMMON | words.FREQUENT, "B"
    else:
        flags = words.flags_of(word) if listed is None else listed
        kind = _kind(word, folded, flags)
    ordinary = kind == "B" and flags & (words.FREQUENT | words.MEDICAL) and not flags & (words.NAME | words.PLACE)
    lively = not ordinary and (kind not in "BRMTL" or (kind == "B" and not flags & (words.FREQUENT | words.MEDICAL)))
    place = folded in v.STREET or folded in v.SETTLEMENTS or bool(flags & (words.NAME | words.PLACE))
    return Entry(
        folded, flags, kind, lively, lively or (place and not ordinary), folded in v.MONTH_NAMES, folded in v.ADDRESS
    )


_TAIL = re.compile(r"\d{1,4}(?![\w-])")


def capitals(text: str, entries: Entries) -> list[Capital]:
    """The capitalised words of `text` that are no parts of code."""
    found = []
    for match in CAPITAL.finditer(text):
        start, end = match.span()
        word = match.group()
        if word[0] > "\x7f" and not word[0].isupper():
            continue
        if start and (text[start - 1] == "\\" or (text[start - 1] == "{" and text[start - 2 : start - 1] == "$")):
            continue  # `GuzzleHttp\Psr7`, `${STATUSCODE}`
        if (start and text[start - 1] in "_@#$\x02") or (
            text[end : end + 1] and (text[end] in "_@" or text[end].isdigit())
        ):
            # part of an identifier of some program, or of a code with digits; generated test people are called Ann123
            tail = _TAIL.match(text, end)
            if tail is None or end - start < 3 or word.isupper():
                continue
            end = tail.end()
        entry = entries[word]
        if entry.kind in "UX" and (text[end : end + 1] == "=" or (word.isupper() and text[end : end + 1] == "(")):
            continue  # what something is called: `ZIPCODE=02139`, `CURDATE()`
        found.append((start, end, word, entry))
    return found


def _kind(word: str, folded: str, flags: int) -> str:
    if len(word) == 1:
        return "B" if word == "I" else "I"
    for kind in _CLOSED_KINDS.get(folded, ""):
        if kind == "L" and not (word.isupper() or folded in ("jr", "sr", "phd", "esq")):
            continue
        if kind == "P" and not word.isupper():
            continue
        return kind
    if flags & words.REGION:
        return "R"
    if "-" in word and any(part in v.FACILITY_STRONG or part in v.PLACE_SHORT for part in folded.split("-")):
        return "P"
    if len(word) <= 4 and word.isupper() and (flags & words.EPONYM or not flags & words.STRONG_NAME or len(word) <= 3):
        return "X" if flags & (words.NAME | words.PLACE) or not flags else "B"
    if len(word) == 2 and not flags & words.GIVEN_STRONG:
        return "X" if flags & words.NAME else "B"
    if word in _ROMAN:
        return "B"
    if not flags:
        return _unknown(word)
    name = flags & (words.NAME | words.PLACE)
    if not name or (flags & words.NATION and not flags & words.GIVEN_STRONG):
        return "B"
    ordinary = flags & words.ORDINARY
    if not ordinary:
        if flags & words.NAME and not (flags & words.PLACE_STRONG and not flags & words.STRONG_NAME):
            return "N"
        return "P"
    if flags & words.STRONG_NAME and not flags & (words.FREQUENT | words.MEDICAL):
        return "N"
    if flags & words.PLACE_STRONG and not flags & (words.FREQUENT | words.MEDICAL):
        return "P"
    if not flags & words.STRONG_NAME and not flags & words.GIVEN and flags & (words.FREQUENT | words.MEDICAL):
        return "B"
    return "A"


_ROMAN = v.listed("II III IV VI VII VIII IX XI XII XIII XIV XV XVI XX")
_CLOSED = (
    ("T", v.TITLES),
    ("L", v.SUFFIXES),
    ("P", v.PLACE_SHORT),
    ("F", v.FACILITY),
    ("M", v.MONTHS),
    ("B", v.BENIGN | v.PEOPLES),
)
_CLOSED_KINDS: dict[str, str] = {}
for _closed_kind, _members in _CLOSED:
    for _member in _members:
        _CLOSED_KINDS[_member] = _CLOSED_KINDS.get(_member, "") + _closed_kind


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


def _unknown(word: str) -> str:
    if _joined_of_things(word.lower()):
        return "B"
    if word.isupper():
        return "X" if len(word) <= 5 else "U"
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
        return "U" if joint and word[joint].isupper() and word[joint + 1 :].islower() else "B"
    return "U"


def is_eponym(text: str, word: Word) -> bool:
    """Whether a disease, a sign or a score takes its name from this word."""
    if text[word.end : word.end + 1] not in _BEFORE_HEAD and word.text[-2:-1] not in _APOSTROPHES:
        return False
    after = _AFTER.match(text, word.end)
    if (after is not None and after.group(1).lower() in v.EPONYM_HEAD) or (
        word.folded in v.EPONYMS and word.text[-2:] in ("'s", "\u2019s")
    ):
        return True
    if word.folded in v.DEVICES and _HANDLED.match(text, word.end) is not None:
        return True
    if word.flags & words.GIVEN_STRONG and word.kind == "N" and not word.flags & words.EPONYM:
        return False
    if after is None or not (after.group(1)[0].isupper() or after.group(1) in _QUALIFIERS):
        return False
    return _EPONYM_AFTER.match(text, word.end) is not None
