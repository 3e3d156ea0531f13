"""A large set, laid into buckets by chain, so that a chain can be checked at once and in little memory.

An export has its lines in any order, over any number of files; the log has its events in the order in which they were
notarized. Both are read once from end to end and laid into files in a folder that is removed afterwards.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

# How much is buffered in memory before it is written.
_KEPT_BYTES = 8 << 20
# About 15,000 events in a bucket; a process has one in memory.
_BUCKET_BYTES = 16 << 20
_MOST_BUCKETS = 1024
# Neither can occur inside a string, where a quotation mark has a backslash before it.
_PK = re.compile(rb'"pk"\s*:\s*\{\s*"S"\s*:\s*"REQ#([^"\\]*)"')
_AT = re.compile(rb'\\"at\\":\\"([0-9TZ:.-]{20,30})\\"')


def buckets_for(unpacked_bytes: int) -> int:
    return max(1, min(_MOST_BUCKETS, unpacked_bytes // _BUCKET_BYTES + 1))


def key(chain: str) -> bytes:
    """The bytes by which a chain's bucket is chosen. A text from JSON may have lone surrogates."""
    return chain.encode("utf-8", "surrogatepass")


@dataclass(slots=True)
class Spool:
    """Lines on their way into buckets. One process writes to files of its own: `label` is in their names."""

    folder: Path
    buckets: int
    label: str
    _kept: defaultdict[int, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    _bytes: int = 0

    def put(self, chain: bytes, line: bytes) -> None:
        self._kept[zlib.crc32(chain) % self.buckets].append(line)
        self._bytes += len(line)
        if self._bytes > _KEPT_BYTES:
            self.flush()

    def flush(self) -> None:
        for bucket, lines in self._kept.items():
            with (self.folder / f"{bucket}.{self.label}").open("ab") as out:
                out.write(b"\n".join([*lines, b""]))
        self._kept.clear()
        self._bytes = 0


def lines_in(folder: Path, bucket: int, kind: str) -> Iterator[bytes]:
    """All lines of a bucket whose labels begin with `kind`."""
    for path in sorted(folder.glob(f"{bucket}.{kind}-*")):
        with path.open("rb") as lines:
            yield from lines


def label(kind: str) -> str:
    return f"{kind}-{os.getpid()}"


def chain_on(line: bytes) -> bytes:
    """The chain that a line names, even if the line is not an item; empty for a line that names none."""
    found = _PK.search(line)
    if found:
        return found[1]
    try:
        said = json.loads(line)
        image = said.get("Item") or said.get("NewImage") or said.get("OldImage") or said["Keys"]
        return key(str(image["pk"]["S"]).removeprefix("REQ#"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return b""


def time_on(line: bytes) -> str:
    found = _AT.search(line)
    return found[1].decode() if found else ""
