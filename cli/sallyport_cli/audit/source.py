"""Whose credentials, which table: a local stack's, or those of the AWS configuration."""

from __future__ import annotations

import argparse

import boto3

from sallyport_cli import stack_file
from sallyport_cli.audit.export import Source
from sallyport_cli.errors import UsageError


def source_of(arguments: argparse.Namespace) -> Source:
    """Raises UsageError."""
    if arguments.stack:
        return _local(arguments.stack, arguments.person, arguments.table)
    if not arguments.table:
        raise UsageError("say which table: --table NAME, or --stack .local/stack.json --as admin")
    session = boto3.Session(region_name=arguments.region)
    if session.region_name is None:
        raise UsageError("say the region: --region, or AWS_REGION")
    return Source(arguments.table, session.client("dynamodb"), session.client("s3"))


def _local(stack: str, person: str | None, table: str | None) -> Source:
    said = stack_file.read(stack, "admin", "approvers")
    keys = stack_file.keys_of({"admin": said["admin"], **said["approvers"]}, person)
    session = boto3.Session(keys["access_key_id"], keys["secret_access_key"], region_name=said["region"])
    url = said["aws_endpoint_url"]
    clients = (session.client(service, endpoint_url=url) for service in ("dynamodb", "s3"))
    return Source(table or said["tables"]["audit"], *clients)
