"""What a key says of its value in the company that it keeps: whose `Name` it is, whose day, whose account."""

from __future__ import annotations

from typing import Final, NamedTuple

from sallyport.masking.structure.company import Company
from sallyport.masking.structure.fields import Field
from sallyport.masking.structure.key_kinds import Apart, Kind, apart

MACHINES: Final = Field("", "machine")
_ID: Final = Field("", "id")
_VERSION: Final = Field("", "version")
_TOKEN: Final = Field("", "token")
INSTANT: Final = Field("DATE", "instant")
_INSTANT: Final = Field("", "instant")  # where the key alone would say nothing
THEIRS: Final = Field("DATE", "theirs")  # what a key that says nothing says next to a person
_WHEN: Final = Field("DATE", "check")
_AGENT: Final = Field("", "agent")
DAY: Final = Field("DATE", "day")
HOST: Final = Field("IP", "host")
_PUBLIC: Final = Field("IP", "public")
_MEASURED: Final = Field("", "measure")
_JUDGED: Final = Field("NAME", "judged")
_ACTOR: Final = Field("NAME", "actor")
_LABEL: Final = Field("NAME", "label")
_CONTACT: Final = Field("PHONE", "contact")
_ANYWHERE: Final = (
    (Kind.ANYWHERE, _TOKEN),
    (Kind.ARN, MACHINES),
    (Kind.HOST, HOST),
    (Kind.VERSION, _VERSION),
    (Kind.AGENT, _AGENT),
)
_CONTACTS = frozenset(("contact", "contacts", "callback"))


def meaning(key: str, company: Company) -> Field | None:
    """What `key` says of its value in an object of `company`, or None: then the value is read as free text."""
    return meant(apart(key), company)


def meant(key: Apart, company: Company) -> Field | None:
    """The same of a key that is taken apart already."""
    field, like = _contact(key.field, key.key), key.like
    if company >= Company.SOMEBODY or not key.plain:
        return field if field is not None else _persons(like)
    for kind, anywhere in _ANYWHERE:
        if kind in like:
            return anywhere
    return (_machines if company is Company.MACHINE else _nobodys)(field, like)


def _contact(field: Field | None, key: str) -> Field | None:
    """A contact may be a telephone, an address or a person: the value decides."""
    return _CONTACT if field is not None and field.category == "PHONE" and key.lower() in _CONTACTS else field


def _persons(like: frozenset[str]) -> Field | None:
    """Next to a person an instant is the person's, whatever the key calls it."""
    if Kind.INSTANT in like or Kind.DAY in like:
        return _WHEN
    return _AGENT if Kind.AGENT in like else None


def _nobodys(field: Field | None, like: frozenset[str]) -> Field | None:
    """In an object that speaks of nobody in particular, a key is believed where it is unmistakable."""
    if field is None:
        if Kind.MEASURE in like:
            return _MEASURED
        if Kind.DAY in like:
            return _WHEN
        if Kind.INSTANT in like:
            return _INSTANT
        return _ID if Kind.ENTRY in like else None
    category = field.category
    if category == "DATE":
        return INSTANT if Kind.INSTANT in like and Kind.DAY not in like else field
    if category == "NAME" and field.trust == "check" and Kind.PERSONS_NAMES not in like:
        return _ACTOR if Kind.ACTORS in like else _JUDGED if Kind.NAMES in like else field
    if category == "IP":
        return _PUBLIC
    return Field(category, "unless") if category in like and category != "ACCOUNT" else field


def _machines(field: Field | None, like: frozenset[str]) -> Field | None:
    """In a machine's object what names, counts and dates is a machine's, unless it could only be a person's."""
    if Kind.MEASURE in like:
        return _MEASURED
    if field is None:
        if Kind.DAY in like:
            return _WHEN
        if Kind.INSTANT in like:
            return DAY
        return _machines_own(like)
    category = field.category
    if category == "DATE":
        return field if Kind.DAY in like else DAY
    if category == "NAME":
        return _machines_name(field, like)
    if category == "IP":
        return _PUBLIC if Kind.VISITOR in like else HOST
    if category == "ADDRESS":
        return Field("ADDRESS", "host")
    if category == "ACCOUNT" and category in like:
        return Field(category, "unless")
    return MACHINES if category in like else field


def _machines_own(like: frozenset[str]) -> Field | None:
    if Kind.ID in like:
        return _ID
    return MACHINES if Kind.OWN in like else _ACTOR if Kind.ACTORS in like else None


def _machines_name(field: Field, like: frozenset[str]) -> Field:
    if Kind.PERSONS_NAMES in like:
        return field
    return _ACTOR if Kind.ACTORS in like else _LABEL if Kind.NAMES in like else field


class Masked(NamedTuple):
    """What a deployment does not want to show although it is a machine's."""

    instants: bool = False
    addresses: bool = False


SHOWN: Final = Masked()


def masked(field: Field | None, what: Masked) -> Field | None:
    """`field` where a deployment wants instants or public addresses of machines masked."""
    if what == SHOWN or field is None or field.trust not in ("instant", "day", "host"):
        return field
    if field.trust == "host":
        return Field(field.category, "public") if what.addresses else field
    return Field("DATE", "check") if what.instants else field
