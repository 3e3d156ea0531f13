"""What keeps a person's identifier from passing for a machine's: words that announce one, and names in pieces."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import cache

from sallyport.masking import words
from sallyport.masking.detect.vocabulary import BENIGN
from sallyport.masking.lexicon import topic

# Directly before a number or a code they say that it is somebody's: `mrn-0048213`, `patients/8842113`.
_ANNOUNCE = topic("machines.announce")
# Directly before a date they say that it is somebody's.
_DATED = topic("machines.dated")
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
_BEFORE = 48  # characters in which a word that announces somebody's number is looked for
_NEAR = 4  # words


def announces(word: str) -> bool:
    """Whether `word`, directly before a number or a code, says that it is a person's."""
    return not _ANNOUNCE.isdisjoint(_WORD.findall(word.lower()))


def dates(word: str) -> bool:
    """Whether `word`, directly before a date, says that it is a person's."""
    return not _DATED.isdisjoint(_WORD.findall(word.lower()))


_ENDS = re.compile(r"\n|[.!?;] ")  # of a line or a sentence


def announced(before: str) -> bool:
    """Whether one of the last words of `before`, on its line, says that a person's identifier follows."""
    line = _ENDS.split(before[-_BEFORE:])[-1]
    return any(map(announces, _WORD.findall(line)[-_NEAR:]))


# Names of software that are names of people too, and no person's where machines are spoken of.
_SOFTWARE = topic("machines.software_and_people")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W\d_A-Za-z]+")


def names(text: str) -> list[tuple[int, int]]:
    """Where `text`, a technical name or a part of one, has the name of a person: `maria-gonzalez`, `GonzalezMaria`."""
    parts = [(match.start(), match.end(), _flags(match.group())) for match in _PARTS.finditer(text)]
    found: list[tuple[int, int]] = []
    for i, (start, end, flags) in enumerate(parts):
        gap = start - parts[i - 1][1] if i else 2
        before = parts[i - 1] if gap <= 1 else None
        if before is not None and _pair(before[2], flags, glued=gap == 1):
            if found and found[-1][1] >= before[0]:
                found[-1] = (found[-1][0], end)
            else:
                found.append((before[0], end))
        elif _sure(flags):
            found.append((start, end))
    return found


def pairs(text: str) -> bool:
    """Whether a given and a family name are next to each other in `text`."""
    parts = [(match.start(), match.end(), _flags(match.group())) for match in _PARTS.finditer(text)]
    return any(
        start - end <= 1 and _pair(first, second, glued=start - end == 1)
        for (_, end, first), (start, _, second) in itertools.pairwise(parts)
    )


_GLUED = re.compile(r"[A-Za-z]{2,20}(?:[-_.+][A-Za-z]{2,20}){1,3}(?![A-Za-z])")
_GLUE = re.compile(r"[-_.+](?<=[a-z][a-z].)(?=[A-Za-z][a-z])")
_BACK = re.compile(r"[A-Za-z]{2,20}")


def glued(text: str) -> Iterator[tuple[int, int]]:
    """Where a given and a family name stand in one token of `text`: `patient-john-smith`, `maria.gonzalez`."""
    done = 0
    for glue in _GLUE.finditer(text):
        at = glue.start()
        # Between capitalised words a hyphen belongs to prose, where names of tests and devices are known:
        # `Jackson-Pratt`.
        if at < done or (text[at] == "-" and text[at + 1].isupper()):
            continue
        first = _BACK.match(text[max(done, at - 20) : at][::-1])
        match = _GLUED.match(text, at - first.end()) if first is not None else None
        if (
            match is None
            or text[match.end() : match.end() + 1] == "@"
            or not any(map(_named, _WORD.findall(match.group())))
        ):
            continue
        for start, end in names(match.group()):
            if _GLUE.search(match.group(), start, end) is not None:
                yield match.start() + start, match.start() + end
                done = match.start() + end


def _named(word: str) -> bool:
    folded = word.lower()
    return bool(words.lexicon().get(folded, 0) & words.NAME or words.rare_names().get(folded, 0) & words.NAME)


# A word that no list has: next to a sure name it is the other half of one.
_UNLISTED = 1 << 30


@cache
def _nouns() -> tuple[str, ...]:
    return tuple(words.machine_nouns())


def _flags(word: str) -> int:
    folded = words.fold(word)
    if len(word) < _SHORTEST or folded in _SOFTWARE or folded in BENIGN or folded in words.things():
        return 0
    if known := words.lexicon().get(folded):
        return known
    if words.flags_of(word) or folded.endswith(_nouns()):
        return 0
    return words.rare_names().get(folded, 0) | _UNLISTED


_SHORTEST = 3  # letters


def _sure(flags: int) -> bool:
    """Whether a word is a name even by itself: in no list of everyday words, medical ones or places."""
    if flags & words.SURNAME_STRONG and flags & words.EPONYM and not flags & words.MEDICAL:
        return True
    everyday = words.FREQUENT | words.MEDICAL | words.PLACE_STRONG | words.REGION
    return bool(flags & words.STRONG_NAME) and not flags & everyday


def _only(flags: int, kind: int) -> bool:
    """Whether a word is in the lists of `kind` and in none of everyday words, medical ones or places."""
    return bool(flags & kind) and not flags & (words.COMMON | words.FREQUENT | words.MEDICAL | words.PLACE_STRONG)


def _pair(first: int, second: int, *, glued: bool) -> bool:
    """Whether two words that stand together are a given and a family name, in either order."""
    for given, family in ((first, second), (second, first)):
        if glued and _sure(given) and family & _UNLISTED:
            return True
        if not (given & words.GIVEN and family & words.SURNAME) or given & words.MEDICAL:
            continue
        if glued and _only(given, words.GIVEN) and _only(family, words.SURNAME):
            return True
        everyday = family & words.FREQUENT and not family & words.SURNAME_STRONG
        strong = given & words.GIVEN_STRONG and family & words.SURNAME_STRONG
        if (strong or _sure(given) or _sure(family)) and not everyday:
            return not (given & words.FREQUENT and family & words.FREQUENT and family & words.MEDICAL)
    return False
