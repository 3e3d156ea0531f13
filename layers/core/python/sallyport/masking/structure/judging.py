"""What becomes of a value of which a field's name says something: masked whole, shown, or read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from sallyport.masking import machines
from sallyport.masking.spans import Span
from sallyport.masking.structure import shapes, somebody
from sallyport.masking.structure.field_names import Trust
from sallyport.masking.structure.fields import Field
from sallyport.masking.structure.holding import holds

# Answers of `decide` that are no category of a value masked whole.
KEEP: Final = ""
READ: Final = "read"
READ_AS_MACHINES: Final = "machine"

# What a token lets its bearer do is no secret (RFC 6749, 3.3): `create:organization_connections read:users`.
_SCOPES = re.compile(
    r"(?:(?:create|read|write|update|delete|list|view|manage|admin|execute):[a-z_]{2,60}(?::[a-z_]{2,60})?(?:[ ,]|$))+"
)
_DATE = Field("DATE", "check")
_NUMBERED = frozenset(("ACCOUNT", "CARD", "ID", "PHONE"))
_TELEPHONE = 5  # digits; with fewer a contact is no telephone


def decide(field: Field, value: str) -> str:
    """The category in which `value` is masked whole, or KEEP, READ, READ_AS_MACHINES."""
    trust = field.trust
    if trust == "whole" or trust == "check":  # in by far the most cases
        if not holds(field, value):
            return READ if field.category else KEEP
        if field.category == "SECRET" and (value.startswith("arn:") or _SCOPES.fullmatch(value)):
            return READ_AS_MACHINES
        return named(field.category, value)
    return _BY_TRUST[trust](field, value)


def decide_number(field: Field, value: float) -> str:
    """As `decide` for a number, of which nothing is read: the category in which it is masked, or KEEP."""
    if field.trust in ("whole", "check"):
        return field.category if field.category and holds(field, value) else KEEP
    said = decide(field, repr(value))
    return KEEP if said in (READ, READ_AS_MACHINES) else said


def named(category: str, value: str) -> str:
    """The category of a whole value: what its own checked format says, where the field's name is contradicted."""
    if "@" in value and category not in ("EMAIL", "SECRET", "") and shapes.is_email(value):
        return "EMAIL"
    return "IBAN" if category in _NUMBERED and shapes.is_iban(value) else category


def _instant(field: Field, value: str) -> str:
    if shapes.is_instant(value):
        return KEEP
    return "DATE" if field.category and holds(_DATE, value) else READ


def _name(field: Field, value: str) -> str:
    """A bare `name`, a `UserName`, an `owner`: a person's, a program's or an account's."""
    if shapes.is_account(value):
        return KEEP
    return named("NAME", value) if somebody.is_somebody(value, lower=field.trust == "actor") else READ


def _contact(_: Field, value: str) -> str:
    """A contact is an address, a telephone or a person."""
    if shapes.is_email(value):
        return "EMAIL"
    if sum(map(str.isdigit, value)) >= _TELEPHONE:
        return READ_AS_MACHINES if shapes.only_machines_have(value) else "PHONE"
    return "NAME" if somebody.may_be_a_name(value) else READ


def _unless(field: Field, value: str) -> str:
    """Whatever the field's name says, unless the value can be nothing but a machine's."""
    if field.category == "ACCOUNT" and shapes.is_account(value):
        return KEEP
    if shapes.only_machines_have(value):
        return READ_AS_MACHINES
    return named(field.category, value) if holds(Field(field.category, "whole"), value) else READ


def _address(field: Field, value: str) -> str:
    """`host` shows addresses of machines, `public` masks those that the whole world can reach."""
    address = shapes.is_address(value)
    if not address and not shapes.is_host(value):
        return field.category if holds(Field(field.category, "whole"), value) else READ
    if field.trust == "host" or shapes.is_private(value):
        return KEEP
    return "IP" if address else READ


def _shown_if(shape: Callable[[str], bool], otherwise: str) -> Callable[[Field, str], str]:
    return lambda _, value: KEEP if shape(value) else otherwise


_BY_TRUST: dict[Trust, Callable[[Field, str], str]] = {
    "machine": _shown_if(shapes.is_machines, READ_AS_MACHINES),
    "id": _shown_if(lambda value: shapes.is_serial(value) or shapes.is_machines(value), READ_AS_MACHINES),
    "token": _shown_if(shapes.is_made_up, READ_AS_MACHINES),
    "version": _shown_if(shapes.is_version, READ_AS_MACHINES),
    "agent": _shown_if(shapes.is_user_agent, READ),
    "measure": _shown_if(shapes.is_number, READ),
    "instant": _instant,
    "theirs": lambda field, value: field.category if shapes.is_instant(value) else READ,
    "day": _shown_if(shapes.is_day, READ_AS_MACHINES),
    "label": lambda _, value: "NAME" if somebody.is_full_name(value) else READ_AS_MACHINES,
    "judged": _name,
    "actor": _name,
    "contact": _contact,
    "unless": _unless,
    "host": _address,
    "public": _address,
}


def machines_own(text: str, spans: list[Span]) -> list[Span]:
    """Of what was found in a machine's value, that which is somebody's or secret all the same.

    A value with a blank in it is a sentence, and of a sentence everything counts; so does everything after a word that
    announces a person's number: `patients/448812`.
    """
    if not spans or " " in text.strip() or "\n" in text or machines.announces(text):
        return spans
    return [span for span in spans if not span.detector.sparing.look_alike(text, span)]
