"""The pieces of a machine's name that have a form of their own: ids, hashes, regions, versions, dates of partitions."""

from __future__ import annotations

import re

from sallyport.masking.lexicon import listed

# Documented forms. Letters and digits must mix where a person's number could look the same.
_HEX = r"(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]"
_UPPER_HEX = r"(?=[0-9A-F]*[A-F])(?=[0-9A-F]*[0-9])[0-9A-F]"
_DAY = r"20[0-3]\d[-_]?(?:0[1-9]|1[0-2])[-_]?(?:0[1-9]|[12]\d|3[01])"
_FORMS: tuple[tuple[str, str], ...] = (
    (
        "uuid",
        (
            r"(?:mrk-)?[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
            r"|mrk-[0-9a-f]{32,33}"
        ),
    ),
    (
        "hash",
        (
            rf"(?:sha(?:1|224|256|384|512)|md5)[-:~_](?:[0-9a-fA-F]{{7,128}}|[A-Za-z0-9+/]{{27,88}}={{0,2}})"
            rf"|{_HEX}{{32,512}}|{_UPPER_HEX}{{32,512}}|{_HEX}{{32}}-\d{{1,5}}"
        ),
    ),
    (
        "hash",
        (
            r"(?=(?:[0-9]*[a-f]){3})(?=(?:[a-f]*[0-9]){2})[0-9a-f]{7,31}"
            r"|(?=(?:[0-9]*[A-F]){4})(?=(?:[A-F]*[0-9]){4})[0-9A-F]{16,31}"
        ),
    ),
    ("ulid", r"0[1-7][0-9A-HJKMNP-TV-Z]{24}"),
    (
        "region",
        (
            r"[a-z]{2}(?:-(?:gov|iso[a-z]?))?-(?:north|south|east|west|central|northeast|northwest|southeast"
            r"|southwest)-\d[a-z]?(?:-[a-z]{3}-\d[a-z]?)?|[a-z]{3}\d-az\d|(?:us|europe|asia|australia|northamerica"
            r"|southamerica|me|africa)-[a-z]{4,12}\d(?:-[a-f])?"
        ),
    ),
    (
        "version",
        (
            r"[vV]\d{1,4}\.\d{1,4}(?:\.\d{1,6}){0,2}(?:[-+.][a-z]{2,8}[.-]?\d{0,6}(?:\.\d{1,4})?)?"
            r"|\d{1,4}\.\d{1,4}(?:\.\d{1,6}){0,2}[-+.][a-z]{2,8}[.-]?\d{0,6}(?:\.\d{1,4})?"
        ),
    ),
    ("quarter", r"(?:FY)?(?:19|20)\d\d[-_]?[QHqh][1-4]|[QHqh][1-4][-_]?(?:19|20)\d\d|(?:19|20)\d\d[-_]?[Ww][0-5]\d"),
    ("date", rf"{_DAY}(?:[T_-]?[012]\d[0-5-]?[0-5]?\d?(?:[-:]?[0-5]\d){{0,2}}Z?)?"),
    ("zone", r"Z(?=[0-9A-Z]*[A-Z])[0-9A-Z]{12,31}|E(?=(?:[0-9]*[A-Z]){3})(?=(?:[A-Z]*[0-9]){2})[0-9A-Z]{12,13}"),
    ("organization", r"o-[a-z0-9]{10,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}|r-[0-9a-z]{4,32}"),
    ("pool", r"[a-z]{2}(?:-[a-z]{3,4})?-[a-z]{4,9}-\d_[A-Za-z0-9]{6,16}"),
    (
        "version",
        (
            r"20[12]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\.\d{1,4}"
            r"|\d{1,3}(?:\.\d{1,4}){1,2}[-+]\d{8}(?:\.\d{1,4})?"
        ),
    ),
    ("literal", r"0x[0-9A-Fa-f]{4,64}"),
    (
        "algorithm",
        (
            r"(?:SSH-)?(?:ED|X)25519|(?:TLS|ECDHE|DHE|ECDH|DH)(?:[-_](?:RSA|ECDSA|PSK|DSS|WITH"
            r"|AES|GCM|CBC|CCM|SHA"
            r"|CHACHA20|POLY1305|3DES|EDE|[0-9]{1,3}|AES\d{3}|SHA\d{3})){2,9}|(?:RSA|AES|ECC|ECDSA|HMAC|SHA|TLS"
            r"|RSASSA|RSAES|ECDH|CHACHA20)(?:[-_][A-Z0-9]{1,8}){1,6}|(?:RSA|AES|SHA|HMAC)\d{3,4}"
        ),
    ),
    (
        "literal",
        (
            r"Stmt1\d{12}|iqn\.\d{4}-\d\d(?:\.[a-z0-9-]{1,40}){1,6}(?::[\w.-]{1,80})?"
            r"|(?=[0-9a-f-]*[0-9])(?:[a-z]{1,7}-){0,2}(?=(?:[0-9a-f-]|EXAMPLE|example){11})[0-9a-f-]*(?:EXAMPLE"
            r"|example)[0-9a-f-]{0,64}"
        ),
    ),
    ("principal", r"(?:AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASCA|APKA)[A-Z0-9]{12,20}"),
)
_ANY_FORM = re.compile("|".join(f"(?P<{kind}_{i}>{form})" for i, (kind, form) in enumerate(_FORMS)))
_ID = re.compile(
    r"([a-z]{1,12}(?:-[a-z]{2,10}){0,2})-(?:([0-9a-f]{17}|[0-9a-f]{8,10}|[0-9a-f]{16})|([0-9a-z]{8,17}))", re.IGNORECASE
)
# What the services and their clients make up by lot: too long and too mixed for anybody's number.
_GENERATED = re.compile(r"(?=[A-Za-z0-9_-]*[a-z])[A-Za-z0-9_-]{16,2048}")
_RUN = re.compile(r"[0-9]+|[a-z]+|[A-Z]+")
# Without a break, and longer than any number that people are given.
_UNIFORM = re.compile(r"(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{28,2048}|[0-9]{25,128}")
_CAPITAL, _CAPITAL_RUNS = re.compile(r"[A-Z0-9]{16,27}"), 7
_LONGEST = 2048
_BETWEEN = re.compile(r"[-_]+")
_MANY_RUNS = 8
_UNBROKEN = 14  # characters
_LISTED_SHORT = 3  # characters; shorter prefixes are believed only before letters and digits mixed


def prefixes() -> frozenset[str]:
    """What comes before the dash in the ids of AWS's resources."""
    return listed("resource_prefixes")


def form(text: str) -> str | None:
    """The kind of the documented form that the whole of `text` has, or None."""
    if len(text) > _LONGEST or len(text) < 4:
        return None
    if (match := _ANY_FORM.fullmatch(text)) is not None and match.lastgroup is not None:
        return match.lastgroup.partition("_")[0]
    if resource(text):
        return "resource"
    return "generated" if generated(text) else None


def resource(text: str) -> bool:
    """Whether `text` is an id of a cloud's resource: `vol-1234567890abcdef0`, `sg-12345678`, `rtbassoc-3a1f0f58`."""
    match = _ID.fullmatch(text)
    if match is None:
        return False
    prefix, hexadecimal, other = match.groups()
    drawn = hexadecimal or other
    if prefix not in prefixes():
        return False
    return not drawn.isdigit() or len(prefix) >= _LISTED_SHORT or prefix in ("i", "sg", "fs")


def generated(text: str) -> bool:
    """Whether `text` was drawn by lot rather than given to anybody: sixteen characters of all kinds that keep
    changing.
    """
    if _UNIFORM.fullmatch(text) is not None:
        return True
    if _CAPITAL.fullmatch(text) is not None:
        return len(_RUN.findall(text)) >= _CAPITAL_RUNS
    return (
        _GENERATED.fullmatch(text) is not None
        and len(_RUN.findall(text)) >= _MANY_RUNS
        and max(map(len, _BETWEEN.split(text))) >= _UNBROKEN
    )
