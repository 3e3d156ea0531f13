# ruff: noqa: E501, SIM905 - lists and names are read one by one
"""The words that technical names are made of, and random picks from them."""

from __future__ import annotations

import random
import re
import zoneinfo
from collections import Counter
from functools import cache

import botocore.session

from bench.scope_values import models

type Lot = random.Random

HEX = "0123456789abcdef"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
POD = "bcdfghjklmnpqrstvwxz2456789"
SERVICES = (
    "billing checkout orders search catalog gateway auth sessions reports ingest etl scheduler notifier webhook exporter"
    " appointments referrals imaging pharmacy labs eligibility claims intake portal messaging telemetry router cart"
).split()
STAGES = "dev test qa staging prod sandbox uat perf dr".split()
TEAMS = "payments platform data ml security frontend growth clinical research analytics sre".split()
THINGS = (
    "raw curated processed archive landing export import backup snapshots logs metrics models features events".split()
)
STREETS = (
    "smith jackson lincoln church oak maple main mill park king queen victoria washington franklin madison".split()
)
FACILITIES = "hospital clinic medical-center pharmacy practice surgery hospice health-centre laboratory".split()
SAINTS = (
    "johns marys lukes josephs pauls peters annes thomas bartholomews georges davids elizabeths vincents francis james"
    " michaels patricks andrews catherines nicholas"
).split()
FAMILIES = (
    "jackson smith johnson harris wilson taylor baker miller franklin madison lincoln hopkins mercer howard".split()
)
PLACES = "wood park hill bay albans ives cross gate field bridge green road square heights".split()
FHIR = (
    "Patient Observation Condition Encounter Practitioner Organization MedicationRequest Procedure DiagnosticReport"
    " AllergyIntolerance Immunization CarePlan Claim Coverage ExplanationOfBenefit DocumentReference ServiceRequest"
).split()
HL7 = "adt oru orm siu mdm dft ack vxu rde bar".split()
MEDICAL = (
    "oncology cardiology radiology pathology pediatrics neurology nephrology dialysis maternity icu emergency surgery"
    " hypertension diabetes asthma sepsis influenza covid19 parkinson alzheimer hodgkin crohn"
).split()
_TAG = re.compile(r"<[^>]*>")
ARCHITECTURES = "x86_64 arm64 amd64".split()


def hexadecimal(lot: Lot, n: int) -> str:
    return "".join(lot.choices(HEX, k=n))


def drawn_from(lot: Lot, alphabet: str, n: int) -> str:
    return "".join(lot.choices(alphabet, k=n))


def account(lot: Lot) -> str:
    return f"{lot.randrange(10**11, 10**12)}"


def day(lot: Lot) -> tuple[int, int, int]:
    return lot.randint(2016, 2029), lot.randint(1, 12), lot.randint(1, 28)


@cache
def regions() -> tuple[str, ...]:
    session = botocore.session.Session()
    return tuple(r for p in session.get_available_partitions() for r in session.get_available_regions("ec2", p))


@cache
def cities() -> tuple[str, ...]:
    """Cities as the database of time zones writes them: `Buenos_Aires`, `Port-au-Prince`."""
    zones = (zone.rpartition("/")[2] for zone in sorted(zoneinfo.available_timezones()) if "/" in zone)
    return tuple(city for city in zones if city.replace("_", "").replace("-", "").isalpha())


@cache
def prose() -> tuple[str, ...]:
    """Lowercase words of botocore's documentation."""
    seen: Counter[str] = Counter()
    for model in models.loaded("service-2"):
        for shape in model["shapes"].values():
            text = _TAG.sub(" ", shape.get("documentation", ""))
            seen.update(
                word for word in text.split() if word.isalpha() and word.isascii() and word.islower() and len(word) > 2
            )
    return tuple(sorted(word for word, n in seen.items() if n >= 3))


@cache
def operations() -> tuple[str, ...]:
    """Operations and members of all services: `DescribeInstances`, `retentionInDays`."""
    found: set[str] = set()
    for model in models.loaded("service-2"):
        found.update(model["operations"])
        found.update(name for shape in model["shapes"].values() for name in shape.get("members", ()))
    return tuple(sorted(found))
