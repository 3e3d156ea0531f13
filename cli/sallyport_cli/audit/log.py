"""The log of all events: checkpoints with their signatures, the tree made again from every entry, tiles."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from sallyport_cli.audit.findings import CannotTell, Finding, Kind
from sallyport_cli.audit.keys import Keys
from sallyport_cli.audit.spool import Spool
from sallyport_cli.audit.tree import Checkpoint, NoCheckpoint, Tree, leaf_hash, node_hash, read
from sallyport_cli.audit.worm import Worm

WIDTH = 256


@dataclass(slots=True)
class Log:
    """What was found. `newest` is the newest checkpoint that can be believed."""

    newest: Checkpoint
    checkpoints: int
    findings: list[Finding] = field(default_factory=list)


def read_log(worm: Worm, key: Keys | None, seen: Checkpoint | None, out: Spool) -> Log:
    """Check the log up to its newest checkpoint and lay its entries into buckets. Raises CannotTell."""
    findings: list[Finding] = []
    kept = _checkpoints(worm, key, findings)
    if seen is not None and key is not None and not key.signed(seen):
        raise CannotTell("the checkpoint that was seen before is not signed by this key")
    if not kept:
        raise CannotTell("the log has no checkpoint that can be believed" + "".join(f"; {f}" for f in findings[:3]))
    newest = max(kept, key=lambda checkpoint: (checkpoint.size, checkpoint.time))
    if seen is not None and (seen.size, seen.time) > (newest.size, newest.time):
        detail = f"the auditor has seen {seen.size} events, the newest checkpoint covers {newest.size}"
        findings.append(Finding(Kind.ROLLED_BACK, detail))
    worm.names("tile/")
    _check_tree(worm, kept, seen, newest, findings, out)
    out.flush()
    return Log(newest, len(kept), [*findings, *worm.findings])


def _checkpoints(worm: Worm, key: Keys | None, findings: list[Finding]) -> list[Checkpoint]:
    kept: list[Checkpoint] = []
    for name in worm.names("checkpoints/"):
        checkpoint = _checkpoint(worm.read(name) or b"", name, key, findings)
        if checkpoint is None:
            continue
        if name != f"checkpoints/{checkpoint.size:020d}-{checkpoint.time:%Y%m%dT%H%M%SZ}.note":
            findings.append(Finding(Kind.CHECKPOINT_MALFORMED, f"{name} is the checkpoint of another name"))
        kept.append(checkpoint)
    kept.sort(key=lambda checkpoint: (checkpoint.size, checkpoint.time))
    _check_chain(kept, findings)
    if key is not None:
        findings += key.out_of_order(kept)
    if hasattr(worm, "bucket"):
        worm.names("checkpoint")
    current = worm.newest("checkpoint")
    if current is None:
        findings.append(Finding(Kind.LOG_INCOMPLETE, "checkpoint is missing"))
        return kept
    pointed = _checkpoint(current, "checkpoint", key, findings)
    if pointed is not None and kept and pointed.note != kept[-1].note:
        older = pointed.note in {checkpoint.note for checkpoint in kept}
        detail = "checkpoint is an older one" if older else "checkpoint is not among those that were kept"
        findings.append(Finding(Kind.ROLLED_BACK if older else Kind.CHECKPOINT_CHAIN, detail))
    return kept


def _checkpoint(note: bytes, name: str, key: Keys | None, findings: list[Finding]) -> Checkpoint | None:
    try:
        checkpoint = read(note)
    except NoCheckpoint:
        findings.append(Finding(Kind.CHECKPOINT_MALFORMED, f"{name} is no checkpoint"))
        return None
    if key is not None and not key.signed(checkpoint):
        findings.append(Finding(Kind.BAD_SIGNATURE, f"{name} is not signed by the key"))
        return None
    return checkpoint


def _check_chain(kept: list[Checkpoint], findings: list[Finding]) -> None:
    """Each names one before it. Two may name the same: a notary that died between two writes."""
    known: set[str] = set()
    for checkpoint in kept:
        first = checkpoint.previous == "0" * 64
        if (first and known) or (not first and checkpoint.previous not in known):
            detail = f"the checkpoint of {checkpoint.size} events follows one that is not there"
            findings.append(Finding(Kind.CHECKPOINT_CHAIN, detail))
        known.add(checkpoint.digest)


def _check_tree(
    worm: Worm,
    kept: list[Checkpoint],
    seen: Checkpoint | None,
    newest: Checkpoint,
    findings: list[Finding],
    out: Spool,
) -> None:
    """Make the tree again. Every checkpoint's root must be that of the log's first entries, as many as it counts: so
    each is consistent with all others."""
    at: dict[int, list[tuple[Checkpoint, Kind]]] = {}
    for checkpoint in kept:
        at.setdefault(checkpoint.size, []).append((checkpoint, Kind.TREE_DIFFERS))
    if seen is not None:
        at.setdefault(seen.size, []).append((seen, Kind.FORKED))
    tree, tiles = Tree(), _Tiles(worm, findings)
    for index, entry in enumerate(_entries(worm, newest.size, findings)):
        _check_roots(at.pop(index, []), tree, findings)
        leaf = leaf_hash(entry)
        tree.add(leaf)
        tiles.add(0, leaf)
        _lay_out(entry, index, findings, out)
    tiles.finish()
    _check_roots(at.pop(tree.size, []), tree, findings)


def _check_roots(due: list[tuple[Checkpoint, Kind]], tree: Tree, findings: list[Finding]) -> None:
    for checkpoint, kind in due:
        if tree.root() != checkpoint.root:
            detail = f"the log's first {tree.size} entries do not have the root of the checkpoint of {checkpoint.time}"
            findings.append(Finding(kind, detail))


def _entries(worm: Worm, size: int, findings: list[Finding]) -> Iterator[bytes]:
    for number in range((size + WIDTH - 1) // WIDTH):
        wanted = min(WIDTH, size - number * WIDTH)
        name = f"tile/entries/{tile_path(number)}"
        # A partial bundle may have grown full since its checkpoint.
        data = (worm.read(f"{name}.p/{wanted}") if wanted < WIDTH else None) or worm.read(name)
        entries = unpacked(data or b"")
        if len(entries) < wanted:
            detail = f"{name} has {len(entries)} of {wanted} entries: what comes after cannot be checked"
            findings.append(Finding(Kind.LOG_INCOMPLETE, detail))
            return
        yield from entries[:wanted]


def unpacked(data: bytes) -> list[bytes]:
    """Entries with their lengths before them, two bytes each."""
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


def _lay_out(entry: bytes, index: int, findings: list[Finding], out: Spool) -> None:
    try:
        event = json.loads(entry)
        chain, seq, happened = str(event["request_id"]), int(event["seq"]), str(event["at"])
    except (ValueError, KeyError, TypeError):
        findings.append(Finding(Kind.LOG_ALTERED, f"entry {index} of the log is no event"))
        return
    # Written by nobody else, so that no field can have the separator in it.
    row = [chain, seq, hashlib.sha256(entry).hexdigest(), happened]
    out.put(chain.encode("utf-8", "surrogatepass"), json.dumps(row).encode())


class _Tiles:
    """The hash tiles, made again and compared with those that are there."""

    def __init__(self, worm: Worm, findings: list[Finding]) -> None:
        self._worm, self._findings = worm, findings
        self._levels: list[list[bytes]] = []
        self._numbers: list[int] = []

    def add(self, level: int, digest: bytes) -> None:
        if level == len(self._levels):
            self._levels.append([])
            self._numbers.append(0)
        row = self._levels[level]
        row.append(digest)
        if len(row) == WIDTH:
            self._compare(level, f"tile/{level}/{tile_path(self._numbers[level])}", required=True)
            top = row
            while len(top) > 1:
                top = [node_hash(top[i], top[i + 1]) for i in range(0, len(top), 2)]
            self._levels[level] = []
            self._numbers[level] += 1
            self.add(level + 1, top[0])

    def finish(self) -> None:
        """The partial tiles at the right end, where they are there."""
        for level, row in enumerate(self._levels):
            if row:
                name = f"tile/{level}/{tile_path(self._numbers[level])}.p/{len(row)}"
                self._compare(level, name, required=False)

    def _compare(self, level: int, name: str, *, required: bool) -> None:
        data = self._worm.read(name)
        if data is None and required:
            self._findings.append(Finding(Kind.LOG_INCOMPLETE, f"{name} is missing"))
        if data is not None and data != b"".join(self._levels[level]):
            self._findings.append(Finding(Kind.TILE_ALTERED, f"{name} does not have the hashes of the entries"))
