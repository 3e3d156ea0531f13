"""Exports of a DynamoDB table as they lie in a folder: manifests, checksums, data files.

AWS describes the layout under "DynamoDB table export output format". `AWSDynamoDB/<ExportId>/` has the manifests and,
for a full export, `data/`; keys in a manifest are relative to the folder that holds `AWSDynamoDB`.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sallyport_cli.audit.findings import CannotTell, Finding, Kind
from sallyport_cli.audit.windows import SHARED, check_windows, is_unfinished, unlisted

SUMMARY, FILES = "manifest-summary.json", "manifest-files.json"
# Marks the summary of an export that this command line wrote by scanning the table.
SCAN = "sallyport audit export --scan"
# AWS's guide uses both names, each for one kind of export.
_CHECKSUMS = (".checksum", ".md5")
_CHUNK = 1 << 20
# A line is an item, and an item has 400 KB at most; in JSON a byte becomes six (\u0000) at most.
_LONGEST_LINE = 4 << 20


@dataclass(frozen=True, slots=True)
class DataFile:
    """`items` and `md5` are what the manifest says, None where there is no manifest."""

    path: Path
    items: int | None = None
    md5: str | None = None


@dataclass(slots=True)
class Export:
    """One export. `time` is the moment that it shows, None where nothing says so."""

    folder: Path
    time: datetime | None = None
    # When it ended. A scan includes what was written while it ran.
    until: datetime | None = None
    incremental: bool = False
    # The time from which an incremental one has what was written.
    since: datetime | None = None
    # How many exports beside it were started and not finished.
    unfinished: int = 0
    table: str | None = None
    items: int | None = None
    files: list[DataFile] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def has_manifest(self) -> bool:
        return self.items is not None

    def found(self, kind: Kind, detail: str) -> None:
        self.findings.append(Finding(kind, detail))


def exports_in(folder: Path) -> list[Export]:
    """The one full export in or under the folder, then the incremental ones beside it. Raises CannotTell."""
    if not folder.is_dir():
        raise CannotTell(f"{folder} is no folder")
    homes = {p.parent for name in (SUMMARY, FILES, "_started") for p in folder.rglob(name)}
    homes |= {p.parent.parent for p in folder.rglob("data/*.gz")}
    # The shared data folder of incremental exports is beside them, not in one of them.
    own = sorted(home for home in homes if home.name != SHARED) or sorted(homes)
    finished = [home for home in own if not is_unfinished(home, (SUMMARY, FILES))]
    if not finished:
        raise CannotTell(f"there is no DynamoDB export in {folder}" + (" that was finished" if own else ""))
    exports = [_read(home) for home in finished]
    full = [export for export in exports if not export.incremental]
    if len(full) != 1:
        listed = ", ".join(str(export.folder) for export in full) or "none"
        raise CannotTell(f"one full export and the incremental ones since are needed; there are: {listed}")
    if len({export.table for export in exports if export.table}) > 1:
        raise CannotTell("these are exports of different tables")
    since_then = [export for export in exports if export.incremental]
    check_windows(full[0], since_then)
    full[0].unfinished = len(own) - len(finished)
    if since_then and not full[0].unfinished:
        for path in unlisted(folder, {file.path for export in exports for file in export.files}):
            full[0].found(Kind.FILE_ADDED, f"{path.name} is in no manifest")
    return [*full, *since_then]


def _read(home: Path) -> Export:
    export = Export(home)
    there = [name for name in (SUMMARY, FILES) if (home / name).is_file()]
    if not there and not (home / "_started").exists():
        export.files = [DataFile(path) for path in sorted((home / "data").glob("*.gz"))]
        return export  # only the data, as some tools write it
    for name in (SUMMARY, FILES):
        if name in there:
            _check_sum(export, home / name)
        else:
            export.found(Kind.MANIFEST_MISSING, f"{name} is missing")
    if SUMMARY in there:
        _read_summary(export, home / SUMMARY)
    if FILES in there:
        _read_files(export, home)
    else:
        export.files = [DataFile(path) for path in sorted((home / "data").glob("*.gz"))]
    export.items = export.items or 0
    return export


def _check_sum(export: Export, manifest: Path) -> None:
    """The checksum beside a manifest: MD5 or SHA-256, in base64 or hexadecimal."""
    sums = [p for end in _CHECKSUMS for p in (manifest.with_suffix(end), Path(f"{manifest}{end}")) if p.is_file()]
    if not sums:
        export.found(Kind.MANIFEST_MISSING, f"{manifest.name} has no checksum beside it")
        return
    data, said = manifest.read_bytes(), sums[0].read_text(errors="replace").strip()
    digests = (hashlib.md5(data, usedforsecurity=False).digest(), hashlib.sha256(data).digest())
    known = {form for digest in digests for form in (digest.hex(), base64.b64encode(digest).decode())}
    if said not in known:
        export.found(Kind.MANIFEST_ALTERED, f"{manifest.name} is not what its checksum was made of")


def _read_summary(export: Export, path: Path) -> None:
    try:
        said = json.loads(path.read_text())
        export.items = int(said["itemCount"])
        export.table = said.get("tableArn")
        export.incremental = "INCREMENTAL" in str(said.get("exportType", "")).upper()
        export.since = _instant(said.get("exportFromTime"))
        export.time = _instant(said.get("exportToTime") if export.incremental else said.get("exportTime"))
        export.until = _instant(said.get("endTime")) if said.get("madeBy") == SCAN else export.time
    except (ValueError, KeyError, TypeError, AttributeError):
        export.found(Kind.MANIFEST_ALTERED, f"{path.name} cannot be read")
        return
    if any("filter" in name.lower() and value for name, value in said.items()):
        export.found(Kind.FILTERED, "the export was filtered: what it left out cannot be seen")
    if said.get("outputFormat", "DYNAMODB_JSON") != "DYNAMODB_JSON":
        raise CannotTell("the export is not in DynamoDB JSON")


def _instant(text: str | None) -> datetime | None:
    at = datetime.fromisoformat(text) if text else None
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def _read_files(export: Export, home: Path) -> None:
    named: set[Path] = set()
    total = 0
    for number, line in enumerate((home / FILES).read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            path, items, md5 = _resolved(home, str(said["dataFileS3Key"])), int(said["itemCount"]), said["md5Checksum"]
        except (ValueError, KeyError, TypeError):
            export.found(Kind.MANIFEST_ALTERED, f"{FILES}, line {number}: cannot be read")
            continue
        if path in named:
            export.found(Kind.MANIFEST_ALTERED, f"{FILES} names {path.name} twice")
            continue
        named.add(path)
        total += items
        if path.is_file():
            export.files.append(DataFile(path, items, str(md5)))
        else:
            export.found(Kind.FILE_MISSING, f"{path.name} with {items} items is missing")
    if export.items is not None and total != export.items:
        export.found(Kind.COUNT_DIFFERS, f"{SUMMARY} tells of {export.items} items, {FILES} of {total}")
    for path in sorted((home / "data").glob("*.gz")):
        if path not in named:
            export.found(Kind.FILE_ADDED, f"{path.name} is in no manifest")


def _resolved(home: Path, key: str) -> Path:
    """Where the object is in this copy. A key never leads out of it."""
    before, found, after = key.rpartition("AWSDynamoDB/")
    base = home.parent if home.parent.name == "AWSDynamoDB" else home
    parts = after.split("/") if found else ["data", key.rsplit("/", 1)[-1]]
    if ".." in parts:
        raise ValueError(before)
    if found and base != home.parent:  # the folder was copied without its parents
        parts = parts[1:]
    return base.joinpath(*parts) if found else home.joinpath(*parts)


def unpacked_bytes(exports: Iterable[Export]) -> int:
    """How much is in all data files, by their own account: good enough to choose a way by, but no evidence."""
    return sum(_unpacked_bytes(file.path) for export in exports for file in export.files)


def _unpacked_bytes(path: Path) -> int:
    size = path.stat().st_size
    with path.open("rb") as packed:
        # A gzip member ends with its unpacked size in four bytes (RFC 1952, 2.3.1).
        packed.seek(max(0, size - 4))
        return max(size, int.from_bytes(packed.read(4), "little"))


def lines_of(file: DataFile, findings: list[Finding]) -> Iterator[list[bytes]]:
    """The file's lines, a thousand or so at a time, while its checksum and count are computed."""
    counts: list[int] = []
    for block in blocks_of(file, findings, lambda: sum(counts)):
        lines = lines_in(block)
        counts.append(len(lines))
        yield lines


def lines_in(block: bytes) -> list[bytes]:
    return [line for line in block.split(b"\n") if line]


def blocks_of(file: DataFile, findings: list[Finding], counted: Callable[[], int]) -> Iterator[bytes]:
    """The file's lines, about a megabyte of whole ones at a time. `counted`: how many they were, asked at the end."""
    digest = hashlib.md5(usedforsecurity=False)
    try:
        with file.path.open("rb") as raw:
            yield from _blocks(_Hashed(raw, digest))
            while more := raw.read(_CHUNK):
                digest.update(more)
    except (OSError, EOFError, zlib.error, ValueError):
        findings.append(Finding(Kind.FILE_ALTERED, f"{file.path.name} cannot be unpacked"))
        return
    if file.md5 is not None and file.md5 not in (base64.b64encode(digest.digest()).decode(), digest.hexdigest()):
        findings.append(Finding(Kind.FILE_ALTERED, f"{file.path.name} is not what the manifest's checksum was made of"))
    if file.items is not None and file.items != counted():
        detail = f"{file.path.name} has {counted()} items, the manifest says {file.items}"
        findings.append(Finding(Kind.COUNT_DIFFERS, detail))


class _Hashed:
    """Reads, and hashes what was read."""

    def __init__(self, raw: Any, digest: Any) -> None:
        self._raw, self._digest = raw, digest

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._raw.read(size)
        self._digest.update(data)
        return data


def _blocks(source: _Hashed) -> Iterator[bytes]:
    rest = b""
    with gzip.GzipFile(fileobj=source) as unpacked:  # type: ignore[call-overload]  # read() is all that it needs
        while chunk := unpacked.read(_CHUNK):
            block = rest + chunk
            end = block.rfind(b"\n") + 1
            rest = block[end:]
            if len(rest) > _LONGEST_LINE:
                raise ValueError("no line end")
            if end:
                yield block[:end]
    if rest:
        yield rest
