"""Export the audit table: DynamoDB's own export to S3, or the same layout written from a scan."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import batched
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from sallyport_cli.audit.layout import FILES, SCAN, SUMMARY
from sallyport_cli.errors import UsageError

_ITEMS_IN_A_FILE = 20_000
_POLL_SECONDS = 10
# What DynamoDB takes as the window of an incremental export.
_SHORTEST, _LONGEST = timedelta(minutes=15), timedelta(hours=24)
# What the codes mean that an export may fail with.
_MEANING = {
    "AccessDeniedException": "these credentials may not. --scan takes the policy AuditorAccess, an export by DynamoDB "
    "dynamodb:ExportTableToPointInTime, and s3:PutObject in the bucket",
    "ResourceNotFoundException": "there is no such table in this account and region",
    "TableNotFoundException": "there is no such table in this account and region",
    "PointInTimeRecoveryUnavailableException": "point-in-time recovery is off for this table",
    "InvalidExportTimeException": "point-in-time recovery does not reach back to that time",
}

type Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Source:
    """The table, and the clients of whoever exports it."""

    table: str
    dynamodb: Any
    s3: Any


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where DynamoDB's export goes and, for an incremental one, which period it covers. `owner` is the bucket's
    account."""

    bucket: str
    owner: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def parameters(self, now: datetime) -> dict[str, Any]:
        """Raises UsageError for a window that DynamoDB does not take."""
        said: dict[str, Any] = {"S3Bucket": self.bucket, "S3Prefix": dated(now)}
        if self.owner is not None:
            said["S3BucketOwner"] = self.owner
        if self.since is None:
            return said
        if not _SHORTEST <= (self.until or now) - self.since <= _LONGEST:
            raise UsageError("an incremental export covers 15 minutes to 24 hours: choose another --since or --until")
        window = {"ExportFromTime": self.since, **({"ExportToTime": self.until} if self.until else {})}
        return said | {"ExportType": "INCREMENTAL_EXPORT", "IncrementalExportSpecification": window}


def scan(source: Source, out: Path, now: Callable[[], datetime], say: Say) -> Path:
    """Write the table below `out` as an export would lie in a bucket. Returns the export's folder.

    What is written while the scan runs may be in it or not; the manifest tells when it began and ended.
    """
    began = now()
    arn = _called(lambda: source.dynamodb.describe_table(TableName=source.table))["Table"]["TableArn"]
    home = out / dated(began) / "AWSDynamoDB" / f"{int(began.timestamp() * 1000):014d}-{secrets.token_hex(4)}"
    (home / "data").mkdir(parents=True)
    (home / "_started").touch()
    entries, count = [], 0
    for items in batched(_scanned(source), _ITEMS_IN_A_FILE, strict=False):
        entries.append(_write_data(home, items))
        count += len(items)
        say(f"{count:,} events")
    key = home.relative_to(out).as_posix()
    summary = {
        "version": "2020-06-30",
        "madeBy": SCAN,
        "exportArn": f"{arn}/export/{home.name}",
        "exportType": "FULL_EXPORT",
        "startTime": _stamp(began),
        "endTime": _stamp(now()),
        "tableArn": arn,
        "exportTime": _stamp(began),
        "manifestFilesS3Key": f"{key}/{FILES}",
        "itemCount": count,
        "outputFormat": "DYNAMODB_JSON",
    }
    listed = [json.dumps({**entry, "dataFileS3Key": f"{key}/data/{entry['dataFileS3Key']}"}) for entry in entries]
    _write_manifest(home / FILES, "".join(f"{entry}\n" for entry in listed))
    _write_manifest(home / SUMMARY, json.dumps(summary))
    return home


def _scanned(source: Source) -> Iterator[dict[str, Any]]:
    pages = source.dynamodb.get_paginator("scan").paginate(TableName=source.table, ConsistentRead=True)
    try:
        for page in pages:
            yield from page["Items"]
    except (ClientError, BotoCoreError) as error:
        raise UsageError(f"the table cannot be read: {_said(error)}") from None


def _write_data(home: Path, items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    lines = [json.dumps({"Item": item}, ensure_ascii=False, separators=(",", ":")) for item in items]
    data = gzip.compress("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass"), mtime=0)
    name = f"{secrets.token_hex(16)}.json.gz"
    (home / "data" / name).write_bytes(data)
    digest = hashlib.md5(data, usedforsecurity=False)
    return {
        "itemCount": len(lines),
        "md5Checksum": base64.b64encode(digest.digest()).decode(),
        "etag": digest.hexdigest(),
        "dataFileS3Key": name,
    }


def _write_manifest(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
    path.with_suffix(".checksum").write_text(base64.b64encode(digest).decode(), encoding="utf-8")


def ask(source: Source, wanted: Wanted, now: datetime, say: Say) -> str:
    """Let DynamoDB export below a dated prefix, and wait. Returns the prefix of the export's own folder.

    Raises UsageError.
    """
    said = wanted.parameters(now)
    arn = _called(lambda: source.dynamodb.describe_table(TableName=source.table))["Table"]["TableArn"]
    told = _called(lambda: source.dynamodb.export_table_to_point_in_time(TableArn=arn, **said))["ExportDescription"]
    began = time.monotonic()
    while told["ExportStatus"] == "IN_PROGRESS":
        say(f"exporting, {time.monotonic() - began:.0f} s")
        time.sleep(_POLL_SECONDS)
        told = _called(partial(source.dynamodb.describe_export, ExportArn=told["ExportArn"]))["ExportDescription"]
    if told["ExportStatus"] != "COMPLETED":
        raise UsageError(f"the export failed: {told.get('FailureCode')} {told.get('FailureMessage')}")
    return f"{dated(now)}/AWSDynamoDB/"


def fetch(source: Source, bucket: str, prefix: str, out: Path) -> int:
    """Copy everything below `prefix` to `out`. Returns how many objects there were."""
    count = 0
    pages = source.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    for listed in _called(lambda: [entry for page in pages for entry in page.get("Contents", [])]):
        path = out / listed["Key"]
        if not path.resolve().is_relative_to(out.resolve()):
            raise UsageError(f"a key that leads out of {out}")
        path.parent.mkdir(parents=True, exist_ok=True)
        _called(partial(source.s3.download_file, bucket, listed["Key"], str(path)))
        count += 1
    return count


def dated(at: datetime) -> str:
    """Each export has a prefix of its own, so that two exports on one day stay apart."""
    return f"audit/{at.astimezone(UTC):%Y/%m/%d/%H%M%SZ}"


def _called(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except (ClientError, BotoCoreError) as error:
        raise UsageError(f"AWS said no: {_said(error)}") from None


def _said(error: ClientError | BotoCoreError) -> str:
    """The code, and what it means where that is known."""
    code = str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else type(error).__name__
    return f"{code}: {_MEANING[code]}" if code in _MEANING else code


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
