"""What people were shown: every kept view must have the digest that its request's chain states."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from sallyport_cli.audit.canonical import NotCanonical, parsed
from sallyport_cli.audit.findings import CannotTell, Finding, Kind, Report, Tally
from sallyport_cli.audit.history import histories_in
from sallyport_cli.audit.receipts import read_receipt

_DIGEST = re.compile(r"[0-9a-f]{64}")

type Read = Callable[[str], bytes | None]


class Shown(NamedTuple):
    """The event `request.masked`, the first in the chain to have the digest."""

    chain: str
    seq: int
    digest: object


def with_views(report: Report, source: Path, where: str) -> Report:
    """The report, and what the views at `where` (a folder or s3://bucket) show. Raises CannotTell."""
    read, tally, count = _reader(where), Tally(), 0
    for shown in _in_receipt(source) if source.is_file() else _in_export(source):
        count += 1
        tally.found(*_check(shown, read))
    order = sorted([*report.findings, *tally.findings], key=lambda f: (f.chain or "", f.seq or 0, f.kind))
    more = report.facts["more_findings"] + tally.more
    return replace(report, findings=tuple(order), facts={**report.facts, "more_findings": more, "views": count})


def _in_export(folder: Path) -> Iterator[Shown]:
    for history in histories_in(folder):
        for event in history.all("request.masked"):
            yield Shown(history.chain, event.seq, event.said.get("presented_digest"))


def _in_receipt(path: Path) -> Iterator[Shown]:
    receipt = read_receipt(path)
    for place, entry in enumerate(receipt.entries):
        if entry.said.get("type") == "request.masked":
            yield Shown(receipt.request, entry.seq(place), entry.said.get("presented_digest"))


def _check(shown: Shown, read: Read) -> Iterable[Finding]:
    place = shown.chain, shown.seq
    # Digests become parts of object names, and anybody may have written the event.
    kept = read(f"views/{shown.digest}.json") if _DIGEST.fullmatch(str(shown.digest)) else None
    if kept is None:
        yield Finding(Kind.VIEW_MISSING, f"the view {shown.digest}, which people were shown, is not there", *place)
        return
    wrong = _wrong(kept, shown)
    if wrong:
        yield Finding(Kind.VIEW_ALTERED, f"the kept view {shown.digest} {wrong}", *place)


def _wrong(kept: bytes, shown: Shown) -> str | None:
    """What is wrong with the bytes. They are the RFC 8785 form itself, so that no two views share a digest."""
    if hashlib.sha256(kept).hexdigest() != shown.digest:
        return "is not what people were shown"
    try:
        view = parsed(kept.decode())
    except (UnicodeDecodeError, NotCanonical):
        return "is not in RFC 8785 form"
    told = view.get("request_id") if isinstance(view, dict) else None
    return None if told == shown.chain else "is that of another request"


def _reader(where: str) -> Read:
    if where.startswith("s3://"):
        return _in_bucket(where)
    home = Path(where)
    if not home.is_dir():
        raise CannotTell(f"{where} is no folder")

    def read(name: str) -> bytes | None:
        path = home / name
        return path.read_bytes() if path.is_file() else None

    return read


def _in_bucket(where: str) -> Read:
    # Imported late: it takes a third of a second, and a folder does not need it.
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, _, prefix = where.removeprefix("s3://").partition("/")
    prefix = f"{prefix.rstrip('/')}/" if prefix else ""
    s3 = boto3.client("s3")

    def read(name: str) -> bytes | None:
        try:
            data: bytes = s3.get_object(Bucket=bucket, Key=prefix + name)["Body"].read()
        except s3.exceptions.NoSuchKey:
            return None
        except (ClientError, BotoCoreError) as error:
            # Whoever may not list the bucket gets a denial for a missing object, so a denial proves nothing.
            raise CannotTell(f"the views in {where} cannot be read: {error}") from None
        return data

    return read
