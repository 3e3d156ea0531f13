"""One person, one number, however the name is written; and never one number for two people.

Spellings are taken for one person's where that is certain: the same words in the same order without case, `Abernathy,
Quillon`, the two fields that hold a given and a family name. An initial or a single word counts as a person's only
if one person of the request fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sallyport.masking import words
from sallyport.masking.detect.detector import Basis
from sallyport.masking.lexicon import topic
from sallyport.masking.spans import Span
from sallyport.masking.structure.fields import words_of

_LONGEST_KEY = 40
# How a key ends whose value is a given or a family name; what comes before says whose: `referring_first`.
_GIVEN = ("first name", "first names", "given name", "given names", "forename", "fname", "first", "given")
_FAMILY = ("last name", "last names", "family name", "surname", "lname", "last", "family")
# What follows a comma and is no given name.
_SUFFIXES = topic("people.degrees")
_INSIDE = frozenset("_'.-\u2019\u2010")
_MOST_WORDS = 3  # of a given or of a family name
_AND = " and "

# A person: the words of the given names and of the family name, folded.
type Person = tuple[tuple[str, ...], tuple[str, ...]]


class People:
    """The people of one request."""

    def __init__(self) -> None:
        self._spelled: dict[Person, str] = {}  # as the person is numbered
        self._parted: dict[str, tuple[str, str]] = {}
        self._pairs: dict[tuple[str, str], str] = {}
        self._in_fields: set[Person] = set()  # whose given and family name are in two fields
        self._by_word: dict[str, set[Person]] = {}
        self._by_initial: dict[tuple[str, tuple[str, ...]], set[Person]] = {}
        self.complete = False  # whether everybody is known who is named anywhere in the request

    def in_fields(self, given: str, family: str) -> str:
        """The person whose given and family name are in two fields, as it is numbered; "" if they are no names."""
        spelled = self._pairs.get((given, family))
        if spelled is None:
            spelled = ""
            if _is_name(given) and _is_name(family):
                person = self._add(given, family)
                self._in_fields.add(person)
                spelled = self._spelled[person]
            self._pairs[given, family] = spelled
        return spelled

    def written(self, name: str) -> None:
        """Take note of a name in one piece, if it is more than one word and an initial."""
        if name.isalpha() or name in self._parted:
            return
        given, family = self._parts(name)
        if given and not _is_initial(given):
            self._add(given, family)

    def knows(self, name: str) -> bool:
        """Whether `name`, a given and a family name in either order, is somebody's who is named elsewhere."""
        given, family = self._parts(name)
        return bool(given) and (_folded(given), _folded(family)) in self._spelled

    def same(self, name: str) -> str:
        """The spelling under which the bearer of `name` is numbered."""
        if name.isalpha() and not self._in_fields:
            return name
        given, family = self._parts(name)
        if given and not _is_initial(given):
            return self._called(given, family)
        if not self.complete:
            return name
        if given:
            fitting = self._by_initial.get((words.fold(given[0]), _folded(family)), set())
        else:
            fitting = self._by_word.get(words.fold(family), set())
        if len(fitting) != 1:
            return name
        person = next(iter(fitting))
        return self._spelled[person] if given or person in self._in_fields else name

    def _called(self, given: str, family: str) -> str:
        """How a full name is numbered: as that of the one person in fields who has more given names after this one."""
        names = (_folded(given), _folded(family))
        if self.complete and len(names[0]) == 1 and names not in self._in_fields:
            fitting = self._by_initial.get((names[0][0][:1], names[1]), set()) & self._in_fields
            longer = [person for person in fitting if person[0][0] == names[0][0]]
            if len(longer) == 1:
                return self._spelled[longer[0]]
        return f"{given} {family}"

    def _parts(self, name: str) -> tuple[str, str]:
        parts = self._parted.get(name)
        if parts is None:
            parts = self._parted[name] = _parts(name)
        return parts

    def _add(self, given: str, family: str) -> Person:
        person = (_folded(given), _folded(family))
        if person not in self._spelled:
            self._spelled[person] = f"{given} {family}"
            self._by_initial.setdefault((person[0][0][:1], person[1]), set()).add(person)
            for part in (*person[0], *person[1]):
                self._by_word.setdefault(part, set()).add(person)
        return person


def apart(text: str, span: Span) -> Iterator[Span]:
    """`span`, or each of the people that it names: `Quillon Abernathy and Ben Okafor` are two."""
    start = span.start
    if span.category == "NAME" and span.detector.basis is Basis.LOOK:
        while (end := text.find(_AND, start, span.end)) > start:
            yield span._replace(start=start, end=end)
            start = end + len(_AND)
    yield span if start == span.start else span._replace(start=start)


def in_one(value: object) -> str:
    """The names in a field in one piece: FHIR lists the given names, `["Quillon", "James"]`; "" if they are no text."""
    if isinstance(value, list):
        return " ".join(value) if all(type(part) is str for part in value) else ""
    return value if isinstance(value, str) else ""


def _is_name(value: str) -> bool:
    """Whether `value` is written as a given or a family name is, and is no marker."""
    parts = value.split(" ")
    return len(parts) <= _MOST_WORDS and all(map(_is_word, parts))


def _is_word(part: str) -> bool:
    return part.isalpha() or (part[:1].isalpha() and all(char.isalnum() or char in _INSIDE for char in part))


def _is_initial(given: str) -> bool:
    return len(given) == 1 or (len(given) == 2 and given[1] == ".")


def pairs(keys: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Which of `keys` hold the given and the family name of one person: `first_name` and `last_name`, `given` and
    `family`, `referring_first` and `referring_last`."""
    given: dict[str, list[str]] = {}
    family: dict[str, list[str]] = {}
    for key in keys:
        small = " ".join(words_of(key)) if len(key) <= _LONGEST_KEY else ""
        for found, endings in ((given, _GIVEN), (family, _FAMILY)):
            if small.endswith(endings):
                ending = next(ending for ending in endings if small.endswith(ending))
                found.setdefault(small.removesuffix(ending), []).append(key)
    return tuple(
        (first[0], family[whose][0])
        for whose, first in given.items()
        if len(first) == 1 and len(family.get(whose, ())) == 1
    )


def _parts(name: str) -> tuple[str, str]:
    """The given and the family name of a name as it is written; of a single word no given name."""
    name = name.strip()
    if name.isalpha():
        return "", name
    family, comma, given = name.partition(",")
    if comma:
        given = given.strip()
        suffix = words.fold(given.rpartition(" ")[2]).replace(".", "")
        if _is_name(family) and _is_name(given) and suffix not in _SUFFIXES:
            return given, family
    else:
        given, _, family = name.rpartition(" ")
        if given and _is_name(given) and _is_word(family):
            return given, family
    return "", name


def _folded(name: str) -> tuple[str, ...]:
    return tuple("".join(filter(str.isalnum, words.fold(part))) for part in name.split())
