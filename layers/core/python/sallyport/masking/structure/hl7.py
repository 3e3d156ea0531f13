"""HL7 v2 messages: which components of which fields identify somebody.

By data type, after HL7 v2.8.2 (chapter 2A for the types, 3, 4, 6, 7, 9 and 10 for the segments). Masked are the
patient, relatives, guarantors and insured, and the professionals who treat: a name next to a visit or a result says
whose it is. The names of those who only book, enter, collect or stand in a role (`STAFF`) stay, as their numbers and
business addresses do, unless the same name is hidden elsewhere in the message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from sallyport.masking.detect.declared import ATTACHMENT, IN_SEGMENT
from sallyport.masking.spans import Span
from sallyport.masking.structure.encoded import decode_base64

# Data type -> components that identify (1-based) and their category. Everything else in the field stays.
_TYPES: dict[str, dict[int, str]] = {
    "XPN": {1: "NAME", 2: "NAME", 3: "NAME"},
    "XCN": {2: "NAME", 3: "NAME", 4: "NAME"},
    "STAFF": {2: "NAME", 3: "NAME", 4: "NAME"},
    "XAD": {1: "ADDRESS", 2: "ADDRESS", 3: "ADDRESS", 5: "ADDRESS", 8: "ADDRESS", 9: "ADDRESS", 10: "ADDRESS"},
    "XTN": {1: "PHONE", 4: "PHONE", 6: "PHONE", 7: "PHONE", 12: "PHONE"},
    "CX": {1: "ID"},
    "MRN": {1: "MRN"},
    "ACCOUNT": {1: "ACCOUNT"},
    "PLAN": {1: "HEALTH_PLAN"},
    "SSN": {1: "SSN"},
    "LICENSE": {1: "LICENSE"},
    "DTM": {1: "DATE"},
    "DR": {1: "DATE", 2: "DATE"},
    "PLACE": {1: "ADDRESS"},
}
_LISTED: dict[str, dict[str, str]] = {
        "MSH": {"DTM": "7", "CX": "10"},
        "PID": {"MRN": "2 3 4", "XPN": "5 6 9", "DTM": "7 29", "XAD": "11", "PLACE": "12 23", "XTN": "13 14 40", "ACCOUNT": "18", "SSN": "19", "LICENSE": "20", "CX": "21"},  # noqa: E501 - one row
        "PD1": {"XCN": "4", "MRN": "10"},
        "NK1": {"XPN": "2 26 30", "XAD": "4 32", "XTN": "5 6 31 40 41", "DTM": "8 9 16", "CX": "12 33", "SSN": "37", "PLACE": "38"},  # noqa: E501 - one row
        "PV1": {"XCN": "7 8 9 17 52", "CX": "5 19 50", "DTM": "44 45"},
        "PV2": {"DTM": "8 9 14 26 28 29 33 46 47 48", "STAFF": "13"},
        "EVN": {"DTM": "2 3 6", "XCN": "5"},
        "GT1": {"CX": "2 19", "XPN": "3 4 42", "XAD": "5", "XTN": "6 7", "DTM": "8", "SSN": "12"},
        "IN1": {"PLAN": "8 36 49", "DTM": "12 13 18", "XPN": "16", "XAD": "19"},
        "IN2": {"PLAN": "1 6 8 10 26 61", "SSN": "2", "XPN": "7 9 40", "XTN": "63 64"},
        "MRG": {"MRN": "1 2 4", "ACCOUNT": "3", "CX": "5 6", "XPN": "7"},
        "ORC": {"DTM": "9 15", "XCN": "10 11 12"},
        "OBR": {"DTM": "6 7 8 14 22 36", "STAFF": "10", "XCN": "16 28"},
        "OBX": {"DTM": "14 19", "XCN": "16"},
        "DG1": {"DTM": "5 19", "XCN": "16"},
        "PR1": {"DTM": "5", "XCN": "8 11 12"},
        "AL1": {"DTM": "6"},
        "IAM": {"DTM": "11", "XPN": "14"},
        "TXA": {"DTM": "4 6 7", "XCN": "5 9 10 11"},
        "ROL": {"STAFF": "4"},
        "PRT": {"STAFF": "5"},
        "NTE": {"STAFF": "5"},
        "CTD": {"XPN": "2"},
        "AIP": {"STAFF": "3"},
        "SCH": {"STAFF": "12 16 20"},
        "FT1": {"STAFF": "20 21 24"},
        "RXA": {"DTM": "3 4", "XCN": "10"},
        "RXD": {"DTM": "3"},
        "RXE": {"STAFF": "13 14", "XAD": "43"},
        "RXO": {"STAFF": "14 15", "XAD": "35"},
        "RXG": {"XAD": "30"},
        "STF": {"XPN": "3", "DTM": "6", "XTN": "10", "XAD": "11", "LICENSE": "22"},
        "ACC": {"DTM": "1", "STAFF": "7"},
        "CON": {"DTM": "12 13 14 15", "XPN": "24"},
        "SPM": {"DR": "17", "DTM": "18"},
        "PDA": {"DTM": "4", "DR": "7"},
        "DB1": {"CX": "3"},
        "PYE": {"XPN": "5", "XAD": "6"},
        "PEO": {"DTM": "3 4 5 6", "XAD": "20", "XPN": "19", "XTN": "21"},
        "CSR": {"MRN": "4 5", "DTM": "6 9"},
}  # fmt: skip
_FIELDS = {
    segment: {int(field): kind for kind, fields in kinds.items() for field in fields.split()}
    for segment, kinds in _LISTED.items()
}
# What OBX-2 says of OBX-5: identifying types, and those that hold numbers and codes. Any other value is text.
_OBSERVED = {"PN": "XPN", "XPN": "XPN", "XCN": "XCN", "XAD": "XAD", "AD": "XAD", "XTN": "XTN", "TN": "XTN", "CX": "CX", "DT": "DTM", "DTM": "DTM", "TS": "DTM", "DR": "DR"}  # fmt: skip  # noqa: E501 - one row
_MEASURED = frozenset(("NM", "SN", "NR", "HD", "NA", "MA", "CE", "CF", "CNE", "CWE", "IS", "ID", "SI", "TM", "MO", "CP", "CQ"))  # fmt: skip  # noqa: E501 - one row
_ENCAPSULATED = 5  # the component of ED that holds the data
HEAD = re.compile(r"(?:^|[\r\n\x0b])(?:MSH|FHS|BHS)([^\w\s])([^\w\s]{3,5})")
SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}")
_EMPTY = re.compile(r'[\s"&]*')
_RUNNING = re.compile(r"[^\W\d_]+ [^\W\d_]+ [^\W\d_]+ [^\W\d_]+ [^\W\d_]+")
# Every segment of v2.8.2, appendix A: what the specification codes in them is believed. Others, as Z segments, are
# text.
_SEGMENTS = """
    ABS ACC ADD ADJ AFF AIG AIL AIP AIS AL1 APR ARQ ARV AUT BHS BLC BLG BPO BPX BTS BTX BUI CDM CDO CER CM0 CM1 CM2 CNS CON CSP
    CSR CSS CTD CTI CTR DB1 DEV DG1 DMI DON DPS DRG DSC DSP DST ECD ECR EDU EQP EQU ERR EVN FAC FHS FT1 FTS GOL GP1 GP2 GT1 IAM
    IAR IIM ILT IN1 IN2 IN3 INV IPC IPR ISD ITM IVC IVT LAN LCC LCH LDP LOC LRL MCP MFA MFE MFI MRG MSA MSH NCK NDS NK1 NPU NSC
    NST NTE OBR OBX ODS ODT OH1 OH2 OH3 OH4 OM1 OM2 OM3 OM4 OM5 OM6 OM7 OMC ORC ORG OVR PAC PCE PCR PD1 PDA PDC PEO PES PID PKG
    PM1 PMT PR1 PRA PRB PRC PRD PRT PSG PSH PSL PSS PTH PV1 PV2 PYE QAK QID QPD QRD QRF QRI RCP RDF RDT REL RF1 RFI RGS RMI ROL
    RQ1 RQD RXA RXC RXD RXE RXG RXO RXR RXV SAC SCD SCH SCP SDD SFT SGH SGT SHP SID SLT SPM STF STZ TCC TCD TQ1 TQ2 TXA UAC UB1
    UB2 URD URS VAR VND
"""  # noqa: E501 - one row
_STANDARD = frozenset(_SEGMENTS.split())
_HEADERS = frozenset(("MSH", "FHS", "BHS"))
# Five fields at least: `PID|12345` alone is a label and its value.
_ALONE = re.compile(r"(?<![\w|^~&])([A-Z][A-Z0-9]{2})\|(?:[^\r\n|]{0,400}\|){4}[^\r\n]*")
_LINE = re.compile(r"[^\r\n]+")

type Prose = Callable[[str], list[Span]]


def looks_like(text: str) -> bool:
    """Whether `text` is an HL7 v2 message or a batch of them."""
    return text[:4].strip()[:3] in ("MSH", "FHS", "BHS") or HEAD.search(text[:4000]) is not None


def find(text: str, prose: Prose) -> Iterator[Span]:
    """The identifying parts of the messages in `text`; `prose` finds identifiers in fields that hold free text."""
    head = HEAD.search(text)
    separator, encoding = (head.group(1), head.group(2)) if head else ("|", "^~\\&")
    reader = _Reader(separator, encoding[0], encoding[1], encoding[3:4] or "&", prose)
    for line in _LINE.finditer(text):
        segment, at = line.group(), line.start()
        name = segment[:3]
        if SEGMENT.fullmatch(name) and segment[3:4] == separator:
            yield from reader.segment(segment, at, name)
        elif segment.strip():
            yield from reader.text(segment, at)
    yield from reader.staff()


def is_segment(line: str) -> bool:
    """Whether a line without a message around it is a segment that can identify somebody."""
    return (match := _ALONE.match(line)) is not None and match.group(1) in _FIELDS


def segments_alone(text: str) -> list[tuple[int, int, list[Span]]]:
    """Segments of messages whose head is not in `text`: where each starts and ends, and what identifies in it."""
    reader = _Reader("|", "^", "~", "&", lambda _: [])
    return [
        (match.start(), match.end(), list(reader.segment(match.group(), match.start(), match.group(1))))
        for match in _ALONE.finditer(text)
        if match.group(1) in _FIELDS
    ]


class _Reader:
    """Reads segments with a message's own delimiters and remembers the names it hides."""

    def __init__(self, separator: str, component: str, repetition: str, part: str, prose: Prose) -> None:
        self.separator = separator
        self.component = component
        self.repetition = repetition
        self.part = part
        self.prose = prose
        self.hidden: set[tuple[str, ...]] = set()
        self.put_off: list[tuple[str, int]] = []

    def segment(self, line: str, at: int, name: str) -> Iterator[Span]:
        fields = line.split(self.separator)
        kinds = _FIELDS.get(name, {})
        if name == "OBX" and len(fields) > 5:
            yield from self.observation(fields[2], fields[5], at + sum(map(len, fields[:5])) + 5)
        start = at
        # MSH-1 is the separator itself, so that the first field after it is MSH-2.
        for number, field in enumerate(fields, name in _HEADERS):
            if field and start > at:
                if kind := kinds.get(number):
                    yield from self.field(field, start, kind)
                elif not (name == "OBX" and number == 5) and (  # which is read by its own type
                    name not in _STANDARD
                    or (name == "NTE" and number == 3)
                    or (self.component not in field and _RUNNING.search(field))
                ):
                    yield from self.text(field, start)
            start += len(field) + 1

    def observation(self, kind: str, value: str, at: int) -> Iterator[Span]:
        """OBX-5, by the type that OBX-2 names."""
        if kind in _OBSERVED:
            yield from self.field(value, at, _OBSERVED[kind])
        elif kind == "ED":
            parts = value.split(self.component)
            data = parts[_ENCAPSULATED - 1] if len(parts) >= _ENCAPSULATED else ""
            decoded = decode_base64(data) if data else ""
            if decoded is None or (decoded and self.prose(decoded)):
                start = at + sum(map(len, parts[: _ENCAPSULATED - 1])) + _ENCAPSULATED - 1
                yield Span(start, start + len(data), "ATTACHMENT", ATTACHMENT)
        elif kind not in _MEASURED:
            yield from self.text(value, at)

    def text(self, text: str, at: int) -> Iterator[Span]:
        for span in self.prose(text):
            yield span._replace(start=span.start + at, end=span.end + at)

    def field(self, field: str, at: int, kind: str) -> Iterator[Span]:
        for repeat in field.split(self.repetition):
            if kind == "STAFF":
                self.put_off.append((repeat, at))
            else:
                yield from self.parts(repeat, at, kind)
            at += len(repeat) + 1

    def parts(self, repeat: str, at: int, kind: str) -> Iterator[Span]:
        components = _TYPES[kind]
        values = repeat.split(self.component)
        if kind == "XPN":
            self.hidden.add(self.full_name(values))
        for number, value in enumerate(values, 1):
            category = components.get(number)
            if category and not _EMPTY.fullmatch(value):
                yield Span(at, at + len(value.rstrip()), category, IN_SEGMENT)
            at += len(value) + 1

    def full_name(self, values: list[str]) -> tuple[str, ...]:
        """Family name without its prefixes, and given name, as they compare."""
        return tuple(value.partition(self.part)[0].strip().lower() for value in values[:2])

    def staff(self) -> Iterator[Span]:
        """The professionals put off who are the patient or a relative as well."""
        for repeat, at in self.put_off:
            name = self.full_name(repeat.split(self.component)[1:])
            if any(name) and name in self.hidden:
                yield from self.parts(repeat, at, "STAFF")
