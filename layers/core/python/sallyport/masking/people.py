"""One person, one number, however the name is written; and never one number for two people.

Spellings are taken for one person's where that is certain: the same words in the same order without case, `Abernathy,
Quillon`, the two fields that hold a given and a family name. An initial or a single word counts as a person's only
if one person of the request fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sallyport.masking import words

_PART = r"[^\W\d_][\w'\u2019.\u2010-]*"
_TURNED = re.compile(rf"({_PART}(?: {_PART}){{0,2}}),\s{{0,2}}({_PART}(?: {_PART}){{0,2}})")
_FULL = re.compile(rf"{_PART}(?: {_PART}){{1,3}}")
_NAME = re.compile(rf"{_PART}(?: {_PART}){{0,3}}")
_INITIAL = re.compile(r"([^\W\d_])\.?")
# What follows a comma and is no given name.
_SUFFIXES = frozenset("jr sr ii iii iv md do phd rn np pa esq dds dmd lpn msn bsn dnp mph pharmd facp facs".split())  # noqa: SIM905
_GIVEN = re.compile(r"(.*?)[ _]?(?:first|given|fore|f)[ _]?(?:names?)?")
_FAMILY = re.compile(r"(.*?)[ _]?(?:(?:last|family|sur|l)[ _]?(?:names?)?)")

# A person: the words of the given names and of the family name, folded.
type Person = tuple[tuple[str, ...], tuple[str, ...]]


class People:
    """The people of one request."""

    def __init__(self) -> None:
        self._spelled: dict[Person, str] = {}  # as the person is numbered
        self._pairs: dict[tuple[str, str], str] = {}
        self._in_fields: set[Person] = set()  # whose given and family name stand in two fields
        self._by_word: dict[str, set[Person]] = {}
        self._by_initial: dict[tuple[str, tuple[str, ...]], set[Person]] = {}
        self.complete = False  # whether everybody is known who is named anywhere in the request

    def in_fields(self, given: str, family: str) -> str:
        """The person whose given and family name stand in two fields, as it is numbered; "" if they are no names."""
        spelled = self._pairs.get((given, family))
        if spelled is None:
            spelled = ""
            if _NAME.fullmatch(given) and _NAME.fullmatch(family):
                person = self._add(given, family)
                self._in_fields.add(person)
                spelled = self._spelled[person]
            self._pairs[given, family] = spelled
        return spelled

    def written(self, name: str) -> None:
        """Take note of a name in one piece, if it is more than one word and an initial."""
        given, family = _parts(name)
        if given and not _INITIAL.fullmatch(given):
            self._add(given, family)

    def knows(self, name: str) -> bool:
        """Whether `name`, a given and a family name in either order, is somebody's who is named elsewhere."""
        given, family = _parts(name)
        return bool(given) and (_folded(given), _folded(family)) in self._spelled

    def same(self, name: str) -> str:
        """The spelling under which the bearer of `name` is numbered."""
        if name.isalpha() and not self._in_fields:
            return name
        given, family = _parts(name)
        initial = _INITIAL.fullmatch(given)
        if given and initial is None:
            return f"{given} {family}"
        if not self.complete:
            return name
        if initial is not None:
            fitting = self._by_initial.get((words.fold(initial.group(1)), _folded(family)), set())
        else:
            fitting = self._by_word.get(words.fold(family), set())
        if len(fitting) != 1:
            return name
        person = next(iter(fitting))
        return self._spelled[person] if initial is not None or person in self._in_fields else name

    def _add(self, given: str, family: str) -> Person:
        person = (_folded(given), _folded(family))
        if person not in self._spelled:
            self._spelled[person] = f"{given} {family}"
            self._by_initial.setdefault((person[0][0][:1], person[1]), set()).add(person)
            for part in (*person[0], *person[1]):
                self._by_word.setdefault(part, set()).add(person)
        return person


def pairs(keys: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Which of `keys` hold the given and the family name of one person: `first_name` and `last_name`, `given` and
    `family`, `referring_first` and `referring_last`."""
    given: dict[str, list[str]] = {}
    family: dict[str, list[str]] = {}
    for key in keys:
        small = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\W]+", " ", key).lower() if len(key) <= _LONGEST_KEY else ""
        for found, pattern in ((given, _GIVEN), (family, _FAMILY)):
            if (role := pattern.fullmatch(small)) is not None:
                found.setdefault(role.group(1), []).append(key)
    return tuple(
        (first[0], family[whose][0])
        for whose, first in given.items()
        if len(first) == 1 and len(family.get(whose, ())) == 1
    )


_LONGEST_KEY = 40


def _parts(name: str) -> tuple[str, str]:
    """The given and the family name of a name as it is written; of a single word no given name."""
    if name.isalpha():
        return "", name
    name = name.strip()
    if (turned := _TURNED.fullmatch(name)) is not None:
        family, given = turned.groups()
        if words.fold(given.rpartition(" ")[2]).replace(".", "") not in _SUFFIXES:
            return given, family
    elif _FULL.fullmatch(name):
        given, _, family = name.rpartition(" ")
        return given, family
    return "", name


def _folded(name: str) -> tuple[str, ...]:
    return tuple("".join(filter(str.isalnum, words.fold(part))) for part in name.split())
