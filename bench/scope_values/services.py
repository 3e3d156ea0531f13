# ruff: noqa: E501 - names are read one by one
"""What people and services call things of the clouds: functions, tables, images, logs."""

from __future__ import annotations

import string
import uuid

from bench.scope_values import drawn
from bench.scope_values.vocabulary import (
    ARCHITECTURES,
    POD,
    SERVICES,
    STAGES,
    TEAMS,
    THINGS,
    Lot,
    account,
    day,
    drawn_from,
    hexadecimal,
    regions,
)


def pod(lot: Lot) -> str:
    name = f"{lot.choice(SERVICES)}-{lot.choice(['api', 'worker', 'web', 'cron'])}"
    return lot.choice(
        [
            f"{name}-{drawn_from(lot, POD, lot.choice([9, 10]))}-{drawn_from(lot, POD, 5)}",
            f"{name}-{lot.randrange(9)}",
            f"{name}-{drawn_from(lot, POD, 5)}",
            f"{name}-{lot.randrange(28_000_000, 30_000_000)}-{drawn_from(lot, POD, 5)}",
        ]
    )


def cluster(lot: Lot) -> str:
    return lot.choice(
        [
            f"{lot.choice(TEAMS)}-{lot.choice(STAGES)}", f"arn:aws:eks:{lot.choice(regions())}:{account(lot)}:cluster/{lot.choice(TEAMS)}-{lot.choice(STAGES)}",
            f"gke_{lot.choice(TEAMS)}-{lot.choice(STAGES)}_europe-west{lot.randint(1, 9)}_{lot.choice(TEAMS)}", f"system:serviceaccount:{lot.choice(TEAMS)}:{lot.choice(SERVICES)}", f"kube-{lot.choice(['system', 'public', 'node-lease'])}",
        ]
    )  # fmt: skip


def log_group(lot: Lot) -> str:
    s = lot.choice(SERVICES)
    return lot.choice(
        [
            f"/aws/lambda/{s}-{lot.choice(STAGES)}",
            f"/aws/rds/cluster/{s}/postgresql",
            f"/ecs/{s}",
            f"API-Gateway-Execution-Logs_{drawn_from(lot, string.ascii_lowercase + string.digits, 10)}/{lot.choice(STAGES)}",
            f"/aws/eks/{s}/cluster",
            f"/aws/codebuild/{s}-build",
        ]
    )


def parameter(lot: Lot) -> str:
    return f"/{lot.choice(TEAMS)}/{lot.choice(STAGES)}/{lot.choice(SERVICES)}/{lot.choice(['db/host', 'db/max_connections', 'feature-flags', 'endpoint', 'image-tag', 'timeout', 'log_level'])}"


def key(lot: Lot) -> str:
    return lot.choice(
        [
            f"ORDER#{lot.randrange(10**6)}",
            f"TENANT#{lot.choice(TEAMS)}",
            f"CONFIG#{lot.choice(SERVICES)}#v{lot.randrange(20)}",
            f"JOB#{drawn.uuid_of(lot)[:36]}",
            f"shard-{lot.randrange(999):03}",
            f"v0_{lot.choice(THINGS)}",
            f"DEVICE#{hexadecimal(lot, 12)}",
            f"{lot.choice(regions())}#{lot.choice(SERVICES)}",
        ]
    )


def database(lot: Lot) -> str:
    return lot.choice(
        [
            f"{lot.choice(SERVICES)}-{lot.choice(STAGES)}-{lot.choice(['db', 'aurora', 'pg15', 'mysql8'])}-{lot.randint(1, 9)}",
            f"db-{drawn_from(lot, string.ascii_uppercase + '234567', 26)}",
            f"cluster-{drawn_from(lot, string.ascii_uppercase + '234567', 26)}",
            f"{lot.choice(SERVICES)}.cluster-{drawn_from(lot, string.ascii_lowercase + string.digits, 12)}.{lot.choice(regions())}.rds.amazonaws.com",
            f"rds:{lot.choice(SERVICES)}-2025-{lot.randint(1, 12):02}-{lot.randint(1, 28):02}-03-{lot.randrange(60):02}",
        ]
    )


def function(lot: Lot) -> str:
    s = lot.choice(SERVICES)
    return lot.choice(
        [
            f"{s}-{lot.choice(STAGES)}-handler",
            f"{s.title()}{lot.choice(TEAMS).title()}Function",
            f"{s.title()}Stack-{lot.choice(TEAMS).title()}Handler{hexadecimal(lot, 8).upper()}-{drawn_from(lot, string.ascii_letters + string.digits, 12)}",
            f"{s}:{lot.randrange(200)}",
            f"{s}_{lot.choice(THINGS)}_processor",
        ]
    )


def task(lot: Lot) -> str:
    s = lot.choice(SERVICES)
    return lot.choice(
        [
            f"{s}-{lot.choice(STAGES)}/{s}-svc",
            f"{s}:{lot.randrange(300)}",
            hexadecimal(lot, 32),
            f"ecs-svc/{lot.randrange(10**18, 10**19)}",
            f"{s}-{lot.choice(STAGES)}-TaskDefinition-{drawn_from(lot, string.ascii_letters + string.digits, 12)}",
        ]
    )


def image(lot: Lot) -> str:
    s, t = lot.choice(SERVICES), lot.choice(TEAMS)
    return lot.choice(
        [
            f"{account(lot)}.dkr.ecr.{lot.choice(regions())}.amazonaws.com/{t}/{s}:{drawn.semver(lot)[:12].strip('/')}",
            f"public.ecr.aws/{t}/{s}@sha256:{hexadecimal(lot, 64)}",
            f"{t}/{s}:{hexadecimal(lot, 7)}",
            f"ghcr.io/{t}/{s}:main-{hexadecimal(lot, 7)}-{lot.randrange(1_600_000_000, 1_800_000_000)}",
        ]
    )


def stack(lot: Lot) -> str:
    return lot.choice(
        [
            f"{lot.choice(TEAMS)}-{lot.choice(STAGES)}-{lot.choice(SERVICES).title()}Stack-{drawn_from(lot, string.ascii_uppercase + string.digits, 13)}",
            f"awseb-e-{drawn_from(lot, string.ascii_lowercase + string.digits, 10)}-stack",
            f"StackSet-{lot.choice(TEAMS)}-{uuid.UUID(int=lot.getrandbits(128), version=4)}",
            f"sam-app-{lot.choice(SERVICES).title()}Function-{drawn_from(lot, string.ascii_letters + string.digits, 12)}",
        ]
    )


def role(lot: Lot) -> str:
    return lot.choice(
        [
            f"AWSServiceRoleFor{lot.choice(SERVICES).title()}",
            f"{lot.choice(SERVICES)}-{lot.choice(STAGES)}-execution-role",
            f"AWSReservedSSO_{lot.choice(['AdministratorAccess', 'ReadOnly', 'PowerUser'])}_{hexadecimal(lot, 16)}",
            f"alias/{lot.choice(TEAMS)}-{lot.choice(['key', 'cmk'])}",
            f"mrk-{hexadecimal(lot, 32)}",
            f"AIDA{drawn_from(lot, string.ascii_uppercase + '234567', 17)}",
        ]
    )


def state(lot: Lot) -> str:
    return lot.choice(
        [
            f"terraform/{lot.choice(STAGES)}/{lot.choice(SERVICES)}/terraform.tfstate",
            f"env:/{lot.choice(STAGES)}/{lot.choice(TEAMS)}.tfstate",
            f"modules/{lot.choice(SERVICES)}/v{lot.randrange(9)}.{lot.randrange(20)}/",
            f"helm/{lot.choice(SERVICES)}-{lot.randrange(9)}.{lot.randrange(9)}.{lot.randrange(9)}.tgz",
        ]
    )


def software(lot: Lot) -> str:
    return lot.choice(
        [
            f"{lot.choice(SERVICES)}_{lot.choice(ARCHITECTURES)}.deb",
            f"python3.{lot.randint(9, 14)}-{lot.choice(ARCHITECTURES)}",
            f"node{lot.choice([18, 20, 22])}.x",
            f"amzn2-ami-hvm-2.0.{lot.randint(2018, 2025)}{lot.randint(1, 12):02}{lot.randint(1, 28):02}.{lot.randrange(3)}-x86_64-gp2",
            f"ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-{lot.randint(2022, 2025)}{lot.randint(1, 12):02}{lot.randint(1, 28):02}",
            f"m{lot.randint(5, 8)}g.{lot.choice(['2x', '4x', '8x', ''])}large",
        ]
    )


def bucket(lot: Lot) -> str:
    return lot.choice(
        [
            f"{lot.choice(TEAMS)}-{lot.choice(THINGS)}-{lot.choice(STAGES)}",
            f"{lot.choice(TEAMS)}-{drawn_from(lot, string.ascii_lowercase + string.digits, 12)}",
            f"{lot.choice(SERVICES)}stack-{lot.choice(THINGS)}bucket{hexadecimal(lot, 8)}-{drawn_from(lot, string.ascii_lowercase + string.digits, 12)}",
            f"tf-{drawn_from(lot, string.ascii_lowercase, 8)}-{lot.choice(THINGS)}",
            f"{drawn_from(lot, string.ascii_lowercase, 3)}-{lot.choice(THINGS)}-{lot.choice(regions())}",
        ]
    )


def parquet(lot: Lot) -> str:
    return lot.choice(
        [
            f"part-{lot.randrange(200):05}-{uuid.UUID(int=lot.getrandbits(128), version=4)}-c000.snappy.parquet",
            f"{lot.choice(THINGS)}/_delta_log/{lot.randrange(10**4):020}.json",
            f"{lot.choice(SERVICES)}-{lot.randrange(99)}.avro",
            f"{lot.choice(TEAMS)}/metadata/{lot.randrange(99):05}-{uuid.UUID(int=lot.getrandbits(128), version=4)}.metadata.json",
            f"{lot.choice(SERVICES)}.{lot.randrange(10**6):06}.gz",
        ]
    )


def delivered(lot: Lot) -> str:
    y, m, d = day(lot)
    a, r = account(lot), lot.choice(regions())
    return lot.choice(
        [
            f"AWSLogs/{a}/CloudTrail/{r}/{y}/{m:02}/{d:02}/", f"AWSLogs/{a}/vpcflowlogs/{r}/{y}/{m:02}/{d:02}/{a}_vpcflowlogs_{r}_fl-{hexadecimal(lot, 17)}_{y}{m:02}{d:02}T0005Z_{hexadecimal(lot, 8)}.log.gz",
            f"AWSLogs/{a}/elasticloadbalancing/{r}/{y}/{m:02}/{d:02}/", f"AWSLogs/o-{drawn_from(lot, string.ascii_lowercase + string.digits, 10)}/{a}/Config/{r}/{y}/{m}/{d}/ConfigHistory/",
            f"{a}_CloudTrail_{r}_{y}{m:02}{d:02}T1200Z_{drawn_from(lot, string.ascii_letters + string.digits, 16)}.json.gz",
        ]
    )  # fmt: skip


def inventory(lot: Lot) -> str:
    y, m, d = day(lot)
    bucket = f"{lot.choice(TEAMS)}-{lot.choice(THINGS)}"
    return lot.choice(
        [
            f"{bucket}/inventory/{y}-{m:02}-{d:02}T01-00Z/manifest.json",
            f"{bucket}/daily/hive/dt={y}-{m:02}-{d:02}-01-00/symlink.txt",
            f"inventory/data/{uuid.UUID(int=lot.getrandbits(128), version=4)}.csv.gz",
            f"{y}-{m:02}-{d:02}-{lot.randrange(24):02}-{lot.randrange(60):02}-{lot.randrange(60):02}-{hexadecimal(lot, 16).upper()}",
        ]
    )


def accounted(lot: Lot) -> str:
    a, r = account(lot), lot.choice(regions())
    return lot.choice(
        [
            f"{lot.choice(TEAMS)}-{lot.choice(THINGS)}-{a}",
            f"{a}-{lot.choice(THINGS)}",
            f"cdk-hnb659fds-assets-{a}-{r}",
            f"aws-athena-query-results-{a}-{r}",
            f"account={a}/",
            f"accounts/{a}/{r}/",
            f"{lot.choice(THINGS)}-{r}-{a}",
            f"elasticbeanstalk-{r}-{a}",
        ]
    )
