"""Numbers and codes that stand for somebody or something of theirs: by a cue word, or by their look."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking.spans import Span

SSN = re.compile(r"\d(?<![\w-]\d)\d\d([- .])\d\d\1\d{4}(?![\w-])")
CARD = re.compile(r"\d(?<![\w.-]\d)(?:\d{3}([ -]?)\d{4}\1\d{4}\1\d{1,7}|\d{3}[ -]?\d{6}[ -]?\d{5}|\d{11,18})(?![\w-]|\.\d)")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
UUID = re.compile(r"\b[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\b")

# Cue words and the category of what follows them. Order matters: the first that matches names the category.
_CUES = (
    ("SSN", r"ssn|social[ -]?security|soc\.? ?sec|ss ?#|tax[ -]?id|tin|itin|ein"),
    ("MRN", r"mrn?|m\.r\.n|medical[ -]?rec(?:ord)?|chart|(?:clinical|hospital|health|patient)[ -]rec(?:ord)?|rec(?:ord)?|dossier|emr|ehr|hospital (?:no|number|id)|patient[ -]?(?:id|no|number|#|identifier)|pt[ -]?(?:id|no|#)|nhs"),
    ("HEALTH_PLAN", r"(?:insurance|ins|health|medicare|medicaid|plan|member(?:ship)?|policy|subscriber|beneficiary|group|payer|payor|coverage|hicn|mbi|enrollee|benefit)"),
    ("ACCOUNT", r"(?:billing|payment|bank|guarantor|statement|acct|account|a/c|invoice|ledger|iban|routing|aba|swift|financial|credit|debit|card|cc)"),
    ("LICENSE", r"(?:licen[cs]e|licen[cs]ure|passport|driver'?s?|driving|dl|certificate|cert|permit|visa|npi|dea|registration|credential)"),
    ("VEHICLE", r"(?:vin|vehicle|plate|tag)"),
    ("DEVICE", r"(?:device|serial|implant|equipment|pacemaker|imei|udi|mac|asset|lot|model|s/n|sn)"),
    ("ID", r"(?:id(?:ent(?:ifier|ification|ity)?)?|accession|specimen|sample|encounter|visit|case|claim|order|request|referral|ref(?:erence)?|number|num|no|nr|code|study|protocol|trial|confirmation|tracking|ticket|aadhaar|abha|pan|cpf|curp|cnp|pesel|bsn|nino|unique|employee|student|badge|key|pid|uid|user|zip|postal|token|fingerprint|biometric|voiceprint|retina|iris)"),
)  # fmt: skip
_FILLER = r"(?:(?:id(?:ent(?:ifier|ification))?s?|numbers?|num|nos?|nr|codes?|records?|accounts?|refs?|references?|index(?:ed)?|keys?|member|policy|plan|security|is|was|are|of|by|as|the|in|for|with|from|registration|registered|recorded|supplied|holder|card|file|on|to|her|his|patient|patient's|their|serial|field|value|under|using|used|clinical|hospital|contains|ssn|listed|lists?|reads|shows|noted|given|assigned|beneficiary|license|licence|insurance|subscriber|employee|driver|identifies|provided)\b|[\s:#=|>.,;\-\u2013()\[\]\"'*/\u2022]){0,12}?"
CUE = re.compile(
    r"\b(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _CUES) + r")(?:s|'s)?(?![A-Za-z])" + _FILLER
    + r"(?<![A-Za-z0-9])(?P<v>#?(?=[A-Za-z\-./]{0,12}\d)[A-Za-z0-9](?:[A-Za-z0-9]|[-/._](?=[A-Za-z0-9]))*)",
    re.IGNORECASE,
)
BENIGN_BEFORE = re.compile(
    r"\b(?:pmid|pmc|doi|nct|cpt|icd(?:[- ]?(?:9|10))?(?:[- ]?cm)?|loinc|snomed|rxnorm|ndc|hcpcs|drg|isbn|issn|port|version|ver|page|pp|vol|chapter|section|grade|stage|class|type|phase|room|bed|line|error|http|status|year|score|dose|rev|step|level|week|day|month|seed|size|bytes|count|total|sum|amount|price|cost|rfc|cve|gene|exon|chromosome|allele|rs)[\s:#.\-]{0,3}$",
    re.IGNORECASE,
)
_MEASURE_AFTER = re.compile(r"[ -]?(?:%|mg|mcg|µg|ug|ng|pg|g|kg|lb|lbs|ml|dl|l|cm|mm|m|km|mmhg|bpm|meq|mmol|iu|units?|u|°|c|f|hours?|hrs?|h|min(?:ute)?s?|sec(?:ond)?s?|days?|weeks?|wks?|months?|mos?|years?|yrs?|yo|y/o|times|x|cells?|copies|kcal|cal|rpm|hz|mhz|gb|mb|kb|bytes?|rows?|records?|patients?|usd|eur|dollars?|euros?|degrees?|beats?|breaths?|steps?|meters?|metres?|k|tablets?|capsules?|doses?|puffs?|drops?)(?![A-Za-z0-9])", re.IGNORECASE)
# A token that holds digits; what it is decides its neighbourhood and its look.
CODE = re.compile(r"#?[A-Za-z]{0,10}(?<![A-Za-z0-9_.@][A-Za-z])[-/#_]{0,1}\d(?<![A-Za-z0-9_.@]\d)(?:[A-Za-z0-9]|[-/._](?=[A-Za-z0-9]))*")
TOKEN = re.compile(r"[A-Za-z0-9#](?<![\w@.%][A-Za-z0-9#])(?:[A-Za-z0-9]|[-/_.:](?=[A-Za-z0-9]))*")
_MEDICAL_CODE = re.compile(r"[A-TV-Z]\d[0-9AB](?:\.[0-9A-Z]{1,4})?|\d{5}-\d{1,2}|\d{4,5}-\d{3,4}-\d{1,2}|[A-Z]\d{4}|rs\d+|NM_\d+|c\.\d+.*|p\.[A-Z]\w+")
_SPELLED = re.compile(
    r"\b(?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple|dash|hyphen|dot)\b[\s,.-]{1,3}){6,40}(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b",
    re.IGNORECASE,
)
_SPACED = re.compile(r"\d(?<![\w.]\d)(?:(?: ?[ .,\-_/|*] ?)\d){6,40}(?![\w])")
_SPACED_LETTERS = re.compile(r"(?<![\w'])[A-Za-z](?:[ .\-_]{1,2}[A-Za-z]){4,40}(?![\w'])")


def find(text: str) -> Iterator[Span]:
    """Identifying numbers and codes in `text`."""
    yield from _shapes(text)
    for match in CUE.finditer(text):
        value = match.group("v")
        if _convincing(value, match.lastgroup or "", text, match.start("v"), match.end("v")):
            category = next((name for name, _ in _CUES if match.group(name)), "ID")
            yield Span(match.start("v"), match.end("v"), category, "cue")
    for match in TOKEN.finditer(text):
        if _looks_unique(match.group(), text, match.start(), match.end()):
            yield Span(match.start(), match.end(), "ID", "look")
    for pattern, category in ((_SPELLED, "ID"), (_SPACED, "ID"), (_SPACED_LETTERS, "NAME")):
        for match in pattern.finditer(text):
            yield Span(match.start(), match.end(), category, "spelled")


def _shapes(text: str) -> Iterator[Span]:
    for match in SSN.finditer(text):
        yield Span(match.start(), match.end(), "SSN", "ssn")
    for match in CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if 12 <= len(digits) <= 19:
            yield Span(match.start(), match.end(), "CARD" if luhn(digits) else "ID", "card")
    for match in IBAN.finditer(text):
        yield Span(match.start(), match.end(), "IBAN", "iban")
    for match in UUID.finditer(text):
        yield Span(match.start(), match.end(), "ID", "uuid")


def luhn(digits: str) -> bool:
    """Whether a card number's check digit is right: it names the category, it never frees a number."""
    total = 0
    for i, char in enumerate(reversed(digits)):
        value = int(char) * (1 + i % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _convincing(value: str, kind: str, text: str, start: int, end: int) -> bool:
    """Whether what follows a cue is an identifier and not a measure, a year or a code of a terminology."""
    digits = sum(map(str.isdigit, value))
    if digits < 2 or _MEASURE_AFTER.match(text, end) or BENIGN_BEFORE.search(text, max(0, start - 14), start):
        return False
    if value.isdigit():
        return digits >= 3 and not (digits == 4 and value[:2] in ("19", "20"))
    return digits >= 3 or len(value) >= 6


def _looks_unique(token: str, text: str, start: int, end: int) -> bool:
    """Whether a token without any cue is too particular to be anything but an identifier."""
    digits = sum(map(str.isdigit, token))
    if digits < 5:
        return digits == 4 and len(token) >= 6 and bool(re.fullmatch(r"#?[A-Z]{1,5}[-/]?\d{4}(?:[-/]\d+)?", token)) and not _MEDICAL_CODE.fullmatch(token)
    if token.isdigit():
        if digits < 6 or (end < len(text) and text[end : end + 1] in "." and text[end + 1 : end + 2].isdigit()):
            return False
    if start and text[start - 1] in ".,$€£" and text[start - 2 : start - 1].isdigit():
        return False
    if text[start - 1 : start] in ("$", "€", "£") or _MEASURE_AFTER.match(text, end):
        return False
    if BENIGN_BEFORE.search(text, max(0, start - 14), start) or _MEDICAL_CODE.fullmatch(token):
        return False
    return not re.fullmatch(r"\d+(?:[./:-]\d+)*", token) or digits >= 6
