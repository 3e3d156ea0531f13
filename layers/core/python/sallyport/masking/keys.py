"""Keys of objects: which are names of fields and what they say, which are identifiers themselves."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from sallyport.masking import words
from sallyport.masking.structure import company, meanings
from sallyport.masking.structure.company import Company
from sallyport.masking.structure.encoded import decode_base64
from sallyport.masking.structure.fields import Field, field_of

_FIELD_KEY = re.compile(r"[A-Za-z_$@][A-Za-z_$:.\-]{0,60}(?:\d{0,2}|(?<=[Ss][Hh][Aa])(?:224|256|384|512))")
_FIELD_LIKE = re.compile(r"[A-Za-z_$@][A-Za-z_$:.\-]{0,40}")
_NUMBERED = re.compile(r"([a-z][a-z_]{0,40})\d{3,5}")
_PARTS = re.compile(r"[._\-]")
# Keys that stay as they are, learnt while masking. Like the cache below it outlives the request: field-like words only.
SHOWN: set[str] = set()
_MAX_LEARNT = 4096
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


def read(key: str) -> Key:
    """What `key` is. A cache outlives the request, so only words that look like fields' names go in."""
    return _cached(key) if _FIELD_LIKE.fullmatch(key) else _read(key)


def learn(key: str) -> bool:
    """Whether `key` stays as it is, which is remembered; False where that takes a closer look."""
    if type(key) is not str or not _FIELD_LIKE.fullmatch(key) or _person(key) or _encodes(key):
        return False
    if len(SHOWN) < _MAX_LEARNT:
        SHOWN.add(key)
    return True


def looks_like_field(text: str) -> bool:
    """Whether `text` could be the name of a field: no spaces, at most two digits at its end."""
    return _FIELD_KEY.fullmatch(text) is not None


@lru_cache(maxsize=_MAX_LEARNT)
def _cached(key: str) -> Key:
    return _read(key)


def _read(key: str) -> Key:
    if (numbered := _NUMBERED.fullmatch(key)) is not None and _says_nothing(numbered.group(1).rstrip("_")):
        return Key(shown=True, person=False, meanings=_SAYS_NOTHING, says=company.NOTHING, field=None)
    person = bool(key) and _person(key)
    shown = not key or (looks_like_field(key) and not _encodes(key))
    meant = tuple(meanings.meaning(key, each) for each in Company)
    return Key(shown and not person, person, meant, company.says(key), field_of(key))


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
