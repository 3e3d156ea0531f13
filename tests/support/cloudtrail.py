"""CloudTrail's records as AWS writes them, for sessions of requests and for others."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

type Record = dict[str, Any]

ACCOUNT = "000000000000"
TARGET = f"arn:aws:iam::{ACCOUNT}:role/sallyport/target/sallyport-target-s3-export"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/clinic-application"
_ids = count(1)


def session(role: str, name: str, key: str, source_identity: str | None = None) -> Record:
    """A `userIdentity` of a role's session."""
    issuer = {"type": "Role", "principalId": "AROAEXAMPLE", "arn": role, "accountId": ACCOUNT}
    attributes = {"creationDate": "2026-11-02T10:00:00Z", "mfaAuthenticated": "false"}
    context: Record = {"sessionIssuer": {**issuer, "userName": role.rpartition("/")[2]}, "attributes": attributes}
    if source_identity:
        context["sourceIdentity"] = source_identity
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE:{name}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.rpartition('/')[2]}/{name}",
        "accountId": ACCOUNT,
        "accessKeyId": key,
        "sessionContext": context,
    }


def user(name: str) -> Record:
    """A `userIdentity` of an IAM user with a key of their own: it has no session context."""
    return {
        "type": "IAMUser",
        "principalId": "AIDAEXAMPLE",
        "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "accountId": ACCOUNT,
        "accessKeyId": "AKIAEXAMPLE",
        "userName": name,
    }


SERVICE: Record = {"type": "AWSService", "invokedBy": "s3.amazonaws.com"}


def record(identity: Record, at: str | datetime, call: str, **more: Any) -> Record:
    """`call` is written `service:Name`, `at` as CloudTrail does, in whole seconds."""
    service, _, name = call.partition(":")
    time = at if isinstance(at, str) else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    number = next(_ids)
    return {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": time,
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "[aws-cli/2.31]",
        "requestParameters": None,
        "responseElements": None,
        "requestID": f"REQUEST{number}",
        "eventID": f"00000000-0000-4000-8000-{number:012d}",
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        **more,
    }


def get_object(identity: Record, at: str | datetime, bucket: str, key: str, **more: Any) -> Record:
    """A data event of S3."""
    resources = [
        {"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{bucket}/{key}"},
        {"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{bucket}"},
    ]
    asked = {"bucketName": bucket, "Host": f"{bucket}.s3.us-east-1.amazonaws.com", "key": key}
    data = {"managementEvent": False, "eventCategory": "Data", "requestParameters": asked, "resources": resources}
    return record(identity, at, "s3:GetObject", **{**data, **more})


def get_item(identity: Record, at: str | datetime, table: str, **more: Any) -> Record:
    """A data event of DynamoDB."""
    arn = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{table}"
    resources = [{"accountId": ACCOUNT, "type": "AWS::DynamoDB::Table", "ARN": arn}]
    asked = {"tableName": table, "key": {"patient_id": "p-0001"}, "attributesToGet": ["diagnosis"]}
    data = {"managementEvent": False, "eventCategory": "Data", "requestParameters": asked, "resources": resources}
    return record(identity, at, "dynamodb:GetItem", **{**data, **more})


def assume_role(identity: Record, at: str | datetime, role: str, name: str, **more: Any) -> Record:
    """The management event of STS. Its session's key stands in the answer."""
    asked = {"roleArn": role, "roleSessionName": name, "durationSeconds": 900}
    return record(identity, at, "sts:AssumeRole", **{"requestParameters": asked, **more})


def write_log(folder: Path, records: Iterable[Record], name: str = "trail.json.gz") -> Path:
    """A log file as a trail leaves it in its bucket."""
    path = folder / f"AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/2026/11/02" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(json.dumps({"Records": list(records)}, separators=(",", ":")).encode()))
    return path
