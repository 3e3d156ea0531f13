# ruff: noqa: E501 - patterns and word lists are read alternative by alternative, not by the column
"""The words just before a stretch of text, and what they announce."""

from __future__ import annotations

import re
from typing import NamedTuple

from sallyport.masking.detect import vocabulary as v

_EDGE = " \t\r\n:;,.>|=#\"'([\u201c\u2014-"
_STRONG = v.listed("hi hello hey dear i'm mr mrs ms miss mx dr prof doctor name names named nickname surname")
_STRONG_PAIRS = frozenset(
    (
        "name is",
        "names is",
        "name was",
        "is called",
        "called me",
        "using the name",
        "themself as",
        "himself as",
        "herself as",
        "name as",
        "name:",
    )
)
_PLACE = v.listed(
    "in at from near to within around outside via toward towards visit visited visiting leaving city town locality location"
    " municipality village county region area based our where address street hometown facility institution site branch the resides"
    " residing resident residence origin originally community domicile geography"
)
_TITLE = v.listed("dr mr mrs ms miss mx prof doctor professor")
_PARTICLE = v.listed("de da dos das di du del della van von der den ter ten al el bin ibn af av la los")
_SAINT = frozenset(["st", "saint", "mt", "mount", "ft", "fort"])
_OPENING = frozenset('.!?:;\n\r\u2022|>\u2014\u2013*"\u201c([{')


class Cue(NamedTuple):
    """What the words before a stretch of text announce: whether a person's name is sure to follow, whether a place may."""

    name: bool
    place: bool


_NOTHING = Cue(name=False, place=False)


def cue(before: str) -> Cue:
    """What `before`, some forty characters, announces."""
    tail = before.rstrip(_EDGE)
    gap = len(before) - len(tail)
    if not 0 < gap <= 4:
        return _NOTHING
    parts = tail[-30:].lower().split()
    if not parts:
        return _NOTHING
    last = parts[-1].lstrip("([\"'-\u2022")
    name = (
        last in _STRONG or "_name" in last or (f"{parts[-2]} {last}" if len(parts) > 1 else last) in _STRONG_PAIRS
    ) and "," not in before[-gap:]
    return Cue(name, last in _PLACE)


def opens_sentence(before: str) -> bool:
    """Whether what follows `before` starts a sentence, a line, a quotation or an item."""
    tail = before.rstrip(" \t'\"\u201c([\u2022*->" if before[-1:] != "\n" else " ")
    return not tail or tail[-1] in _OPENING or before.rstrip(" ")[-1:] in _OPENING


def extended(text: str, start: int) -> int:
    """`start` moved before particles, `St.` and titles that belong to the name there."""
    for _ in range(4):
        if text[start - 1 : start] != " ":
            break
        piece = text[max(0, start - 12) : start - 1]
        word = piece[max(piece.rfind(" "), piece.rfind("\n"), piece.rfind("("), piece.rfind("\t")) + 1 :]
        if len(word) == len(piece) and start > 13:
            break
        plain = word.rstrip(".").lower()
        if (plain in _PARTICLE and word.islower()) or (plain in _SAINT and not word.islower()):
            start -= len(word) + 1
        elif plain in _TITLE:
            return start - len(word) - 1
        else:
            break
    return start


_SPLIT = re.compile(r"[a-z\u00e9][a-z\u00e9']*|[#@/\x02]|[.!?](?=\s)")
# What announces an identifier: the word and the category. Generic words go on looking for a better one.
_SPECIFIC = {
    word: category
    for category, listed in {
        "SSN": "ssn ssns social tin itin ein",
        "MRN": "mrn mr medical chart charts record records rec dossier emr ehr nhs med",
        "HEALTH_PLAN": "insurance ins medicare medicaid plan member membership policy subscriber beneficiary payer payor coverage hicn mbi enrollee benefit group",
        "ACCOUNT": "billing payment bank guarantor statement acct account accounts invoice ledger iban routing aba swift financial credit debit card bill bic",
        "LICENSE": "license licence licensure licencing passport driver driver's drivers driving dl certificate cert permit visa npi dea",
        "VEHICLE": "vin vehicle plate tag",
        "DEVICE": "device serial implant equipment pacemaker imei udi asset sn lot",
    }.items()
    for word in listed.split()
}
_GENERIC = v.listed(
    "id ids ident identifier identifiers identification identity accession specimen sample encounter visit case claim order"
    " request referral ref reference number numbers num no nr nbr code codes study protocol trial confirmation tracking ticket"
    " aadhaar abha pan cpf curp pesel bsn nino unique employee student badge key pid uid user zip postal token fingerprint"
    " biometric voiceprint # patient pt registration"
)
_FILLER = v.listed(
    "is was are be of by as the in for with from recorded registered supplied holder file on to her his patient patient's their"
    " value under using used clinical hospital contains lists listed reads shows noted given assigned identifies provided has have"
    " s security field numbered index indexed matched today presented identlfier identifler its my your our a an this that new old"
    " current valid issued personal secure health state national"
)


_PHONE = v.listed(
    "phone phones telephone tel téléphone telefon teléfono telefono call calls called fax mobile cell cellular contact callback"
    " reach reached ring dial pager beeper sms text texted whatsapp hotline ext"
)
_PHONE_FILLER = v.listed(
    "number them you us office directly no nr num the patient her him at on is me us back home work # for using to via and or my"
    " his line supplied plan signed"
)


def announces_phone(before: str) -> bool:
    """Whether a telephone number may follow."""
    for word in reversed(_SPLIT.findall(before.lower().rstrip(" .:"))[-7:]):
        if word in _PHONE:
            return True
        if word not in _PHONE_FILLER:
            return False
    return False


# Numbers after these are counts, codes of terminologies, references to print.
_BENIGN = v.listed(
    "pmid pmc doi nct cpt icd icd-10 loinc snomed rxnorm ndc hcpcs drg isbn issn port version ver page pp vol chapter section"
    " grade stage class type phase room bed line error http status year score dose rev step level week day month seed size bytes"
    " count total sum amount price cost rfc cve gene exon chromosome allele rs population cm pcs"
    " color colour background fill stroke offset lag latency revision generation attempt iteration partition shard capacity"
    " quota throughput iops resourceversion build run query linux ubuntu windows"
)
_RESULT = re.compile(r"\b(?:exit|status|return|error|response|result)[ _-]?code[\s:#.=-]*\Z", re.IGNORECASE)


def benign(before: str) -> bool:
    """Whether the word just before a number says that it is nobody's."""
    tail = before[-16:].rstrip(" :#.-=\t").lower()
    found = _SPLIT.findall(tail)
    counted = bool(found) and found[-1] in _BENIGN and tail.endswith(found[-1])
    return counted or _RESULT.search(before) is not None


def identifier_category(before: str) -> str | None:
    """The category of the identifier that `before` announces, or None."""
    found: str | None = None
    for steps, word in enumerate(reversed(_SPLIT.findall(before.lower()))):
        if steps > 9:
            break
        specific = _SPECIFIC.get(word) or _SPECIFIC.get(word.removesuffix("'s"))
        if specific is not None and (found is None or found == "ID"):
            return specific
        if word in _GENERIC:
            found = "ID"
        elif word not in _FILLER:
            break
    return found
