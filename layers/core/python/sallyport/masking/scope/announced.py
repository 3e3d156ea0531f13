"""What a word announces: `mrn-0048213`, `member_id=W123456789`, `dob=1980-02-03`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking.lexicon import stamps, topic
from sallyport.masking.lexicon.patterns import alternatives

_BEGIN, _KIND, _GAP = r"(?<![A-Za-z])", r"(?:[-_. ]?(?:id|ids|no|nr|num|number|nbr|code|key))?", r"[-_=:#/. +]{0,3}"
# Word, the category that it announces, and what must follow: letters in front of so many digits, in one or two groups.
# Words of few letters need something between them and the digits: `dl-…`, not `DLVK518856FE4`.
_TABLE: tuple[tuple[str, str, str], ...] = (
    (
        "MRN",
        (
            r"(?:patient[-_. ]?)?mrns?|mrnum|medrec|med(?:ical)?[-_. ]?rec(?:ord)?s?|hospital[-_. ]?(?:number|no)"
            r"|emr[-_. ]?id|ehr[-_. ]?id|empi|epi[-_. ]?id|medical[-_. ]record[-_. ]number"
        ),
        r"[A-Za-z]{0,4}[-_.]?\d{4,}",
    ),
    (
        "SSN",
        (
            r"ssns?|social(?:[-_. ]?security)?|(?:nino|itin|sin|tin)(?![A-Za-z0-9])"
            r"|tax[-_. ]?id"
        ),
        r"[A-Za-z]{0,2}[-_.]?\d{4,}",
    ),
    (
        "MRN",
        (
            r"patients?|pat[-_. ]?id|(?:pt|csn)(?![A-Za-z0-9])|chart|person|subject|admission|accession|specimen"
            r"|encounter|visit"
        ),
        r"[A-Za-z]{0,4}[-_.]?\d{6,}",
    ),
    (
        "HEALTH_PLAN",
        (
            r"members?|subscribers?|insurance|insured|policy[-_. ]?(?:no|nr|num|number)"
            r"|beneficiary|enrollee|medicare"
            r"|medicaid|(?:hicn|mbi|nhs)(?![A-Za-z0-9])|payer[-_. ]?id|health[-_. ]?plan"
        ),
        r"[A-Za-z]{0,4}[-_.]?\d{4,}|[A-Za-z0-9]{2,6}\d[A-Za-z0-9]{4,}",
    ),
    (
        "LICENSE",
        (
            rf"{alternatives(topic('keys.passport'))}|pass[-_. ]?port"
            r"|driver'?s?[-_. ]?licen[cs]es?|licen[cs]e|(?:dl|dea|npi)(?![A-Za-z0-9])"
        ),
        r"[A-Za-z]{0,3}[-_.]?\d{5,}",
    ),
    (
        "ACCOUNT",
        (
            r"acct|account[-_. ]?(?:no|nr|num|number)|bank[-_. ]?account|iban|card|credit[-_. ]?card"
            r"|claim[-_. ]?(?:no|nr|num|number|id)|invoice"
        ),
        r"[A-Za-z]{0,3}[-_.]?(?!\d{12}(?!\d))\d{6,}",
    ),
    (
        "PHONE",
        r"phones?|telephone|mobile|msisdn|whatsapp|(?:tel|cell|fax|sms)(?![A-Za-z0-9])",
        r"\+?\(?\d(?:[-_. ()]{0,2}\d){6,}",
    ),
)
_ANNOUNCED = tuple(
    (category, re.compile(rf"{_BEGIN}(?:{word}){_KIND}{_GAP}(?:{value})", re.IGNORECASE))
    for category, word, value in _TABLE
)
_DIGIT = re.compile(r"\d{4}|\d[-_. ()]\d")

_BIRTH = (
    r"d\.?o\.?b|(?:date|day|year)[-_. ]?of[-_. ]?birth|births?[-_. ]?(?:date|day|dt)?"
    rf"|born(?:[-_. ]?(?:on|at))?|{alternatives(topic('keys.birth'))}|admission[-_. ]?date|discharge[-_. ]?date"
)
_DAY = (
    r"(?:(?:19|20)\d\d[-_./ ]?(?:0?[1-9]|1[0-2])[-_./ ]?(?:[0-2]?\d|3[01])|(?:0?[1-9]|[12]\d"
    r"|3[01])[-_./ ]?(?:0?[1-9]|[12]\d|3[01])[-_./ ]?(?:(?:19|20)\d\d|\d\d)|(?:[0-2]?\d)?[-_./ ]?(?:"
    + stamps.MONTHS
    + r")[a-z]{0,6}[-_./ ]?\d{1,4})(?!\d)"
)
_BORN = re.compile(rf"{_BEGIN}(?:{_BIRTH})[-_=:#/. +]{{0,3}}{_DAY}", re.IGNORECASE)
# Days of partitions after a word that announces somebody: `patients/2025/11/24/`, `Encounter/2018-04-15.ndjson`.
_DATES = re.compile(
    r"(?<!\d)20[0-4]\d[-_/]?(?:0[1-9]|1[0-2])(?:[-_/]?(?:0[1-9]|[12]\d"
    r"|3[01]))?(?:[T_/-]?\d{2}(?:[-:]?\d{2}){0,2}Z?)?(?!\d)"
)


def categories(text: str) -> Iterator[str]:
    """Categories of what a word in `text` announces."""
    if _DIGIT.search(text) is None:
        return
    if _BORN.search(text):
        yield "DATE"
    undated = _DATES.sub("", text)
    for category, pattern in _ANNOUNCED:
        if pattern.search(undated):
            yield category
