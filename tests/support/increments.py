"""Incremental exports as AWS describes them: manifests of their own, data files in a folder that they share."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sallyport.domain.clock import stamp
from tests.support.evidence import Item, md5, write_export, write_manifest

TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/audit"


def at(item: Item) -> str:
    return str(json.loads(item["event"])["at"])


def changed(item: Item, old: Item | None = None, *, keys_alone: bool = False) -> str:
    """A line: the item that was put, with what it was put over, or of an item that was deleted its key."""
    said: dict[str, Any] = {
        "Metadata": {"WriteTimestampMicros": "1680109764000000"},
        "Keys": {name: {"S": item[name]} for name in ("pk", "sk")},
    }
    if not keys_alone:
        said["NewImage"] = {name: {"S": value} for name, value in item.items()}
    if old is not None:
        said["OldImage"] = {name: {"S": value} for name, value in old.items()}
    return json.dumps(said, ensure_ascii=False)


def write_increment(
    folder: Path, lines: Sequence[str], since: datetime, until: datetime, view: str = "NEW_AND_OLD_IMAGES"
) -> Path:
    """An incremental export below the prefix `folder`; its own folder."""
    name = f"{int(until.timestamp() * 1000):014d}-{hashlib.sha256(str((lines, since)).encode()).hexdigest()[:8]}"
    home, shared = folder / "AWSDynamoDB" / name, folder / "AWSDynamoDB" / "data"
    for made in (home, shared):
        made.mkdir(parents=True, exist_ok=True)
    (home / "_started").write_bytes(b"")
    data = shared / f"{name[-8:]}abcdefghijklmnopqr.json.gz"
    data.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass"), mtime=0))
    entry = {"itemCount": len(lines), "md5Checksum": md5(data.read_bytes()), "etag": "0-1"}
    key = f"audit/scheduled/AWSDynamoDB/data/{data.name}"
    write_manifest(home, "manifest-files", json.dumps({**entry, "dataFileS3Key": key}) + "\n")
    summary = {
        "version": "2023-08-01",
        "exportArn": f"{TABLE}/export/{name}",
        "startTime": stamp(until),
        "endTime": stamp(until),
        "tableArn": TABLE,
        "tableId": "12345678-0000-0000-0000-000000000000",
        "exportFromTime": stamp(since),
        "exportToTime": stamp(until),
        "s3Bucket": "evidence",
        "s3Prefix": "audit/scheduled",
        "s3SseAlgorithm": "AES256",
        "s3SseKmsKeyId": None,
        "manifestFilesS3Key": f"audit/scheduled/AWSDynamoDB/{name}/manifest-files.json",
        "billedSizeBytes": 0,
        "itemCount": len(lines),
        "outputFormat": "DYNAMODB_JSON",
        "outputView": view,
        "exportType": "INCREMENTAL_EXPORT",
    }
    write_manifest(home, "manifest-summary", json.dumps(summary))
    return home


def write_full(folder: Path, items: Sequence[Item], until: datetime) -> Path:
    """A full export of what had been written by then; its own folder."""
    write_export(folder, [item for item in items if at(item) <= stamp(until)], at=until)
    return next(path for path in (folder / "AWSDynamoDB").iterdir() if path.name != "data")


def window(items: Sequence[Item], since: datetime, until: datetime) -> list[str]:
    """The lines of what was written in a window."""
    return [changed(item) for item in items if stamp(since) <= at(item) < stamp(until)]
