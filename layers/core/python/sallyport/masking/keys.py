"""Keys of objects: which are names of fields and what they say, which are identifiers themselves."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from sallyport.masking import words
from sallyport.masking.structure import company, meanings
from sallyport.masking.structure.company import Company
from sallyport.masking.structure.encoded import decode_base64
from sallyport.masking.structure.fields import Field
from sallyport.masking.structure.key_kinds import apart
from sallyport.masking.values import MaskingFailed

_FIELD_KEY = re.compile(r"[A-Za-z_$@][A-Za-z_$:.\-]{0,60}(?:\d{0,2}|(?<=[Ss][Hh][Aa])(?:224|256|384|512))")
_FIELD_LIKE = re.compile(r"[A-Za-z_$@][A-Za-z_$:.\-]{0,40}")
_NUMBERED = re.compile(r"([a-z][a-z_]{0,40})\d{3,5}")
_PARTS = re.compile(r"[._\-]")
_SHORTEST_ENCODED = 8


_SAYS_NOTHING: tuple[Field | None, ...] = (None,) * len(Company)


class Key(NamedTuple):
    """What a key is: shown as it stands or not, somebody's name or not; what it says of its value in each company, and
    of the company itself."""

    shown: bool
    person: bool
    meanings: tuple[Field | None, ...]
    says: int
    field: Field | None  # what the key says by itself


class Keys(dict[str, Key]):
    """The keys of one request: what each is, worked out once. Raises MaskingFailed for a key that is no string."""

    def __init__(self) -> None:
        super().__init__()
        # Those that surely stay as they are in a resource: a list of the specification's until another one is met.
        self.plain: AbstractSet[str] = words.fhir_elements()

    def __missing__(self, key: str) -> Key:
        if type(key) is not str:
            raise MaskingFailed("masking_not_json", "a key is no string")
        known = self[key] = read(key)
        return known

    def stays(self, key: str) -> bool:
        """Whether `key` stays as it is, which is remembered; False where that takes a closer look."""
        if type(key) is not str or not _FIELD_LIKE.fullmatch(key) or _person(key) or _encodes(key):
            return False
        if not isinstance(self.plain, set):
            self.plain = set(self.plain)
        self.plain.add(key)
        return True


def looks_like_field(text: str) -> bool:
    """Whether `text` could be the name of a field: no spaces, at most two digits at its end."""
    return _FIELD_KEY.fullmatch(text) is not None


def read(key: str) -> Key:
    """What `key` is."""
    if (numbered := _NUMBERED.fullmatch(key)) is not None and _says_nothing(numbered.group(1).rstrip("_")):
        return Key(shown=True, person=False, meanings=_SAYS_NOTHING, says=company.NOTHING, field=None)
    person = bool(key) and _person(key)
    shown = not key or (looks_like_field(key) and not _encodes(key))
    taken = apart(key)
    meant = tuple(meanings.meant(taken, each) for each in Company)
    return Key(shown and not person, person, meant, company.told(taken), taken.field)


def _encodes(key: str) -> bool:
    """Whether a key that could be a field's name is base64 of some text, at which the detectors look then."""
    return len(key) >= _SHORTEST_ENCODED and decode_base64(key) is not None


def _says_nothing(name: str) -> bool:
    """Whether the words before a short number are everyday ones, as in `row_00017`, and none that says whose it is."""
    everyday = all(len(word) == 1 or words.lexicon().get(word, 0) & words.ORDINARY for word in name.split("_"))
    known = read(name)
    return everyday and known.shown and known.field is None


def _person(key: str) -> bool:
    """Whether a key that could be a field's name is a person's: `Emily`, `john.smith`."""
    flags = [words.lexicon().get(part.lower(), 0) for part in _PARTS.split(key)]
    if len(flags) == 1:
        return key[0].isupper() and bool(flags[0] & words.GIVEN_STRONG) and not flags[0] & words.ORDINARY
    return (
        len(flags) == 2
        and bool(flags[0] & words.GIVEN_STRONG and flags[1] & words.SURNAME)
        and not any(flag & words.FREQUENT for flag in flags)
    )
