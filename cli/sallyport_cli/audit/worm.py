"""The copy under Object Lock: a bucket with all its versions, or a folder that mirrors one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from sallyport_cli.audit.findings import CannotTell, Finding, Kind


class Reader(Protocol):
    """Objects by name."""

    def read(self, name: str) -> bytes | None: ...


class Worm(Reader, Protocol):
    """For an object that is written once the oldest version counts, whatever was written over it."""

    findings: list[Finding]

    def names(self, prefix: str) -> list[str]: ...

    def newest(self, name: str) -> bytes | None: ...

    def handed(self, names: Iterable[str]) -> Reader:
        """A reader of these objects that can be passed to another process."""

    def find(self, name: str) -> bytes | None:
        """One object, read without a listing of everything."""
        ...

    def current(self, name: str) -> bytes | None:
        """The current object of that name: for the one object that is ever replaced."""
        ...


@dataclass(slots=True)
class Folder:
    """A mirror has one version of each."""

    root: Path
    findings: list[Finding] = field(default_factory=list)

    def names(self, prefix: str) -> list[str]:
        home = self.root / prefix
        return sorted(p.relative_to(self.root).as_posix() for p in home.rglob("*") if p.is_file())

    def read(self, name: str) -> bytes | None:
        path = self.root / name
        return path.read_bytes() if path.is_file() else None

    newest = find = current = read

    def handed(self, names: Iterable[str]) -> Reader:  # noqa: ARG002  # a folder is there for all
        return self


@dataclass(frozen=True, slots=True)
class Fetched:
    """Objects in memory."""

    objects: Mapping[str, bytes | None]

    def read(self, name: str) -> bytes | None:
        return self.objects[name]


@dataclass(slots=True)
class Bucket:
    """S3, listed with every version and delete marker."""

    s3: Any
    bucket: str
    prefix: str
    findings: list[Finding] = field(default_factory=list)
    _versions: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)

    def names(self, prefix: str) -> list[str]:
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=self.prefix + prefix)
        found: dict[str, list[Mapping[str, Any]]] = {}
        for page in pages:
            for version in page.get("Versions", []):
                found.setdefault(version["Key"].removeprefix(self.prefix), []).append(version)
            for marker in page.get("DeleteMarkers", []):
                name = marker["Key"].removeprefix(self.prefix)
                self.findings.append(Finding(Kind.VERSION_DELETED, f"{name} was deleted; its versions are read"))
        for name, versions in found.items():
            versions.reverse()  # S3 lists the newest first, and gives times in whole seconds
            versions.sort(key=lambda version: version["LastModified"])
            if name != "checkpoint" and len({version["ETag"] for version in versions}) > 1:
                self.findings.append(Finding(Kind.VERSION_OVERWRITTEN, f"{name} was written over; the oldest is read"))
        self._versions |= found
        return sorted(found)

    def read(self, name: str) -> bytes | None:
        return self._get(name, 0)

    def newest(self, name: str) -> bytes | None:
        return self._get(name, -1)

    def handed(self, names: Iterable[str]) -> Reader:
        return Fetched({name: self.read(name) for name in names})

    def find(self, name: str) -> bytes | None:
        self.names(name)
        return self.read(name)

    def current(self, name: str) -> bytes | None:
        # Its versions are not listed: the names of all kept checkpoints have the same beginning.
        try:
            data: bytes = self.s3.get_object(Bucket=self.bucket, Key=self.prefix + name)["Body"].read()
        except self.s3.exceptions.NoSuchKey:
            return None
        return data

    def _get(self, name: str, which: int) -> bytes | None:
        versions = self._versions.get(name)
        if not versions:
            return None
        key, version = self.prefix + name, versions[which]["VersionId"]
        data: bytes = self.s3.get_object(Bucket=self.bucket, Key=key, VersionId=version)["Body"].read()
        return data


def open_worm(where: str) -> Worm:
    """Raises CannotTell."""
    if not where.startswith("s3://"):
        if not Path(where).is_dir():
            raise CannotTell(f"{where} is no folder")
        return Folder(Path(where))
    import boto3  # a third of a second that a folder does not need

    bucket, _, prefix = where.removeprefix("s3://").partition("/")
    return Bucket(boto3.client("s3"), bucket, f"{prefix.rstrip('/')}/" if prefix else "")
