"""What becomes of a value of which a field's name says something: masked whole, shown, or read."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from sallyport.masking import machines, words
from sallyport.masking.spans import Span
from sallyport.masking.structure.fields import Field, holds

# Answers of `decide` that are no category of a value masked whole.
KEEP: Final = ""
READ: Final = "read"
READ_AS_MACHINES: Final = "machine"

_INSTANT = re.compile(
    r"\s*(?:(?:19|20)\d\d-\d\d-\d\dT?[ T]?\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?\s?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)?"
    r"|(?:19|20)\d{6}T\d{6}Z?|1\d{9}(?:\.\d{1,9})?|1\d{9}\.\d{1,3}E\d|1\d{12}|1\d{15}|1\d{18}"
    r"|\[?\d\d/[A-Z][a-z]{2}/(?:19|20)\d\d:\d\d:\d\d:\d\d [+-]\d{4}\]?"
    r"|(?:[A-Z][a-z]{2},? )?\d{1,2}[ -][A-Z][a-z]{2}[ -](?:19|20)\d\d \d\d:\d\d:\d\d(?: ?(?:GMT|UTC|[+-]\d{4}))?"
    r"|(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d (?:[A-Z]{3} )?(?:19|20)\d\d)\s*"
)
_DATELIKE = re.compile(r"[\d\s:./TZ,+-]{6,40}|[\w\s:,/+-]{6,60}")
_TOKEN = re.compile(r"[A-Za-z0-9_+/=.:~%|\"-]{1,4096}")  # no at sign and no blank
_VERSION = re.compile(r"v?\d{1,4}(?:\.\d{1,5}){1,3}(?:[+-][\w.]{1,20})?|20[012]\d-\d\d-\d\d|\d{1,12}")
# RFC 9110, 10.1.5: products with their versions, and comments.
_PRODUCT = r"[\w.+#-]{1,40}/[\w.+-]{1,60}"
_USER_AGENT = re.compile(rf"{_PRODUCT}(?: (?:{_PRODUCT}|\([^()@]{{1,200}}\)))*")
_CARD = frozenset((15, 16))  # digits
_LONG_TOKEN = 16  # characters
_NUMBER = re.compile(r"-?\d{1,19}(?:\.\d{1,9})?")
_HOST = re.compile(
    r"(?=.{1,255}$)(?:https?://|s3://|\*\.)?(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z][A-Za-z0-9-]{1,61}\.?(?::\d{1,5})?(?:/\S*)?"
    r"|localhost(?::\d{1,5})?"
)
_PRIVATE_HOST = re.compile(r".*\.(?:internal|local|localhost|svc|lan|corp|intranet)\.?|localhost|[^.]+", re.IGNORECASE)
# RFC 1918, 6598, 3927, 4193, 4291: addresses that mean nothing outside of a network; nobody is found by them.
_PRIVATE = tuple(
    ipaddress.ip_network(block)
    for block in (
        *(
            "0.0.0.0/32",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.168.0.0/16",
        ),
        *("::/128", "::1/128", "fc00::/7", "fe80::/10"),
    )
)
_EMAIL = re.compile(r"[^\s@<>\"]{1,64}@[\w-]+(?:\.[\w-]+)+")
_IBAN = re.compile(r"[A-Z]{2}\d\d(?: ?[A-Z0-9]){11,30}")
_WORD = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_PERSONS_SHAPE = Field("NAME", "check")
_DATE = Field("DATE", "check")
_CERTIFICATE = ("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS", "-----BEGIN CERTIFICATE")  # public, in PEM, perhaps in base64
_AWS_ACCOUNT = re.compile(r"\d{12}|amazon|self|aws-marketplace")
# What IAM calls its users, roles and policies by; access keys (AKIA, ASIA) are none of these.
_UNIQUE_ID = re.compile(r"A(?:GPA|IDA|IPA|NPA|NVA|ROA|PKA|SCA)[A-Z0-9]{12,20}")
_MACHINES_ALONE = frozenset(("arn", "resource", "image", "region", "url"))


def decide(field: Field, value: str) -> str:  # noqa: C901 - one answer per kind of trust
    """The category in which `value` is masked whole, or KEEP, READ, READ_AS_MACHINES."""
    trust = field.trust
    if trust == "whole" or trust == "check":
        if not holds(field, value):
            return READ if field.category else KEEP
        return named(field.category, value)
    if trust == "machine":
        return _machines(value)
    if trust == "id":
        return KEEP if value.isdigit() and len(value) not in _CARD else _machines(value)
    if trust == "token":
        return KEEP if _is_opaque(value) else READ_AS_MACHINES
    if trust == "version":
        return KEEP if _VERSION.fullmatch(value) else READ_AS_MACHINES
    if trust == "agent":
        return KEEP if _USER_AGENT.fullmatch(value) else READ
    if trust == "measure":
        return KEEP if _NUMBER.fullmatch(value) else READ
    if trust == "instant":
        if _INSTANT.fullmatch(value):
            return KEEP
        return "DATE" if field.category and holds(_DATE, value) else READ
    if trust == "day":
        return KEEP if holds(_DATE, value) else READ_AS_MACHINES
    if trust == "label":
        return "NAME" if _is_full_name(value) else READ_AS_MACHINES
    if trust == "judged" or trust == "actor":
        if _AWS_ACCOUNT.fullmatch(value):
            return KEEP
        return named("NAME", value) if _is_somebody(value, lower=trust == "actor") else READ
    if trust == "contact":
        return _contact(value)
    if trust == "unless":
        if field.category == "ACCOUNT" and _AWS_ACCOUNT.fullmatch(value):
            return KEEP
        if _is_machines(value):
            return READ_AS_MACHINES
        return named(field.category, value) if holds(Field(field.category, "whole"), value) else READ
    return _address(field, value)


def decide_number(field: Field, value: float) -> str:
    """As `decide` for a number, of which nothing is read: the category in which it is masked, or KEEP."""
    if field.trust in ("whole", "check"):
        return field.category if field.category and holds(field, value) else KEEP
    said = decide(field, repr(value))
    return KEEP if said in (READ, READ_AS_MACHINES) else said


def named(category: str, value: str) -> str:
    """The category of a whole value: what its own checked format says, where the field's name is contradicted."""
    if "@" in value and category not in ("EMAIL", "SECRET", "") and _EMAIL.fullmatch(value.strip()):
        return "EMAIL"
    if category in _NUMBERED and value[:2].isalpha() and is_iban(value.strip()):
        return "IBAN"
    return category


_NUMBERED = frozenset(("ACCOUNT", "CARD", "ID", "PHONE"))


def is_iban(value: str) -> bool:
    """Whether `value` is an IBAN, its check digits included (ISO 13616)."""
    if not _IBAN.fullmatch(value):
        return False
    turned = value.replace(" ", "")
    return int("".join(str(int(char, 36)) for char in turned[4:] + turned[:4])) % 97 == 1


def machines_own(text: str, spans: list[Span]) -> list[Span]:
    """Of what was found in a machine's value, that which is somebody's or secret all the same.

    A value with a blank in it is a sentence, and of a sentence everything counts; so does everything behind a word that
    announces a person's number: `patients/448812`.
    """
    if not spans or " " in text.strip() or "\n" in text or machines.announces(text):
        return spans
    return [span for span in spans if not _only_looks(text, span)]


def _only_looks(text: str, span: Span) -> bool:
    """Whether something was found in a machine's value by a look that machines' names have as well."""
    found = text[span.start : span.end]
    if span.detector == "secret":
        return _UNIQUE_ID.match(found) is not None
    if span.detector == "cue":
        return span.category == "ACCOUNT" and text.startswith("arn:")
    if span.detector == "look":
        return any(map(str.isalpha, found))  # of a number alone nobody can say whose it is
    if span.detector == "card":
        return _AWS_ACCOUNT.fullmatch(found) is not None
    if span.detector == "name":
        return not machines.pairs_of_names(found)
    if span.detector == "url":
        return not (_IN_URL.search(found) or machines.pairs_of_names(found))
    return span.detector in _LOOKS or span.category == "DEVICE"


_IN_URL = re.compile(r"[?#@]|\d{5}")  # where a URL says who asked for what
_LOOKS = frozenset(("random", "uuid", "facility", "weekday"))


def _machines(value: str) -> str:
    """What becomes of a value of which the field says that it is a machine's."""
    if _AWS_ACCOUNT.fullmatch(value) or value.startswith(_CERTIFICATE):
        return KEEP
    name = machines.whole(value)
    return KEEP if name is not None and not name.open else READ_AS_MACHINES


def _is_opaque(value: str) -> bool:
    """Whether a token was made up by a program: who chooses one writes words."""
    made = len(value) >= _LONG_TOKEN and any(map(str.isdigit, value)) and _TOKEN.fullmatch(value) is not None
    return made and not machines.names_of_people(value)


def _is_machines(value: str) -> bool:
    """Whether a value can be nothing but a machine's: a document, or a name that only machines have."""
    if value.lstrip()[:1] in ("{", "["):
        return True
    name = machines.whole(value)
    return name is not None and name.kind in _MACHINES_ALONE


def _contact(value: str) -> str:
    if _EMAIL.fullmatch(value.strip()):
        return "EMAIL"
    if sum(map(str.isdigit, value)) >= 5:
        return READ_AS_MACHINES if _is_machines(value) else "PHONE"
    return "NAME" if holds(_PERSONS_SHAPE, value) else READ


def _address(field: Field, value: str) -> str:
    """`host` shows addresses of machines, `public` masks those that the whole world can reach."""
    stripped = value.strip()
    try:
        address = ipaddress.ip_interface(stripped.partition("%")[0]).ip
    except ValueError:
        if not _HOST.fullmatch(stripped):
            return field.category if holds(Field(field.category, "whole"), value) else READ
        return KEEP if field.trust == "host" or _PRIVATE_HOST.fullmatch(stripped) else READ
    private = any(address in network for network in _PRIVATE)
    return KEEP if field.trust == "host" or private else "IP"


def _flags(value: str) -> list[int]:
    return [words.lexicon().get(words.fold(word), 0) for word in _WORD.findall(value)]


def _is_full_name(value: str) -> bool:
    """Whether a value is a given and a family name and nothing else: what no machine is called by chance."""
    flags = _flags(value)
    if not 2 <= len(flags) <= 4 or any(map(str.isdigit, value)) or not all(flag & words.NAME for flag in flags):
        return False
    given = any(flag & words.GIVEN_STRONG and not flag & (words.FREQUENT | words.PLACE_STRONG) for flag in flags)
    return given and sum(bool(flag & words.STRONG_NAME) for flag in flags) >= 2


def _is_somebody(value: str, *, lower: bool) -> bool:
    """Whether a name that could be anybody's or anything's is a person's: nothing but everyday words is a thing's."""
    if value.islower():
        flags = _flags(value)
        return lower and any(flag & words.STRONG_NAME and not flag & (words.FREQUENT | words.MEDICAL) for flag in flags)
    if not holds(_PERSONS_SHAPE, value):
        return False
    found = _WORD.findall(value)
    if all(_ordinary(word) or _is_compound(word) for word in found):
        return False
    # `Nightly backup`: only the first word has a capital, and what follows is in the dictionary.
    rest = found[1:]
    sentence = rest and all(word.islower() and words.lexicon().get(word, 0) & words.ORDINARY for word in rest)
    return not sentence or bool(words.lexicon().get(words.fold(found[0]), 0) & words.STRONG_NAME)


def _is_compound(word: str) -> bool:
    """Whether a word is put together as programs do it: `serviceLongArnFormat`, `AccountingOU`."""
    humps = _HUMP.findall(word)
    return len(humps) > 1 and (word[0].islower() or all(_in_compounds(hump) for hump in humps))


def _in_compounds(hump: str) -> bool:
    folded = words.fold(hump)
    flags = words.lexicon().get(folded, 0)
    return hump.isupper() or folded in words.things() or bool(flags & words.ORDINARY and not flags & words.STRONG_NAME)


def _ordinary(word: str) -> bool:
    folded = words.fold(word)
    if folded in words.things():
        return True
    flags = words.lexicon().get(folded, 0)
    return bool(flags & (words.FREQUENT | words.MEDICAL)) and not flags & words.STRONG_NAME
