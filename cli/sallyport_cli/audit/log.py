"""The log of all events: checkpoints with their signatures, the tree rebuilt from every entry, tiles."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from sallyport_cli.audit.buckets import Job
from sallyport_cli.audit.entries import WIDTH, Bundle, Stretch, compared, names_of, read_stretch, tile_path
from sallyport_cli.audit.findings import CannotTell, Finding, Kind
from sallyport_cli.audit.keys import Keys
from sallyport_cli.audit.tree import Checkpoint, NoCheckpoint, Tree, levels_over, perfect_roots, read
from sallyport_cli.audit.workers import Run
from sallyport_cli.audit.worm import Worm

# Bundles for a process at a time: 16,384 entries, some ten megabytes.
_STRETCH = 64


@dataclass(slots=True)
class Log:
    """The log by its checkpoints that can be believed. `entries`: how many of its first could be checked so far."""

    kept: list[Checkpoint]
    newest: Checkpoint
    seen: Checkpoint | None
    findings: list[Finding]
    entries: int = 0


def read_checkpoints(worm: Worm, key: Keys | None, seen: Checkpoint | None) -> Log:
    """Raises CannotTell."""
    findings: list[Finding] = []
    kept = _checkpoints(worm, key, findings)
    if seen is not None and key is not None and not key.signed(seen):
        raise CannotTell("the checkpoint given with --seen is not signed by this key")
    if not kept:
        raise CannotTell("the log has no checkpoint that can be believed" + "".join(f"; {f}" for f in findings[:3]))
    newest = max(kept, key=lambda checkpoint: (checkpoint.size, checkpoint.time))
    if seen is not None and (seen.size, seen.time) > (newest.size, newest.time):
        detail = f"the auditor has seen {seen.size} events, the newest checkpoint covers {newest.size}"
        findings.append(Finding(Kind.ROLLED_BACK, detail))
    return Log(kept, newest, seen, findings)


def read_entries(log: Log, worm: Worm, job: Job, run: Run) -> None:
    """Check the log up to its newest checkpoint and lay its entries into buckets."""
    worm.names("tile/")
    _check_tree(log, worm, job, run)
    log.findings += worm.findings


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
    """Each names one before it. Two may name the same one, because a notary may have died between two writes."""
    known: set[str] = set()
    for checkpoint in kept:
        first = checkpoint.previous == "0" * 64
        if (first and known) or (not first and checkpoint.previous not in known):
            detail = f"the checkpoint of {checkpoint.size} events follows one that is missing"
            findings.append(Finding(Kind.CHECKPOINT_CHAIN, detail))
        known.add(checkpoint.digest)


def _check_tree(log: Log, worm: Worm, job: Job, run: Run) -> None:
    """Rebuild the tree. Every checkpoint's root must be that of the log's first entries, as many as it counts: so
    each is consistent with all others."""
    at: dict[int, list[tuple[Checkpoint, Kind]]] = {}
    for checkpoint in log.kept:
        at.setdefault(checkpoint.size, []).append((checkpoint, Kind.TREE_DIFFERS))
    if log.seen is not None:
        at.setdefault(log.seen.size, []).append((log.seen, Kind.FORKED))
    tree, tiles = Tree(), _Tiles(worm, log.findings)
    for bundle in _bundles(worm, log.newest.size, sorted(at), job, run):
        log.findings += bundle.findings
        for count in sorted(bundle.roots):
            log.findings += _differing(at.pop(tree.size + count, []), tree.root_with(bundle.roots[count]))
        log.entries += bundle.entries
        if bundle.entries == WIDTH:
            (root,) = bundle.roots[WIDTH]
            tree.add(root, WIDTH)
            tiles.add(1, root)
    tiles.finish()
    log.findings += _differing(at.pop(log.entries, []), tree.root_with(()))


def _bundles(worm: Worm, size: int, counts: list[int], job: Job, run: Run) -> Iterator[Bundle]:
    """Up to the first that is not complete."""

    def stretches() -> Iterator[Stretch]:
        for first in range(0, -(-size // WIDTH), _STRETCH):
            numbers = range(first, min(first + _STRETCH, -(-size // WIDTH)))
            asked = counts[bisect_left(counts, first * WIDTH) : bisect_right(counts, numbers.stop * WIDTH)]
            reader = worm.handed(name for number in numbers for name in names_of(number, size))
            yield Stretch(job, reader, numbers, size, frozenset(asked))

    for bundles in run(read_stretch, stretches()):
        yield from bundles
        if not bundles[-1].entries:
            return


def _differing(due: list[tuple[Checkpoint, Kind]], root: bytes) -> Iterator[Finding]:
    for checkpoint, kind in due:
        if root != checkpoint.root:
            size, time = checkpoint.size, checkpoint.time
            detail = f"the log's first {size} entries do not have the root of the checkpoint of {time}"
            yield Finding(kind, detail)


class _Tiles:
    """The hash tiles above the lowest level, rebuilt and compared with the stored ones."""

    def __init__(self, worm: Worm, findings: list[Finding]) -> None:
        self._worm, self._findings = worm, findings
        self._rows: dict[int, list[bytes]] = {}
        self._numbers: dict[int, int] = {}

    def add(self, level: int, digest: bytes) -> None:
        row = self._rows.setdefault(level, [])
        row.append(digest)
        if len(row) == WIDTH:
            number = self._numbers.get(level, 0)
            self._findings += compared(self._worm, f"tile/{level}/{tile_path(number)}", b"".join(row), required=True)
            self._rows[level], self._numbers[level] = [], number + 1
            (root,) = perfect_roots(levels_over(row), WIDTH)
            self.add(level + 1, root)

    def finish(self) -> None:
        """The partial tiles at the right edge, where they exist."""
        for level, row in self._rows.items():
            if row:
                name = f"tile/{level}/{tile_path(self._numbers.get(level, 0))}.p/{len(row)}"
                self._findings += compared(self._worm, name, b"".join(row), required=False)
