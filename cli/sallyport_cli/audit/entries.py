"""The entries of the log, bundle by bundle: their hashes, the tile over them, and where they stand in their chains."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sallyport_cli.audit import json_lines, spool
from sallyport_cli.audit.buckets import LOG, Job
from sallyport_cli.audit.findings import Finding, Kind
from sallyport_cli.audit.tree import leaf_hash, levels_over, perfect_roots
from sallyport_cli.audit.worm import Reader

WIDTH = 256
# A place in a chain is written with ten digits.
_PLACES = 10**10


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bundles one after another, for one process. `counts` are all numbers of entries for which a root is needed."""

    job: Job
    worm: Reader
    numbers: range
    size: int
    counts: frozenset[int]


@dataclass(slots=True)
class Bundle:
    """What was found in one: for each of the `counts` that end in it, the roots of the perfect trees over that many
    of its entries, the largest first. `entries` is 0 where it is not complete."""

    number: int
    entries: int = 0
    roots: dict[int, tuple[bytes, ...]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def names_of(number: int, size: int) -> Iterator[str]:
    """The objects that may be read for a bundle of a log with `size` entries."""
    wanted = min(WIDTH, size - number * WIDTH)
    part = "" if wanted == WIDTH else f".p/{wanted}"
    yield f"tile/0/{tile_path(number)}{part}"
    yield f"tile/entries/{tile_path(number)}{part}"
    if part:
        yield f"tile/entries/{tile_path(number)}"  # it may have filled up since its checkpoint


def read_stretch(stretch: Stretch) -> list[Bundle]:
    """Up to the first bundle that is not complete."""
    out = spool.Spool(stretch.job.folder, stretch.job.buckets, spool.label(LOG))
    read: list[Bundle] = []
    for number in stretch.numbers:
        read.append(_read(stretch, number, out))
        if not read[-1].entries:
            break
    out.flush()
    return read


def _read(stretch: Stretch, number: int, out: spool.Spool) -> Bundle:
    bundle = Bundle(number)
    tile, *names = names_of(number, stretch.size)
    wanted = min(WIDTH, stretch.size - number * WIDTH)
    entries = unpacked(next(filter(None, map(stretch.worm.read, names)), b""))
    if len(entries) < wanted:
        detail = f"{names[-1]} has {len(entries)} of {wanted} entries: what comes after cannot be checked"
        bundle.findings.append(Finding(Kind.LOG_INCOMPLETE, detail))
        return bundle
    del entries[wanted:]
    levels = levels_over([leaf_hash(entry) for entry in entries])
    asked = {count for count in range(wanted + 1) if number * WIDTH + count in stretch.counts} | {wanted}
    bundle.entries, bundle.roots = wanted, {count: perfect_roots(levels, count) for count in asked}
    bundle.findings += compared(stretch.worm, tile, b"".join(levels[0]), required=wanted == WIDTH)
    for index, entry in enumerate(entries, number * WIDTH):
        _lay_out(entry, index, bundle.findings, out)
    return bundle


def compared(worm: Reader, name: str, hashes: bytes, *, required: bool) -> Iterable[Finding]:
    """A tile beside the hashes that it should have."""
    data = worm.read(name)
    if data is None and required:
        yield Finding(Kind.LOG_INCOMPLETE, f"{name} is missing")
    if data is not None and data != hashes:
        yield Finding(Kind.TILE_ALTERED, f"{name} does not have the hashes of the entries")


def unpacked(data: bytes) -> list[bytes]:
    """Entries, each preceded by its length in two bytes."""
    entries, place = [], 0
    while place + 2 <= len(data):
        length = int.from_bytes(data[place : place + 2])
        entry = data[place + 2 : place + 2 + length]
        if len(entry) < length:
            break
        entries.append(entry)
        place += 2 + length
    return entries


def tile_path(number: int) -> str:
    """`x001/x234/067` for 1234067."""
    digits = f"{number:03d}"
    digits = digits.zfill((len(digits) + 2) // 3 * 3)
    parts = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    return "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])


def _lay_out(entry: bytes, index: int, findings: list[Finding], out: spool.Spool) -> None:
    try:
        event = json_lines.read(entry)
        chain, seq, happened = str(event["request_id"]), int(event["seq"]), str(event["at"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        seq = -1
    if not 0 <= seq < _PLACES:
        findings.append(Finding(Kind.LOG_ALTERED, f"entry {index} of the log is no event"))
        return
    # Only we write this, so no field can contain the separator.
    row = [index, chain, seq, hashlib.sha256(entry).hexdigest(), happened]
    out.put(spool.key(chain), json_lines.write(row))
