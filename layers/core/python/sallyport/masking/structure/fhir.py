# ruff: noqa: C901, E501 - decision lists are read from top to bottom, patterns alternative by alternative
"""FHIR R4 resources: which elements identify somebody, by the specification's data types.

An element's name and its parent decide. Codes, systems, units and references by id stay; whatever the specification
leaves to people (text, comments, narrative, unknown strings) is free text.
"""

from __future__ import annotations

import re
from typing import Any

DATE = re.compile(r"(?:1[89]|20)\d\d-(?:0[1-9]|1[0-2])(?:-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)?")
_HUMAN_NAME = frozenset(("family", "given", "text"))
_ADDRESS = frozenset(("line", "city", "district", "postalCode", "text"))
# Elements whose values come from the specification or a terminology, not from anybody's life.
KEEP = frozenset(
    [
        "resourceType",
        "id",
        "system",
        "code",
        "status",
        "use",
        "unit",
        "language",
        "intent",
        "mode",
        "gender",
        "type",
        "url",
        "reference",
        "fullUrl",
        "profile",
        "versionId",
        "contentType",
        "comparator",
        "relation",
        "rank",
        "currency",
        "method",
        "fhirVersion",
        "verificationStatus",
        "clinicalStatus",
        "criticality",
        "priority",
        "kind",
        "category",
        "implicitRules",
        "version",
        "instantiates",
        "instantiatesCanonical",
        "instantiatesUri",
        "valueCode",
        "valueUri",
        "valueCanonical",
        "valueOid",
        "valueUnit",
        "state",
        "country",
        "period_unit",
        "periodUnit",
        "durationUnit",
        "dayOfWeek",
        "interpretation",
        "operator",
        "direction",
        "outcome",
        "lifecycleStatus",
        "vitalStatus",
        "security",
        "tag",
        "doNotPerform",
        "modality",
        "hash",
        "size",
        "creation_",
        "title_",
    ]
)
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
    if key == "value":
        if role == "identifier" or "assigner" in node:
            return identifier_category(node)
        if role in ("telecom", "contactPoint"):
            return _CONTACT.get(str(node.get("system")), "PHONE")
        if isinstance(value, (int, float)):
            return "keep"
        if role == "valueIdentifier":
            return identifier_category(node)
        return None
    if key in ("family", "given") or (key in _HUMAN_NAME and ("family" in node or "given" in node)):
        return "NAME"
    if key in _ADDRESS and (role == "address" or role.endswith("Address")):
        return "ADDRESS"
    if key in ("prefix", "suffix"):
        return "keep"
    if key == "uid":
        return "DEVICE"
    if key == "data" and isinstance(value, str):
        return "ATTACHMENT"
    if key in ("latitude", "longitude"):
        return "ADDRESS"
    if key == "valueDecimal":
        return "ADDRESS" if node.get("url") in ("latitude", "longitude") else "keep"
    if key == "display":
        return _display(node, role)
    if key in KEEP:
        return "keep"
    if key == "valueString" and _named(node.get("url")):
        return "NAME"
    if key == "text" and ("coding" in node or role in _CODED):
        return "keep"
    if isinstance(value, (int, float)):
        return "keep"
    return None


_CODEABLE = frozenset(("coding", "text"))
_CODING = frozenset(("system", "code", "display", "version", "userSelected"))


def stays(node: dict[str, Any]) -> bool:
    """Whether `node` stays as it is: a Coding or CodeableConcept with nothing but a terminology's words, a bare reference."""
    codings = node.get("coding")
    if codings is None:
        return _is_coding(node) if "code" in node else len(node) == 1 and type(node.get("reference")) is str
    if type(codings) is not list or not node.keys() <= _CODEABLE or type(node.get("text", "")) is not str:
        return False
    for coding in codings:  # noqa: SIM110 - this is the inner loop of a resource's walk
        if type(coding) is not dict or not _is_coding(coding):
            return False
    return True


def _is_coding(node: dict[str, Any]) -> bool:
    if type(node.get("code")) is not str or type(node.get("system")) is not str:
        return False
    if len(node) == 3 and type(node.get("display")) is str:
        return True
    return node.keys() <= _CODING and not any(type(value) in (dict, list) for value in node.values())


def coded_displays(extensions: list[Any]) -> frozenset[str]:
    """What the codings among `extensions` are called, as in US Core's race: codes, and a text that repeats them."""
    codings = [entry.get("valueCoding") for entry in extensions if type(entry) is dict]
    return frozenset(
        display for coding in codings if type(coding) is dict and type(display := coding.get("display")) is str
    )


def repeats(extension: dict[str, Any], displays: frozenset[str]) -> bool:
    """Whether a text extension says no more than one of the codings beside it."""
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
_CODED = frozenset(
    [
        "code",
        "type",
        "category",
        "vaccineCode",
        "valueCodeableConcept",
        "reasonCode",
        "bodySite",
        "specialty",
        "maritalStatus",
        "route",
    ]
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


_PERSON_ROLES = frozenset(
    [
        "subject",
        "patient",
        "practitioner",
        "author",
        "performer",
        "requester",
        "individual",
        "member",
        "actor",
        "recorder",
        "asserter",
        "informationSource",
        "source",
        "enterer",
        "provider",
        "generalPractitioner",
        "who",
        "beneficiary",
        "policyHolder",
        "subscriber",
        "payee",
        "sender",
        "recipient",
        "owner",
        "participant",
        "attester",
        "party",
        "interpreter",
        "resultsInterpreter",
        "receiver",
        "handler",
        "collector",
        "responsibleParty",
        "assessor",
        "reviewer",
        "contributor",
        "link",
        "other",
        "practitionerRole",
        "onBehalfOf",
    ]
)
_ORGANIZED = re.compile(
    r"\b(?:inc|llc|ltd|corp|pllc|pc|lp|center|centers|centre|hospital|clinic|medical|health|healthcare|associates|group|pharmacy|services|laborator(?:y|ies)|department|university|practice|care|system|insurance|medicine|specialists?|physicians|therapy|rehab\w*|nursing|home|hospice|surgery|urgent|family|va|llp|foundation|institute|network|team|organization)\b",
    re.IGNORECASE,
)


def _display(node: dict[str, Any], role: str) -> str | None:
    """A code's display is terminology; a reference's display to a person is a name; of anything else only known names go."""
    if "code" in node or "system" in node:
        return "keep"
    display = str(node.get("display"))
    reference = node.get("reference")
    person = (isinstance(reference, str) and _PERSONS.search(reference)) or node.get("type") in (
        "Patient",
        "Practitioner",
        "RelatedPerson",
        "Person",
    )
    if person or (role in _PERSON_ROLES and not _ORGANIZED.search(display) and not display.isupper()):
        return "NAME"
    return "known"
