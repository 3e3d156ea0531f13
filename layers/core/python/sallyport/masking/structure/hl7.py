# ruff: noqa: E501 - patterns and word lists are read alternative by alternative, not by the column
"""HL7 v2 messages: which components of which fields identify somebody (HL7 v2.8, chapters 3, 4, 6, 7 and 9)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from sallyport.masking.spans import Span

# Data type -> components that identify (1-based) and their category. Everything else in the field stays.
_TYPES: dict[str, dict[int, str]] = {
    "XPN": {1: "NAME", 2: "NAME", 3: "NAME"},
    "XCN": {2: "NAME", 3: "NAME", 4: "NAME"},
    "XAD": {1: "ADDRESS", 2: "ADDRESS", 3: "ADDRESS", 5: "ADDRESS", 8: "ADDRESS", 9: "ADDRESS", 10: "ADDRESS"},
    "XTN": {1: "PHONE", 4: "PHONE", 6: "PHONE", 7: "PHONE", 12: "PHONE"},
    "CX": {1: "ID"},
    "MRN": {1: "MRN"},
    "ACCOUNT": {1: "ACCOUNT"},
    "PLAN": {1: "HEALTH_PLAN"},
    "SSN": {1: "SSN"},
    "LICENSE": {1: "LICENSE"},
    "DTM": {1: "DATE"},
    "PLACE": {1: "ADDRESS"},
}
# Names of professionals are masked; their business addresses and numbers (ROL-11, PRT-14, SCH-13 …) stay: Safe Harbor
# protects the individual, relatives, employers and household members.
_LISTED: dict[str, dict[str, str]] = {
        "PID": {"MRN": "2 3 4", "XPN": "5 6 9", "DTM": "7 29", "XAD": "11", "PLACE": "12 23", "XTN": "13 14 40", "ACCOUNT": "18", "SSN": "19", "LICENSE": "20", "CX": "21"},
        "PD1": {"XCN": "4"},
        "NK1": {"XPN": "2 26 30", "XAD": "4 32", "XTN": "5 6 31 40", "DTM": "8 9 16", "CX": "12 33", "SSN": "37"},
        "PV1": {"XCN": "7 8 9 17 52", "CX": "19", "DTM": "44 45"},
        "PV2": {"DTM": "8 9", "XCN": "13"},
        "EVN": {"DTM": "2 3 6", "XCN": "5"},
        "GT1": {"CX": "2 19", "XPN": "3 4", "XAD": "5", "XTN": "6 7", "DTM": "8 13 14", "SSN": "12"},
        "IN1": {"PLAN": "8 36 49", "DTM": "12 13 18", "XPN": "16", "XAD": "19"},
        "IN2": {"PLAN": "1 6 8 61", "SSN": "2", "XPN": "40", "XTN": "63 64"},
        "MRG": {"MRN": "1 2 4", "ACCOUNT": "3", "XPN": "7"},
        "ORC": {"DTM": "9 15", "XCN": "10 11 12"},
        "OBR": {"DTM": "6 7 8 14 22", "XCN": "10 16 28"},
        "OBX": {"DTM": "14 19", "XCN": "16"},
        "DG1": {"DTM": "5 19", "XCN": "16"},
        "PR1": {"DTM": "5", "XCN": "8 11 12"},
        "AL1": {"DTM": "6"},
        "TXA": {"DTM": "4 6 7 8", "XCN": "5 9 10 11"},
        "ROL": {"XCN": "4"},
        "PRT": {"XCN": "5"},
        "NTE": {"XCN": "5"},
        "CTD": {"XPN": "2"},
        "AIP": {"XCN": "3"},
        "SCH": {"XCN": "12 16 20"},
        "FT1": {"XCN": "20 21 24"},
        "RXA": {"DTM": "3 4", "XCN": "10"},
        "RXE": {"XCN": "13 14"},
        "RXO": {"XCN": "14 15"},
        "STF": {"XPN": "3", "DTM": "6", "XTN": "10", "XAD": "11", "SSN": "22"},
        "ACC": {"DTM": "1", "XCN": "7"},
        "CON": {"DTM": "13 14"},
        "FAM": {"XPN": "2"},
        "SPM": {"DTM": "17 18"},
        "PDA": {"DTM": "3 4"},
}  # fmt: skip
_FIELDS = {
    segment: {int(field): kind for kind, fields in kinds.items() for field in fields.split()}
    for segment, kinds in _LISTED.items()
}
# Text for people: looked at as free text, whatever the segment.
_PROSE = {("NTE", 3), ("OBX", 5)}
HEAD = re.compile(r"(?:^|[\r\n\x0b])(?:MSH|FHS|BHS)([^\w\s])([^\w\s]{3,5})")
SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}")
_EMPTY = re.compile(r'[\s"&]*')


def looks_like(text: str) -> bool:
    """Whether `text` is an HL7 v2 message or a batch of them."""
    return text[:4].strip()[:3] in ("MSH", "FHS", "BHS") or HEAD.search(text[:4000]) is not None


def find(text: str, prose: Callable[[str], list[Span]]) -> Iterator[Span]:
    """The identifying parts of the messages in `text`; `prose` finds identifiers in fields that hold free text."""
    head = HEAD.search(text)
    separator, encoding = (head.group(1), head.group(2)) if head else ("|", "^~\\&")
    component, repetition = encoding[0], encoding[1]
    at = 0
    for line in re.split(r"(\r\n|\r|\n)", text):
        name = line[:3]
        if SEGMENT.fullmatch(name) and line[3:4] == separator:
            yield from _segment(line, at, name, separator, component, repetition, prose)
        elif line.strip():
            yield from (span._replace(start=span.start + at, end=span.end + at) for span in prose(line))
        at += len(line)


def _segment(
    line: str, at: int, name: str, separator: str, component: str, repetition: str, prose: Callable[[str], list[Span]]
) -> Iterator[Span]:
    if name in ("MSH", "FHS", "BHS"):
        return
    fields = _FIELDS.get(name, {})
    start = at
    for number, field in enumerate(line.split(separator)):
        if field and number:
            if kind := fields.get(number):
                yield from _field(field, start, _TYPES[kind], component, repetition)
            elif (name, number) in _PROSE or (not fields and len(field) > 40 and component not in field):
                yield from (span._replace(start=span.start + start, end=span.end + start) for span in prose(field))
        start += len(field) + len(separator)


def _field(field: str, at: int, components: dict[int, str], component: str, repetition: str) -> Iterator[Span]:
    start = at
    for repeat in field.split(repetition):
        inner = start
        for number, value in enumerate(repeat.split(component), 1):
            category = components.get(number)
            if category and not _EMPTY.fullmatch(value):
                trimmed = value.rstrip()
                yield Span(inner, inner + len(trimmed), category, "hl7")
            inner += len(value) + 1
        start += len(repeat) + 1
