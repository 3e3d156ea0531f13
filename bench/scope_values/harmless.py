# ruff: noqa: E501 - names are read one by one
"""Technical names that identify nobody, kind by kind. None of this looks at the detectors or their lists."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from botocore import xform_name

from bench.scope_values import drawn, models, services
from bench.scope_values.vocabulary import (
    FACILITIES,
    FAMILIES,
    FHIR,
    HL7,
    MEDICAL,
    PLACES,
    SAINTS,
    SERVICES,
    STAGES,
    STREETS,
    TEAMS,
    THINGS,
    Lot,
    cities,
    day,
    hexadecimal,
    operations,
    prose,
    regions,
)


def _operation(lot: Lot) -> str:
    name = lot.choice(operations())
    return lot.choice(
        [
            name,
            f"{name}-{lot.choice(STAGES)}",
            xform_name(name),
            xform_name(name, "-"),
            f"/{xform_name(name, '-')}/{lot.choice(SERVICES)}",
        ]
    )


def _clinic(lot: Lot) -> str:
    return (
        f"{lot.choice(STREETS)}-{lot.choice(['street', 'avenue', 'road', 'lane'])}-{lot.choice(FACILITIES)}"
        + lot.choice(["/", "", f"/{lot.choice(THINGS)}/"])
    )


def _hospital(lot: Lot) -> str:
    return f"{lot.choice(FAMILIES)}-{lot.choice(FACILITIES)}/" + lot.choice(
        ["", f"ward-{lot.randrange(20)}/", f"{lot.choice(MEDICAL)}/", f"unit-{lot.randrange(9)}/2025/"]
    )


def _saint(lot: Lot) -> str:
    saint = f"{lot.choice(['st', 'saint'])}{lot.choice('-_')}{lot.choice(SAINTS)}"
    return saint + lot.choice(
        ["/", f"-{lot.choice(PLACES)}/", f"-{lot.choice(FACILITIES)}/", f"-{lot.choice(PLACES)}-{lot.choice(THINGS)}"]
    )


def _city(lot: Lot) -> str:
    city = lot.choice(cities())
    return lot.choice(
        [
            f"{city}/",
            f"{city.lower()}/",
            f"sites/{city.lower().replace('_', '-')}/{lot.choice(THINGS)}/",
            f"{lot.choice(THINGS)}-{city.lower().replace('_', '-')}",
            f"{city.lower()}-{lot.choice(FACILITIES)}/",
        ]
    )


def _words(lot: Lot) -> str:
    return lot.choice("-_/.").join(lot.choices(prose(), k=lot.randint(1, 4))) + lot.choice(["", "/"])


def _fhir(lot: Lot) -> str:
    y, m, d = day(lot)
    return lot.choice(
        [
            f"hl7/{lot.choice(HL7)}/{y}/{m:02}/",
            f"fhir/{lot.choice(FHIR)}/",
            f"fhir/r4/{lot.choice(FHIR)}/{y}-{m:02}-{d:02}.ndjson",
            f"hl7v2/{lot.choice(HL7).upper()}_A0{lot.randint(1, 8)}/",
            f"ccda/{y}/",
            f"dicom/studies/{y}/{m:02}/",
            f"bulk-export/{lot.choice(FHIR)}.{lot.randrange(99):03}.ndjson",
        ]
    )


def _medical(lot: Lot) -> str:
    return lot.choice(
        [
            f"{lot.choice(MEDICAL)}/{lot.choice(THINGS)}/",
            f"{lot.choice(MEDICAL)}-cohort-{lot.randint(2016, 2029)}",
            f"icd10/{lot.choice('ABCEIJKMN')}{lot.randrange(100):02}.{lot.randrange(10)}/",
            f"loinc-{lot.randrange(1000, 99999)}-{lot.randrange(10)}",
            f"trials/NCT{lot.randrange(10**8):08}/",
            f"ward-{lot.randrange(30)}/",
            f"{lot.choice(MEDICAL)}_registry",
        ]
    )


def _documented(kind: str) -> Callable[[Lot], str]:
    return lambda lot: lot.choice(models.shown()[kind])


def _patterned(kind: str) -> Callable[[Lot], str]:
    def one(lot: Lot) -> str:
        while True:
            made = models.written(lot.choice(models.patterns()[kind]), lot)
            if made and 4 <= len(made) <= 300 and made.isascii() and made.isprintable():
                return made

    return one


KINDS: dict[str, Callable[[Lot], str]] = {
    "AWS ids, documented": _documented("id"),
    "AWS ids, by pattern": _patterned("id"),
    "ARNs, documented": _documented("arn"),
    "ARNs, by pattern": _patterned("arn"),
    "names, documented": _documented("name"),
    "buckets, documented": _documented("bucket"),
    "account ids": services.accounted,
    "delivered logs": services.delivered,
    "S3 inventory": services.inventory,
    "date partitions": drawn.dated,
    "ULID": lambda lot: lot.choice(["{}", "jobs/{}/", "{}.json"]).format(drawn.ulid(lot)),
    "UUID": drawn.uuid_of,
    "hex prefixes": lambda lot: f"{lot.choice(['out', 'run', 'tmp', 'job', 'batch', 'export'])}-{hexadecimal(lot, 8)}/",
    "git SHA": lambda lot: lot.choice(["{}", "commits/{}/", "main-{}", "{}.zip"]).format(hexadecimal(lot, lot.choice([7, 8, 12, 40]))),
    "sha256 and md5": lambda lot: lot.choice(["{}", "sha256:{}", "blobs/sha256/{}"]).format(hexadecimal(lot, lot.choice([32, 64]))),
    "digests in base64": drawn.digest,
    "epochs": drawn.epoch,
    "compact instants": drawn.stamp,
    "versions": drawn.semver,
    "build numbers": drawn.build,
    "tickets": drawn.ticket,
    "pods": services.pod,
    "clusters and namespaces": services.cluster,
    "log groups": services.log_group,
    "SSM parameters": services.parameter,
    "DynamoDB tables": lambda lot: f"{lot.choice(TEAMS)}{lot.choice('-_.')}{lot.choice(SERVICES)}{lot.choice('-_.')}{lot.choice(STAGES)}",
    "DynamoDB keys": services.key,
    "RDS": services.database,
    "ECS": services.task,
    "Lambda": services.function,
    "ECR images": services.image,
    "stacks": services.stack,
    "roles and keys": services.role,
    "regions and zones": lambda lot: lot.choice(["{}", "{}a", "{}/", "region={}/"]).format(lot.choice(regions())),
    "quarters": drawn.quarter,
    "clinics in streets": _clinic,
    "hospitals": _hospital,
    "saints": _saint,
    "cities": _city,
    "words": _words,
    "operations and members": _operation,
    "HL7 and FHIR": _fhir,
    "medicine": _medical,
    "random buckets": services.bucket,
    "data files": services.parquet,
    "state and charts": services.state,
    "software": services.software,
    "networks": drawn.network,
}  # fmt: skip


def values(kind: str, n: int) -> Iterator[str]:
    """`n` values of a kind, always the same."""
    lot = random.Random(f"harmless {kind}")  # noqa: S311 - a fixed sample
    return (KINDS[kind](lot) for _ in range(n))
