"""FHIR R4 resources: which elements identify somebody, by the specification's data types.

An element's name and its parent decide. Codes, systems, units and references by id stay; whatever the specification
leaves to people (text, comments, narrative, unknown strings) is free text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sallyport.masking.lexicon import topic
from sallyport.masking.lexicon.patterns import alternatives
from sallyport.masking.structure.fhir_elements import ADDRESS, KEEP, PERSON_ROLES, WORDS

DATE = re.compile(r"(?:1[89]|20)\d\d-(?:0[1-9]|1[0-2])(?:-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)?")
_PERSONS = re.compile(r"(?:^|/)(?:Patient|Practitioner|PractitionerRole|RelatedPerson|Person)[/?]")
_SSN_SYSTEM = re.compile(r"us-ssn|2\.16\.840\.1\.113883\.4\.1\b")
_IDENTIFIER_TYPES = {
    "MR": "MRN",
    "SS": "SSN",
    "SB": "SSN",
    "DL": "LICENSE",
    "PPN": "LICENSE",
    "NPI": "LICENSE",
    "MC": "HEALTH_PLAN",
    "MB": "HEALTH_PLAN",
    "MA": "HEALTH_PLAN",
    "AN": "ACCOUNT",
}
_CONTACT = {"phone": "PHONE", "fax": "PHONE", "pager": "PHONE", "sms": "PHONE", "email": "EMAIL", "url": "URL"}


def is_resource(node: dict[str, Any]) -> bool:
    """Whether `node` is a FHIR resource."""
    return isinstance(node.get("resourceType"), str)


_LONGEST_TERM = 250
# An address, a long number, numbers in groups. It begins with one set of characters, for which `re` scans fast.
_NO_TERM = re.compile(r"[@\d](?:(?<=@)|\d{6}|[-. /()]{1,2}\d{2,4}[-. /]\d{2})")


def is_code(value: str) -> bool:
    """Whether `value` can be what the specification puts into a code, a URI, a unit: it never has blanks or an at
    sign.
    """
    return " " not in value and "@" not in value


def is_term(text: str) -> bool:
    """Whether `text` can be what a terminology calls a code: short, with no address, number or date in it."""
    return len(text) <= _LONGEST_TERM and _NO_TERM.search(text) is None


def identifier_category(node: dict[str, Any]) -> str:
    """The category of an Identifier's value, by its system and type."""
    system = node.get("system")
    if isinstance(system, str) and _SSN_SYSTEM.search(system):
        return "SSN"
    kind = node.get("type")
    codings = kind.get("coding") if isinstance(kind, dict) else None
    for coding in codings if isinstance(codings, list) else ():
        if isinstance(coding, dict) and coding.get("code") in _IDENTIFIER_TYPES:
            return _IDENTIFIER_TYPES[coding["code"]]
    return "ID"


def element(node: dict[str, Any], key: str, value: object, role: str) -> str | None:
    """What to do with the primitive `value` of `node[key]`, where `role` is the element that `node` stands under.

    A category to mask the whole value, `keep`, `known` to look for known names alone, or None for free text.
    """
    rule = _ELEMENTS.get(key)
    if isinstance(rule, str):
        believed = rule != "keep" or type(value) is not str or is_code(value) or (key in WORDS and is_term(value))
        return rule if believed else None
    decided = rule(node, value, role) if rule is not None else None
    return "keep" if decided is None and isinstance(value, int | float) else decided


def _value(node: dict[str, Any], value: object, role: str) -> str | None:
    if role == "identifier" or "assigner" in node:
        return identifier_category(node)
    if role in ("telecom", "contactPoint"):
        return _CONTACT.get(str(node.get("system")), "PHONE")
    return identifier_category(node) if role == "valueIdentifier" and isinstance(value, str) else None


def _address(node: dict[str, Any], value: object, role: str) -> str | None:  # noqa: ARG001 - all are asked alike
    return "ADDRESS" if role == "address" or role.endswith("Address") else None


def _text(node: dict[str, Any], value: object, role: str) -> str | None:
    if "family" in node or "given" in node:
        return "NAME"
    return _address(node, value, role) or ("keep" if "coding" in node and is_term(str(value)) else None)


def _data(node: dict[str, Any], value: object, role: str) -> str | None:  # noqa: ARG001 - all are asked alike
    return "ATTACHMENT" if isinstance(value, str) else None


def _decimal(node: dict[str, Any], value: object, role: str) -> str | None:  # noqa: ARG001 - all are asked alike
    return "ADDRESS" if node.get("url") in ("latitude", "longitude") else None


def _string(node: dict[str, Any], value: object, role: str) -> str | None:  # noqa: ARG001 - all are asked alike
    return "NAME" if _named(node.get("url")) else None


_MEASURE = frozenset(("value", "unit", "currency", "system", "code", "comparator"))
_CODING = frozenset(("system", "code", "display", "version", "userSelected"))


def stays(node: dict[str, Any]) -> bool:
    """Whether `node` stays as it is: terminology (Coding, CodeableConcept, tags), a measure (Quantity, Money), a
    bare reference or request.
    """
    codings = node.get("coding")
    if codings is None:
        if "value" in node:
            return _is_measure(node)
        if "code" in node:
            return _is_coding(node)
        if len(node) == 1:
            reference = node.get("reference")
            return is_code(reference) if type(reference) is str else _are_codings(node.get("tag"))
        method, url = node.get("method"), node.get("url")
        return len(node) == 2 and type(method) is str and type(url) is str and is_code(method) and is_code(url)
    if len(node) == 1:
        return _are_codings(codings)
    text = node.get("text")
    return len(node) == 2 and type(text) is str and is_term(text) and _are_codings(codings)


def _are_codings(codings: object) -> bool:
    if type(codings) is not list:
        return False
    for coding in codings:  # noqa: SIM110 - this is the inner loop of a resource's walk
        if type(coding) is not dict or not _is_coding(coding):
            return False
    return True


def _is_measure(node: dict[str, Any]) -> bool:
    if "unit" not in node and "currency" not in node:
        return False
    kind = type(node["value"])
    if (kind is not float and kind is not int) or not node.keys() <= _MEASURE:
        return False
    return all(type(value) is str and is_code(value) for key, value in node.items() if key != "value")


def _is_coding(node: dict[str, Any]) -> bool:
    code, system = node.get("code"), node.get("system")
    if type(code) is not str or type(system) is not str or not (is_code(code) and is_code(system)):
        return False
    display = node.get("display", "")
    if type(display) is not str or not is_term(display):
        return False
    return len(node) <= 3 or (
        node.keys() <= _CODING and type(node.get("version", "")) is str and is_code(node.get("version", ""))
    )


def coded_displays(extensions: list[Any]) -> frozenset[str]:
    """What the codings among `extensions` are called, as in US Core's race: codes, and a text that repeats them."""
    codings = [entry.get("valueCoding") for entry in extensions if type(entry) is dict]
    return frozenset(
        display for coding in codings if type(coding) is dict and type(display := coding.get("display")) is str
    )


def repeats(extension: dict[str, Any], displays: frozenset[str]) -> bool:
    """Whether a text extension says no more than one of the codings next to it."""
    value = extension.get("valueString")
    return extension.get("url") == "text" and len(extension) == 2 and type(value) is str and value in displays


def coded(node: dict[str, Any]) -> bool:
    """Whether `node` is a Coding of a medical terminology, or a CodeableConcept that has one."""
    system = node.get("system")
    if isinstance(system, str):
        return _TERMINOLOGY.search(system) is not None
    codings = node.get("coding")
    return isinstance(codings, list) and any(isinstance(coding, dict) and coded(coding) for coding in codings)


_TERMINOLOGY = re.compile(
    r"snomed|icd-?\d|loinc|rxnorm|/cpt|ama-assn|ndc|cvx|hcpcs|2\.16\.840\.1\.113883\.6\.", re.IGNORECASE
)


def _named(url: object) -> bool:
    return isinstance(url, str) and (
        "maidenname" in url.lower()
        or "own-name" in url
        or "own-prefix" in url
        or "partner-name" in url
        or "fathers-family" in url
        or "mothers-family" in url
    )


_ORGANIZED = re.compile(rf"\b(?:{alternatives(topic('facilities.organisations'))}|rehab\w*)\b", re.IGNORECASE)


def _display(node: dict[str, Any], value: object, role: str) -> str | None:  # noqa: ARG001 - all are asked alike
    """A code's display is terminology; a reference's display to a person is a name; of anything else only known
    names go.
    """
    display = str(node.get("display"))
    if "code" in node or "system" in node:
        return "keep" if is_term(display) else None
    reference = node.get("reference")
    person = (
        isinstance(reference, str) and ("/" in reference or "?" in reference) and _PERSONS.search(reference)
    ) or node.get("type") in (
        "Patient",
        "Practitioner",
        "RelatedPerson",
        "Person",
    )
    if person or (role in PERSON_ROLES and not _ORGANIZED.search(display) and not display.isupper()):
        return "NAME"
    return "known"


# What an element's name alone decides, or who decides; `keep` keeps the value.
_ELEMENTS: dict[str, str | Callable[[dict[str, Any], object, str], str | None]] = {
    **dict.fromkeys(KEEP | {"prefix", "suffix"}, "keep"),
    **dict.fromkeys(ADDRESS, _address),
    **dict.fromkeys(("family", "given"), "NAME"),
    **dict.fromkeys(("latitude", "longitude"), "ADDRESS"),
    "uid": "DEVICE",
    "value": _value,
    "text": _text,
    "data": _data,
    "display": _display,
    "valueDecimal": _decimal,
    "valueString": _string,
}
