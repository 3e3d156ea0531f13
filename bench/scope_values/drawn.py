# ruff: noqa: E501 - names are read one by one
"""Ids, hashes, instants and numbers that machines draw or count."""

from __future__ import annotations

import base64
import uuid

from bench.scope_values.vocabulary import CROCKFORD, SERVICES, TEAMS, Lot, day, drawn_from, hexadecimal, regions


def ulid(lot: Lot) -> str:
    return "01" + drawn_from(lot, "GHJK", 1) + drawn_from(lot, CROCKFORD, 23)


def uuid_of(lot: Lot) -> str:
    made = uuid.UUID(int=lot.getrandbits(128), version=lot.choice([1, 4, 5]))
    return lot.choice([str(made), str(made).upper(), made.hex, f"jobs/{made}/", f"{made}.parquet"])


def dated(lot: Lot) -> str:
    y, m, d = day(lot)
    h = lot.randrange(24)
    return lot.choice(
        [
            f"year={y}/month={m:02}/day={d:02}/", f"dt={y}-{m:02}-{d:02}/", f"{y}/{m:02}/{d:02}/", f"{y}/{m:02}/",
            f"exports/{y}-{m:02}-{d:02}/", f"date={y}{m:02}{d:02}/hour={h:02}/", f"logs/{y}{m:02}{d:02}/", f"{y}-{m:02}/",
            f"backup-{y}-{m:02}-{d:02}/", f"ingest_date={y}-{m:02}-{d:02}/part-{h:05}/", f"{y}{m:02}{d:02}T{h:02}0000Z/",
        ]
    )  # fmt: skip


def stamp(lot: Lot) -> str:
    y, m, d = day(lot)
    t = f"{lot.randrange(24):02}{lot.randrange(60):02}{lot.randrange(60):02}"
    return lot.choice(
        [
            f"run-{y}{m:02}{d:02}T{t}Z/",
            f"{y}{m:02}{d:02}-{t}/",
            f"snapshot_{y}{m:02}{d:02}{t}",
            f"{y}-{m:02}-{d:02}T{t[:2]}:{t[2:4]}:{t[4:]}Z/",
        ]
    )


def epoch(lot: Lot) -> str:
    at = lot.randrange(1_420_000_000, 1_890_000_000)
    word = lot.choice(["run", "job", "build", "batch", "checkpoint", "ts", "session"])
    return lot.choice(
        [
            f"run-{at}/",
            f"{word}-{at}/",
            f"{at}/",
            f"{word}={at}{lot.randrange(1000):03}/",
            f"{at}{lot.randrange(1000):03}.json",
        ]
    )


def semver(lot: Lot) -> str:
    v = f"{lot.randrange(20)}.{lot.randrange(60)}.{lot.randrange(200)}"
    return lot.choice(
        [
            v,
            f"v{v}",
            f"{v}-rc.{lot.randrange(9)}",
            f"{v}+build.{lot.randrange(9999)}",
            f"releases/v{v}/",
            f"{lot.choice(SERVICES)}-{v}.tar.gz",
        ]
    )


def build(lot: Lot) -> str:
    n = lot.randrange(10 ** lot.randint(1, 6))
    y, m, d = day(lot)
    return lot.choice(
        [
            f"build-{n}/",
            f"build/{n}/",
            f"b{n}",
            f"#{n}",
            f"{lot.choice(SERVICES)}/{n}",
            f"{y}{m:02}{d:02}.{lot.randrange(40)}",
            f"job-{n}/attempt-{lot.randrange(4)}/",
        ]
    )


def ticket(lot: Lot) -> str:
    made = lot.choice(
        [
            f"INC{lot.randrange(10**7):07}", f"CHG{lot.randrange(10**7):07}", f"OPS-{lot.randrange(9999)}",
            f"{lot.choice(['SRE', 'DATA', 'INFRA', 'PLAT', 'JIRA', 'SEC'])}-{lot.randrange(20000)}", f"RITM{lot.randrange(10**7):07}", f"PR-{lot.randrange(5000)}",
        ]
    )  # fmt: skip
    return lot.choice(["{}", "{}/", "tickets/{}/", "exports/{}/data/"]).format(made)


def digest(lot: Lot) -> str:
    raw = lot.randbytes(16)
    return lot.choice(
        [
            f'"{hexadecimal(lot, 32)}"',
            f"{hexadecimal(lot, 32)}-{lot.randrange(1, 400)}",
            base64.b64encode(raw).decode(),
            base64.urlsafe_b64encode(lot.randbytes(24)).decode(),
            f"sha256-{base64.b64encode(lot.randbytes(32)).decode()}",
        ]
    )


def quarter(lot: Lot) -> str:
    y = lot.randint(2016, 2029)
    return lot.choice(
        [
            f"{y}-Q{lot.randint(1, 4)}",
            f"{y}q{lot.randint(1, 4)}/",
            f"fy{y % 100}/q{lot.randint(1, 4)}/",
            f"{y}-W{lot.randint(1, 52):02}/",
            f"reports/{y}/h{lot.randint(1, 2)}/",
            f"fiscal_year={y}/quarter={lot.randint(1, 4)}/",
        ]
    )


def network(lot: Lot) -> str:
    return lot.choice(
        [
            f"10.{lot.randrange(256)}.0.0/16",
            f"ip-10-{lot.randrange(256)}-{lot.randrange(256)}-{lot.randrange(256)}",
            f"192.168.{lot.randrange(256)}.{lot.randrange(256)}",
            f"{lot.choice(SERVICES)}.{lot.choice(TEAMS)}.svc.cluster.local:8080",
            f"ip-172-31-{lot.randrange(256)}-{lot.randrange(256)}.{lot.choice(regions())}.compute.internal",
        ]
    )
