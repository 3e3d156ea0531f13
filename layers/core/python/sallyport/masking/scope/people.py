"""Whether neighbouring words of a technical name are a given and a family name: `john-smith`, `Okonkwo_Chidi`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from sallyport.masking import words
from sallyport.masking.detect.vocabulary import PARTICLES
from sallyport.masking.scope.vocabulary import (
    ENDINGS,
    FIRST,
    FOLDERS,
    HEADS,
    OF_FAMILIES,
    PLACES,
    SAINTS,
    SOFTWARE,
    SYLLABIC_FAMILIES,
    SYLLABLES,
)


class Role(NamedTuple):
    """How surely a word is a given name and a family name: 3 nothing else, 2 something else as well, 1 an everyday word
    that somebody may be called, 0 no name. `loose`: in no list, or an everyday word that hardly anybody is called, so
    a name only next to what is nothing else."""

    given: int
    family: int
    loose: bool = False
    listed: bool = True


_NOBODY = Role(0, 0)
_ENOUGH, _SURE, _TWO = 3, 3, 2
_SHORTEST_UNKNOWN = 4  # letters
_WORD = re.compile(r"(?<![^\W_])[^\W\d_]+(?=\d{0,4}(?![^\W_]))")
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]{2,5})?-(?:north|south|east|west|central)[a-z]{0,5}-?\d[a-z]?(?![a-z])")
_CAMEL = re.compile(r"[A-Z][a-z]+|^[a-z]+(?=[A-Z])")


def named(text: str) -> bool:
    """Whether `text` names a person with two names at least."""
    text = _REGION.sub(lambda match: "0" * len(match.group()), text)
    found = [piece for match in _WORD.finditer(text) for piece in _pieces(match)]
    spelled = [word for _, _, word in found]
    roles = _roles(spelled)
    for i, j in _neighbours(text, found):
        between = text[found[i][1] : found[j][0]]
        if _pair(roles[i], roles[j], between) and not _a_place(spelled, i, j):
            return True
    return any(map(_run_together, spelled))


def _roles(spelled: list[str]) -> list[Role]:
    """What each word is; after a particle of families even an everyday word is a family name: `de-wolf`."""
    roles = [role(word) for word in spelled]
    for i in range(1, len(roles)):
        word = spelled[i]
        if spelled[i - 1] in OF_FAMILIES and not (roles[i].given or word in words.things() or word in SAINTS):
            roles[i] = Role(0, max(_TWO, roles[i].family))
    return roles


def _neighbours(text: str, found: list[tuple[int, int, str]]) -> Iterator[tuple[int, int]]:
    """Words that stand together, with nothing but particles and initials between them."""
    for i, (_, _, word) in enumerate(found):
        if word in OF_FAMILIES:
            continue
        for j in range(i + 1, min(i + _REACH, len(found))):
            if not _BETWEEN.fullmatch(text, found[j - 1][1], found[j][0]):
                break
            yield i, j
            between = found[j][2]
            if between not in PARTICLES and between not in OF_FAMILIES and len(between) > 1:
                break


def _pieces(match: re.Match[str]) -> list[tuple[int, int, str]]:
    """A word, or the words of one in camel case, with their places and in the form in which they are looked up."""
    word = match.group()
    known = words.lexicon().get(words.fold(word), 0) | words.rare_names().get(words.fold(word), 0)
    if known or len(_CAMEL.findall(word)) < _TWO or sum(map(len, _CAMEL.findall(word))) != len(word):
        return [(match.start(), match.end(), words.fold(word))]
    at = match.start()
    return [(at + part.start(), at + part.end(), words.fold(part.group())) for part in _CAMEL.finditer(word)]


_BETWEEN = re.compile(r"\d{0,4}[-_.+/ ,=:%~'#]{0,3}")
_REACH = 4  # words


def role(word: str) -> Role:
    """What is known about a folded word."""
    flags, extra = words.lexicon().get(word, 0), words.rare_names().get(word, 0)
    if word in SYLLABIC_FAMILIES:
        likely = 1 if flags & words.FREQUENT else _TWO
        return Role(likely if word in SYLLABLES else 0, likely, loose=likely == 1)
    if (word in words.things() and word not in SOFTWARE) or word in HEADS or word in FOLDERS:
        return _NOBODY
    if not (flags | extra) & words.NAME:
        if flags or len(word) < _SHORTEST_UNKNOWN or words.flags_of(word):
            return _NOBODY
        if _syllabic(word):
            return Role(_TWO, 0)
        return Role(0, _TWO if ENDINGS.fullmatch(word) else 0, loose=True, listed=False)
    given = _surely(word, flags, extra, words.GIVEN, words.GIVEN_STRONG)
    family = _surely(word, flags, extra, words.SURNAME, words.SURNAME_STRONG)
    if word in SOFTWARE:
        return Role(min(given, 1), min(family, _TWO))
    return Role(given, family, loose=max(given, family) <= 1)


def _syllabic(word: str) -> bool:
    """Whether a word is two syllables of Chinese: `xiaoping`."""
    return any(word[:at] in SYLLABLES and word[at:] in SYLLABLES for at in range(_TWO, len(word) - 1))


def _surely(word: str, flags: int, extra: int, weak: int, strong: int) -> int:
    if not (flags | extra) & weak:
        return 0
    if not flags & strong and not extra & weak:
        if flags & words.FREQUENT:
            return 0
        if len(word) == _TWO or (len(word) <= _ABBREVIATED and flags & words.EPONYM):
            return 1
    if flags & words.FREQUENT:
        if weak == words.SURNAME:
            return int(word in words.everyday_families())
        return _TWO if word in FIRST else 1
    if flags & (words.MEDICAL | words.REGION | words.NATION | words.COMMON | words.PLACE_STRONG):
        if flags & strong & words.GIVEN_STRONG and not flags & (words.MEDICAL | words.REGION | words.PLACE_STRONG):
            return _SURE
        return _TWO if flags & strong else 1
    return _SURE


_ABBREVIATED = 3  # letters; shorter words that are abbreviations and rare names are mostly the former


def _pair(first: Role, second: Role, between: str) -> bool:
    """Whether two words are a given and a family name; for those of two folders the lists must have both."""
    for one, other in ((first, second), (second, first)):
        if one.given and other.family and one.given + other.family >= _ENOUGH:
            return True
        if "/" not in between:
            if other.loose and max(one.given, one.family) == _SURE:
                return True
        elif other.loose and other.listed and one.given == _SURE:
            return True
    return False


def _a_place(found: list[str], i: int, j: int) -> bool:
    """Whether two words are the name of a place, a street or a house: `san-antonio`, `mary-washington-hospital`."""
    if (i and found[i - 1] in SAINTS) or found[i] in SAINTS or (j + 1 < len(found) and found[j + 1] in HEADS):
        return True
    before = role(found[i])
    if found[j] in PLACES and before.given < _SURE and before.family >= _TWO:
        return True
    return any(
        " ".join(found[first:last]) in phrases
        for first in (i, max(0, i - 1))
        for last in (j + 1, j + 2)
        for phrases in (words.place_phrases(), words.region_phrases())
    )


_SHORTEST_PART, _SHORTEST_RUN, _LONGEST_RUN = 4, 9, 40


def _run_together(word: str) -> bool:
    """Whether a word in no list is a given and a family name without anything between: `mariagonzalez`."""
    if (
        not _SHORTEST_RUN <= len(word) <= _LONGEST_RUN
        or word in words.lexicon()
        or word in words.things()
        or word in words.rare_names()
    ):
        return False
    return any(_together(word[:at], word[at:]) for at in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1))


def _together(first: str, second: str) -> bool:
    known = words.lexicon().get(first, 0)
    one, other = role(first), role(second)
    if one.given == _SURE and known & words.GIVEN_STRONG and second in words.everyday_families():
        return True
    strong = (known | words.lexicon().get(second, 0)) & words.STRONG_NAME
    return bool(strong) and max(one.given + other.family, other.given + one.family) >= _SURE + _TWO
