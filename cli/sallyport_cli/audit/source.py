"""Whose credentials, which table: a local stack's, or those of the AWS configuration."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import boto3

from sallyport_cli.audit.export import Source
from sallyport_cli.errors import UsageError


def source_of(arguments: argparse.Namespace) -> Source:
    """Raises UsageError."""
    if arguments.stack:
        return _local(Path(arguments.stack), arguments.person, arguments.table)
    if not arguments.table:
        raise UsageError("say which table: --table NAME, or --stack .local/stack.json --as admin")
    session = boto3.Session(region_name=arguments.region)
    if session.region_name is None:
        raise UsageError("say the region: --region, or AWS_REGION")
    return Source(arguments.table, session.client("dynamodb"), session.client("s3"))


def _local(stack: Path, person: str | None, table: str | None) -> Source:
    try:
        said = json.loads(stack.read_text(encoding="utf-8"))
        people: dict[str, Any] = {"admin": said["admin"], **said["approvers"]}
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{stack} is not there, or no stack file: `make up` writes it") from None
    if person not in people:
        raise UsageError(f"say who you are: --as {' | '.join(sorted(people))}")
    keys = people[person]
    session = boto3.Session(keys["access_key_id"], keys["secret_access_key"], region_name=said["region"])
    url = said["aws_endpoint_url"]
    clients = (session.client(service, endpoint_url=url) for service in ("dynamodb", "s3"))
    return Source(table or said["tables"]["audit"], *clients)
