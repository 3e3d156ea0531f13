"""What a key, a column header or a label says about the value next to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, NamedTuple

import re2

from sallyport.masking.ledger import MARKER
from sallyport.masking.lexicon import stamps, topic

# How far a field's name is believed; `judging.decide` says what each comes to.
Trust = Literal[
    "whole",
    "check",
    "unless",
    "judged",
    "actor",
    "label",
    "contact",
    "instant",
    "day",
    "host",
    "public",
    "measure",
    "machine",
    "id",
    "token",
    "theirs",
    "version",
    "agent",
]


class Field(NamedTuple):
    """`category` of the value, and how far the name is believed: `whole` masks the value without looking."""

    category: str
    trust: Trust


_SPLIT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)")
_SHORTENED = {
    "nm": "name",
    "nme": "name",
    "nbr": "number",
    "adr": "addr",
    "phn": "phone",
    "dte": "date",
    "brth": "birth",
}
# Words in front of a field's own name that only say whose it is, and how many words such a phrase has at most.
_WHOSE = topic("keys.whose")
_LONGEST_PHRASE = max(phrase.count(" ") + 1 for phrase in _WHOSE)
_TABLE: tuple[tuple[str, Trust, str], ...] = (
    (
        "SECRET",
        "whole",
        (
            r"(?:.* )?(?:password|passwd|pwd|passphrase|secret|secrets|secret key|api key|apikey|access key"
            r"|access key id|private key|signing key|encryption key|client secret|token|auth token|access token"
            r"|refresh token|session token|bot token|bearer|authorization|credential|credentials"
            r"|connection string|conn str|cookie|saml assertion|saml response|otp|cvv|cvc|pin code|webhook url)"
            r"|pin|auth|pass"
        ),
    ),
    (
        "SSN",
        "whole",
        (
            r"ssn(?: number| no| num| last 4| last four| 4)?|social security(?: number| no| num| nbr)?"
            r"|social sec(?: no| num| number)?|soc sec(?: no| num| number)?|ssno|ssnum|social|ss (?:number|no"
            r"|num|nbr)|tax id(?: number| no)?|tax identification number|tax number|taxpayer id|tin|itin"
            r"|national id(?: number)?|sin|nino"
        ),
    ),
    (
        "MRN",
        "whole",
        (
            r"mrn(?: id| number| no| num| value)?|mrno|mrnum|medrecno|med record|mr (?:number|no|num)"
            r"|med rec(?: no| num| number| id)?|medical rec(?:ord)?(?: no| num| number| nbr| id| identifier)?"
            r"|medrec(?: no| num| number)?|chart(?: no| num| number| nbr| id)|hospital (?:no|number|num|id)"
            r"|record (?:no|number|num|id)|health record(?: id| number)?|emr id|ehr id|epi|empi|nhs(?: number"
            r"| no)?"
        ),
    ),
    (
        "ID",
        "whole",
        (
            r"(?:patient|pt|pat|person|subject)(?: id| identifier| no| number| num| key| code| guid| uuid| ref)"
            r"|pid|pat id|patid|ptid|patno|patnum|ptno|patient|subject id"
        ),
    ),
    ("EMAIL", "whole", r"e ?mails?(?: address| addr| addresses| id)?|mail(?: address)?"),
    (
        "PHONE",
        "whole",
        (
            r"(?:phone|telephone|tel|mobile|cell|fax|pager|contact|callback|landline|cellphone|sms"
            r"|whatsapp)(?: phone)?(?: number| no| num| nbr| nr| \d)?|ph(?: no| num| number)?|phoneno|telno"
            r"|faxno|mobileno|(?:phone|tel|telephone|fax)(?: home| work| mobile| cell| office| day| evening)"
            r"|phones?|numbers to call|telecom|fax(?: number)?"
        ),
    ),
    (
        "NAME",
        "whole",
        (
            r"(?:f|l|m|first|last|given|middle|family|sur|maiden|nick|fore|full|birth|legal|preferred|former"
            r"|second|third)(?: )?names?(?: \d)?|name (?:first|last|middle|given|family|full|prefix|suffix)"
            r"|surname|forename|nickname|alias|aka|initials|given|family|next of kin|nok"
            r"|attending(?: physician)?|physician|surgeon|practitioner|clinician|referring provider|pcp"
            r"|guardian|spouse|caregiver|maiden name|mothers maiden(?: name)?|signature|signed by"
        ),
    ),
    (
        "NAME",
        "check",
        (
            r"(?:patient|pt|pat|member|subscriber|insured|guarantor|beneficiary|client|customer|person|employee"
            r"|contact|relative|partner|mother|father|parent|child|provider|doctor|dr|nurse|cardholder"
            r"|applicant|donor|recipient|author|resident|student|dependent|holder|account holder)(?:s)? names?"
            r"|names?|first|last|middle|display name|user name|username|login|mother|father|contact"
            r"|contact person|recipient|sender|reported by|created by|updated by|ordered by|seen by"
            r"|performed by|reviewed by|author|signer|witness|doctor|nurse|provider|member|subscriber|guarantor"
        ),
    ),
    (
        "DATE",
        "check",
        (
            r"d ?o ?b|dob|bdate|birth(?: )?da(?:te|y)|date of birth|bday|birth|born(?: on)?|deceased(?: date)?"
            r"|dod|date of death|death(?: )?date|died(?: on)?|(?:.* )?(?:date|datetime|dt|dttm|dts|timestamp|ts"
            r"|day|when)(?: time)?|.* (?:at|on|since|until)|date .*|dos|(?:last|first|next|prior"
            r"|previous) (?:visit|seen|appointment|appt|encounter|admission)|visited|(?:admi(?:t|tted|ssion)"
            r"|discharged?|visit|encounter|service|svc|appointment|appt|onset|start|end|collected|received"
            r"|reported|performed|scheduled|expir(?:y|es|ation))"
        ),
    ),
    (
        "ADDRESS",
        "whole",
        (
            r"addr(?:ess)?(?:es)?(?: ?line)?(?: ?\d| one| two)?|street(?: address| name| addr| line)?(?: \d)?"
            r"|(?:address |addr )?line ?\d|addr ?\d|address (?:street|city|zip|line|postal code"
            r"|zip code)(?: \d)?|house (?:no|number)|apt|apartment|suite|unit number|po box|(?:city"
            r"|town)(?: name)?|(?:res|residence) city|village|municipality|suburb|locality|district|county"
            r"|borough|parish|neighbou?rhood|zip(?: ?code)?(?: ?[459])?|postal|zipcode|post(?:al)?(?: )?code"
            r"|postcode|pin ?code|plz|residence|domicile|birth ?place|place of birth|hometown|home town|lat|lon"
            r"|lng|long|latitude|longitude|lat ?lon|lat ?lng|coordinates?|geo(?:location|code|hash)?|gps"
            r"|census tract|city state zip|location address"
        ),
    ),
    ("AGE", "check", r"ages?(?: in years| years| yrs| at .*)?|patient age|years old"),
    (
        "HEALTH_PLAN",
        "whole",
        (
            r"(?:member|subscriber|insurance|ins|policy|plan|health plan|group|medicare|medicaid|payer member"
            r"|beneficiary|coverage|enrollee|hicn?|mbi|hic)(?: policy| plan| member| group"
            r"| beneficiary)? ?(?:id|no|num|number|nbr|identifier|#)|hicn|mbi|insurance|policy"
        ),
    ),
    (
        "ACCOUNT",
        "whole",
        (
            r"(?:account|acct|bank account|billing account|invoice|card|credit card|debit card|cc|iban|routing"
            r"|aba|swift|bic|sort|payment|ledger|statement)(?: account| card)? ?(?:id|no|num|number|nbr|code|#)"
            r"|iban|card|credit card|ccn|pan|bic|swift|routing"
        ),
    ),
    (
        "LICENSE",
        "whole",
        (
            r"(?:driver'?s? ?)?(?:licen[cs]e|licence|dl|passport|certificate|visa|npi|dea|permit"
            r"|registration) ?(?:id|no|num|number|nbr|#|plate)?|driving licen[cs]e(?: number| no)?"
            r"|drivers licen[cs]e(?: number| no)?"
        ),
    ),
    (
        "VEHICLE",
        "whole",
        (
            r"vin|vehicle (?:id|no|number|identification number)|(?:licen[cs]e )?plate(?: number| no)?"
            r"|tag number"
        ),
    ),
    (
        "DEVICE",
        "whole",
        (
            r"(?:device|serial|implant|equipment|hardware|asset)(?: serial)? ?(?:id|no|num|number|nbr"
            r"|identifier|#)|serial|imei|imsi|meid|udi|mac(?: address| addr)?|device identifier"
        ),
    ),
    (
        "IP",
        "whole",
        (
            r"(?:ip|ipv4|ipv6|client ip|remote ip|source ip|src ip|ip address|remote addr(?:ess)?"
            r"|client address|host ip)(?: address| addr)?"
        ),
    ),
    (
        "BIOMETRIC",
        "whole",
        (
            r"finger ?prints?|voice ?prints?|retina(?: scan)?|iris(?: scan)?|face(?: id| encoding)?"
            r"|biometrics?(?: id| data)?|dna|genome"
        ),
    ),
    ("PHOTO", "whole", r"photo(?:s|graph)?|picture|avatar|image(?: data)?|portrait|headshot|selfie|scan data"),
    (
        "ID",
        "whole",
        (
            r"(?:employee|student|staff|badge|claim|case|encounter|visit|accession|specimen|sample|prescription"
            r"|rx|referral|confirmation|ticket|certificate|prior auth|authorization|ext|external|fin|csn|har"
            r"|identity|customer|client|citizen|aadhaar|cpf|pesel|bsn|provider|physician|doctor|subscriber"
            r"|account|user)(?: )?(?:id|no|num|number|nbr|identifier|#)|aadhaar|cpf|curp|pesel|bsn|abha|fin"
        ),
    ),
)


@cache
def rules() -> tuple[tuple[Field, ...], Any]:
    """The table's fields and the set of their patterns, compiled by RE2 when masking starts, in a fifth of the time
    that `re` takes."""
    patterns = re2.Set.FullMatchSet()
    for _, _, pattern in _TABLE:
        patterns.Add(pattern)
    patterns.Compile()
    return tuple(Field(category, trust) for category, trust, _ in _TABLE), patterns


# Keys of requests and programs that look like the ones above and mean something else.
_TECHNICAL = re.compile(
    r"(?:table|bucket|file|column|field|attribute|database|db|schema|index|key|queue|topic|function"
    r"|host|domain|service|stack|region|role|policy|action|resource|event|tool|model|image|package|job"
    r"|task|step|state|metric|log|event|display|type|class|method|module|project|team|channel|branch"
    r"|repo|repository|commit|test|drug|medication|product|item|organization|organisation|org|company"
    r"|facility|hospital|clinic|department|dept|unit|ward|plan|payer|insurer|study|course|lab|device"
    r"|brand|generic|program) names?"
    r"|(?:due|update|valid|up|down|to|candi|man)date|(?:new|old) images?|.*(?:token type|token count"
    r"|tokens|max tokens|token limit)|(?:page|next|previous|prev|continuation|pagination|sync"
    r"|cursor) token|idempotency (?:key|token)|.* (?:policy|template) (?:id|name)|attributes?|keys?"
    r"|prefix|contact (?:reason|type|method|preference)|.* type|.* status|.* count|.* code system"
)


def field_of(key: str) -> Field | None:
    """What `key` says about its value, or None."""
    return None if is_no_field(key) else classify(" ".join(words_of(key)))


def is_no_field(key: str) -> bool:
    """Whether `key` is too long for a field's name, or holds a marker."""
    return len(key) > 64 or ("[" in key and MARKER.search(key) is not None)


def words_of(key: str) -> list[str]:
    """The words that a key is made of, in lower case: `VpcId` and `vpc_id` are `vpc`, `id`."""
    return [_SHORTENED.get(part, part) for part in _SPLIT.sub(" ", key).lower().split()]


def classify(normal: str) -> Field | None:
    """What a key of whose words `normal` consists says about its value, or None."""
    if not normal or _TECHNICAL.fullmatch(normal):
        return None
    fields, patterns = rules()
    matched = [at for name in _own_names(normal) for at in patterns.Match(name) or ()]
    return fields[min(matched)] if matched else None  # the first one of the table that matches


def _own_names(normal: str) -> Iterator[str]:
    """`normal`, and what is left of it without the words in front that only say whose it is."""
    yield normal
    parts = normal.split(" ")
    reached = {0}
    for first in range(len(parts)):
        for last in range(first + 1, min(first + _LONGEST_PHRASE, len(parts) - 1) + 1) if first in reached else ():
            if last not in reached and " ".join(parts[first:last]) in _WHOSE:
                reached.add(last)
                yield " ".join(parts[last:])


_BLANK = re.compile(r"[\W_]*")  # dashes and the like, where a value is missing or a table is drawn
# The image that a container is made from: `registry.example.com/ingest:1.42.7`.
_CONTAINER = re.compile(
    r"(?=.*[/:])(?!.*\.(?i:jpe?g|png|gif|tiff?|bmp|webp|heic"
    r"|dcm)$)[a-z0-9][a-z0-9._/-]{0,200}(?::[\w.-]{1,128})?(?:@sha256:[0-9a-f]{64})?"
)
# Where Terraform keeps a resource: `module.raw.aws_s3_bucket.this[0]`.
_RESOURCE = re.compile(
    r"(?:(?:module\.[\w-]{1,80}(?:\[[^\]]{0,80}\])?"
    r"|data)\.){0,8}[a-z][a-z0-9]*(?:_[a-z0-9]+)+\.[\w-]{1,120}(?:\[[^\]]{0,80}\])?"
)
_DIGIT = re.compile(r"\d|::")
_YEAR = re.compile(r"\s*(?:1[89]|20)\d\d\s*")
_DATELIKE = re.compile(rf"\d{{1,4}}[^\w\s]\d{{1,2}}|\d{{6,}}|(?:{stamps.MONTHS})[a-z]*\W", re.IGNORECASE)
_PERSON = re.compile(r"[^\W\d_][^\W_'.\u2019-]*(?:[ ,.'\u2019-]{1,2}[^\W_]+){0,5}\.?\s*")


def holds(field: Field, value: object) -> bool:
    """Whether `value` can be what a field's name says it is: anything for `whole`, a fitting shape for `check`."""
    if value is None or isinstance(value, bool) or value == "":
        return False
    if field.category == "PHOTO" and isinstance(value, str) and _CONTAINER.fullmatch(value):
        return False
    if field.category == "IP" and isinstance(value, str) and not _DIGIT.search(value):
        return False  # `AWS Internal`, `<source of the attack>`
    if field.category == "ADDRESS" and isinstance(value, str) and _RESOURCE.fullmatch(value):
        return False
    if field.trust == "whole":
        if not isinstance(value, str) or field.category == "SECRET":
            return True
        return (field.category != "ADDRESS" or len(value) <= 300) and not _BLANK.fullmatch(value)
    text = value if isinstance(value, str) else repr(value)
    if field.category == "DATE":
        return bool(_DATELIKE.search(text)) and not _YEAR.fullmatch(text) and len(text) <= 60
    if field.category == "AGE":
        digits = "".join(filter(str.isdigit, text.partition(".")[0]))
        return bool(digits) and len(digits) < 5 and int(digits) > 89
    return (
        isinstance(value, str)
        and len(value) <= 60
        and _PERSON.fullmatch(value.strip()) is not None
        and not value.islower() | value.isupper() * ("_" in value)
    )
