"""CloudTrail's records as they lie on disk, one in memory at a time.

AWS describes a record under "CloudTrail record contents", and the files that a trail writes, `{"Records": [...]}`,
under "CloudTrail log file examples". Read as well: JSON lines, and what `aws cloudtrail lookup-events` and EventBridge
wrap around a record.
"""

from __future__ import annotations

import codecs
import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

type Record = Mapping[str, Any]

_ENDINGS = (".json", ".json.gz", ".jsonl", ".jsonl.gz")
# What CloudTrail stores beside its logs.
_NO_LOGS = frozenset(("CloudTrail-Digest", "CloudTrail-Insight", "CloudTrail-Aggregated"))
_CHUNK = 1 << 20
# A record has 256 KB at most, and CloudTrail puts all records of a file on one line.
_LONGEST = 8 << 20
_OPENED = re.compile(r'\s*\{\s*"(?:Records|Events)"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")

TARGET_PATH = ":role/sallyport/target/"
_SESSION = re.compile(r":assumed-role/[^/]+/(.+)")
_REFUSED = re.compile(
    r"Denied|Unauthori|NotAuthori|Authorization|Forbidden|Expired|InvalidClientToken|InvalidAccessKey"
)
# How a call names what it is about, where the record has no ARN: service, member of requestParameters, ARN's resource.
_NAMED = (
    ("s3", "bucketName", "arn:{partition}:s3:::{}"),
    ("dynamodb", "tableName", "arn:{partition}:dynamodb:{region}:{account}:table/{}"),
    ("dynamodb", "sourceTableName", "arn:{partition}:dynamodb:{region}:{account}:table/{}"),
    ("dynamodb", "tableArn", "arn:{partition}:dynamodb:{region}:{account}:table/{}"),
    ("secretsmanager", "secretId", "arn:{partition}:secretsmanager:{region}:{account}:secret:{}"),
    ("ssm", "name", "arn:{partition}:ssm:{region}:{account}:parameter/{}"),
    ("ssm", "names", "arn:{partition}:ssm:{region}:{account}:parameter/{}"),
    ("ssm", "path", "arn:{partition}:ssm:{region}:{account}:parameter/{}"),
    ("lambda", "functionName", "arn:{partition}:lambda:{region}:{account}:function:{}"),
    ("rds", "dBInstanceIdentifier", "arn:{partition}:rds:{region}:{account}:db:{}"),
    ("rds", "sourceDBInstanceIdentifier", "arn:{partition}:rds:{region}:{account}:db:{}"),
    ("ecs", "service", "arn:{partition}:ecs:{region}:{account}:service/{cluster}/{}"),
    ("eks", "name", "arn:{partition}:eks:{region}:{account}:cluster/{}"),
    ("eks", "clusterName", "arn:{partition}:eks:{region}:{account}:cluster/{}"),
    ("iam", "roleName", "arn:{partition}:iam::{account}:role/{}"),
    ("iam", "userName", "arn:{partition}:iam::{account}:user/{}"),
    ("logs", "logGroupName", "arn:{partition}:logs:{region}:{account}:log-group:{}"),
    ("kms", "keyId", "arn:{partition}:kms:{region}:{account}:key/{}"),
    ("sts", "roleArn", "{}"),
)


class Unreadable(Exception):
    """A file holds something else than CloudTrail's records, or cannot be unpacked. The message names the file."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call, as a record describes it. `session` is the role session's name, `role` the ARN of the role behind it,
    and `assumes` the session name that an AssumeRole of a target role asked for; texts are empty where there is none.
    """

    id: str
    at: datetime
    service: str
    name: str
    region: str
    key: str
    role: str
    session: str
    source_identity: str
    caller: str
    by_aws: bool
    error: str
    resources: tuple[str, ...]
    is_data: bool
    assumes: str

    @property
    def refused(self) -> bool:
        """Whether AWS refused it; another error comes after the caller was let through."""
        return bool(_REFUSED.search(self.error))

    @property
    def of_a_target_role(self) -> bool:
        return TARGET_PATH in self.role


def logs_in(path: Path) -> list[Path]:
    """The log files at the path or below it."""
    if path.is_file():
        return [path]
    files = (found for found in path.rglob("*") if found.name.endswith(_ENDINGS) and found.is_file())
    return sorted(found for found in files if not _NO_LOGS & set(found.relative_to(path).parts))


def calls_of(path: Path) -> Iterator[Call]:
    """The calls that a log file records. Raises Unreadable."""
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream: Any = gzip.GzipFile(fileobj=raw) if zipped else raw
            for value in _values(stream):
                for record in _records(value):
                    yield _call(record)
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"{path} cannot be read as CloudTrail's records ({type(error).__name__})") from None


def _values(stream: BinaryIO) -> Iterator[Any]:
    """The elements of `{"Records": [...]}`, or one value behind the other."""
    text, decode = _Text(stream), json.JSONDecoder().raw_decode
    opened = _OPENED.match(text.buffer)
    at = opened.end() if opened else 0
    while True:
        at = _after_blanks(text.buffer, at)
        if opened and text.buffer.startswith("]", at):
            break
        try:
            value, at = decode(text.buffer, at)
        except ValueError:  # half a record, or the end
            more = text.read_on(at)
            at = 0
            if not more:
                break
            continue
        yield value
    if not text.buffer.startswith("]", at) if opened else text.buffer.strip():
        raise ValueError("an end in the middle of a record")
    while stream.read(_CHUNK):  # gzip's checksum stands at the end
        pass


def _after_blanks(text: str, at: int) -> int:
    between = _BETWEEN.match(text, at)
    return between.end() if between else at


class _Text:
    """A window of the text of a file."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._decoder = stream, codecs.getincrementaldecoder("utf-8")()
        self.buffer = ""
        self.read_on(0)

    def read_on(self, at: int) -> bool:
        """The window continues from `at`. False at the end of the file."""
        data = self._stream.read(_CHUNK)
        self.buffer = self.buffer[at:] + self._decoder.decode(data, not data)
        if len(self.buffer) > _LONGEST:
            raise ValueError("no record's end")
        return bool(data)


def _records(value: Any) -> Iterator[Record]:
    if isinstance(value.get("CloudTrailEvent"), str):  # aws cloudtrail lookup-events
        value = json.loads(value["CloudTrailEvent"])
    elif isinstance(value.get("detail"), dict):  # EventBridge
        value = value["detail"]
    for record in value["Records"] if isinstance(value.get("Records"), list) else [value]:
        # Nobody made these calls: what AWS did by itself, and insights.
        if record.get("eventType") not in ("AwsServiceEvent", "AwsCloudTrailInsight"):
            yield record


def _call(record: Record) -> Call:
    identity = record.get("userIdentity") or {}
    session = identity.get("sessionContext") or {}
    asked = record.get("requestParameters") or {}
    role = str((session.get("sessionIssuer") or {}).get("arn") or "")
    arn = str(identity.get("arn") or "")
    named = _SESSION.search(arn)
    kind = str(identity.get("type") or "")
    assumes = str(asked.get("roleSessionName") or "") if TARGET_PATH in str(asked.get("roleArn") or "") else ""
    return Call(
        id=str(record["eventID"]),
        at=datetime.fromisoformat(record["eventTime"]),
        service=str(record["eventSource"]).removesuffix(".amazonaws.com"),
        name=str(record["eventName"]),
        region=str(record.get("awsRegion") or ""),
        key=str(identity.get("accessKeyId") or ""),
        role=role,
        session=named[1] if named else "",
        source_identity=str(session.get("sourceIdentity") or ""),
        caller=arn or str(identity.get("invokedBy") or identity.get("principalId") or kind or "unknown"),
        by_aws=kind == "AWSService",
        error=str(record.get("errorCode") or ""),
        resources=tuple(_resources(record, asked, arn)),
        is_data=record.get("eventCategory") == "Data" or record.get("managementEvent") is False,
        assumes=assumes,
    )


def _resources(record: Record, asked: Mapping[str, Any], caller: str) -> Iterator[str]:
    """ARNs that the record gives, then those that follow from its parameters."""
    given = [each.get("ARN") or each.get("ARNPrefix") for each in record.get("resources") or ()]
    found = dict.fromkeys(str(arn) for arn in given if arn)
    place = {
        "partition": caller.split(":")[1] if caller.startswith("arn:") else "aws",
        "region": record.get("awsRegion", ""),
        "account": record.get("recipientAccountId", ""),
        "cluster": str(asked.get("cluster", "default")).rpartition("/")[2],
    }
    service = str(record["eventSource"]).removesuffix(".amazonaws.com")
    for of, member, form in _NAMED:
        if of == service and asked.get(member):
            names = asked[member] if isinstance(asked[member], list) else [asked[member]]
            found |= dict.fromkeys(
                str(name) if str(name).startswith("arn:") else form.format(str(name).lstrip("/"), **place)
                for name in names
            )
    if service == "s3" and asked.get("bucketName") and asked.get("key"):
        found[f"arn:{place['partition']}:s3:::{asked['bucketName']}/{asked['key']}"] = None
    # Where the record has a bucket and an object in it, the object says more.
    yield from (arn for arn in found if not any(other.startswith(f"{arn}/") for other in found))
