"""Whose object this is: a machine's or a person's, by the company that its keys keep.

`Name` next to `VpcId` is a machine's name, `name` next to `birthDate` a person's. Every key is asked once what it
says, and an object in which both speak is a person's.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Any

from sallyport.masking import words
from sallyport.masking.structure.fields import Field
from sallyport.masking.structure.key_kinds import Apart, Kind, apart


class Company(IntEnum):
    """Whose an object is. SOMEBODY is perhaps a person and gives way to what a machine says; PERSON never does."""

    NONE = 0
    MACHINE = 1
    SOMEBODY = 2
    PERSON = 3


# What one key says of the object that it is in, and of what lies below it. Plain bits, for the inner loop.
NOTHING = 0
SAYS_PERSON, SAYS_SOMEBODY, SAYS_MACHINE = 1, 2, 4
PERSON_BELOW, SOMEBODY_BELOW, MACHINE_BELOW, ANYBODY_BELOW = 8, 16, 32, 64
PERSON_IF_PLAIN = 128  # `patient: 4711` makes a record, `patient: {…}` holds one

_SOMEBODY = frozenset(("EMAIL", "PHONE", "ADDRESS", "AGE"))
# So spelled they are AWS's; `account_id` may be a customer's.
_AWS_SPELLING = frozenset(
    ("AccountId", "AccountIds", "OwnerId", "OwnerIds", "PolicyId", "PolicyIds", "CertificateId", "TargetId")
)
_OF_ANYTHING = frozenset(("address", "addresses"))  # of a host, a resource, an object
_NOUN_ENDS = frozenset(("id", "ids", "name", "names", "identifier", "identifiers"))


_BELOW = (
    (Kind.PERSON_BELOW, PERSON_BELOW),
    (Kind.MACHINE_BELOW, MACHINE_BELOW),
    (Kind.SOMEBODY_BELOW, SOMEBODY_BELOW),
    (Kind.ANYBODY_BELOW, ANYBODY_BELOW),
)


def says(key: str) -> int:
    """What `key` says of the object that it is in and of what lies below it."""
    return told(apart(key))


def told(key: Apart) -> int:
    """The same of a key that is taken apart already."""
    if not key.plain:
        return NOTHING
    plain = PERSON_IF_PLAIN if Kind.PERSON_IF_PLAIN in key.like else NOTHING
    return _beside(*key) | plain | next((said for kind, said in _BELOW if kind in key.like), NOTHING)


def _beside(key: str, parts: list[str], like: frozenset[str], field: Field | None) -> int:
    if Kind.PERSON in like:
        return SAYS_PERSON
    if Kind.MACHINE in like or key in _AWS_SPELLING:
        return SAYS_MACHINE
    if len(parts) > 1 and parts[-1] in _NOUN_ENDS and parts[-2] in words.machine_nouns():
        return SAYS_MACHINE
    return (
        SAYS_SOMEBODY
        if field is not None and field.category in _SOMEBODY and parts[-1] not in _OF_ANYTHING
        else NOTHING
    )


def settle(said: int, around: Company) -> Company:
    """Whose an object is, of whose keys `said` is the sum, in something that is `around`'s.

    Whatever is in a person's record stays a person's, and one key of a person outweighs any number of a machine's.
    """
    if said & SAYS_PERSON or around is Company.PERSON:
        return Company.PERSON
    if said & SAYS_MACHINE:
        return Company.MACHINE
    return Company.SOMEBODY if said & SAYS_SOMEBODY else around


def below(said: int, here: Company) -> Company:
    """What a container starts as, whose key says `said`, in an object that is `here`'s."""
    if said & PERSON_BELOW or here is Company.PERSON:
        return Company.PERSON
    if said & MACHINE_BELOW:
        return Company.MACHINE
    if said & SOMEBODY_BELOW:
        return Company.SOMEBODY
    return Company.NONE if said & ANYBODY_BELOW else here


def plainly(said: int) -> int:
    """What a key also says of the object that it is in, if its value is plain."""
    return SAYS_PERSON if said & PERSON_IF_PLAIN else NOTHING


def of_names(names: Iterable[str], around: Company = Company.NONE) -> Company:
    """Whose a table, or a list of described values, is whose columns are called `names`."""
    return of_keys(map(apart, names), around)


def of_keys(keys: Iterable[Apart], around: Company = Company.NONE) -> Company:
    """The same of names that are taken apart already."""
    said = NOTHING
    for key in keys:
        said |= told(key)
    here = settle(said | plainly(said), around)
    # Of a machine's tags one may be called `contact`, and they are the machine's still.
    return around if here is Company.SOMEBODY and around is Company.MACHINE else here


def tells_of_a_machine(node: dict[str, Any]) -> bool:
    """Whether a value of an object whose keys say nothing is an ARN."""
    return any(type(value) is str and value.startswith("arn:") for value in node.values())
