"""A request's receipt, made from the WORM copy; and a receipt compared with it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sallyport_cli.audit.findings import CannotTell, Finding, Kind
from sallyport_cli.audit.history import histories_in
from sallyport_cli.audit.receipts import Entry, Receipt, check
from sallyport_cli.audit.tiles import NoTile, Tiles
from sallyport_cli.audit.tlog_proof import Proof
from sallyport_cli.audit.tree import Checkpoint, NoCheckpoint, read
from sallyport_cli.audit.worm import Worm
from sallyport_cli.errors import UsageError

# Chain names become parts of object names.
_CHAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+=,-]*")


@dataclass(frozen=True, slots=True)
class Made:
    """`later` events are in the log, and no checkpoint covers them yet."""

    receipt: Receipt
    later: int


class Untrue(Exception):
    """The copy contradicts itself, so that it gives no receipt."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def newest(worm: Worm) -> Checkpoint:
    """Raises CannotTell."""
    try:
        return read(worm.current("checkpoint") or b"")
    except NoCheckpoint:
        raise CannotTell("the WORM copy has no checkpoint that can be read") from None


def make(worm: Worm, chain: str, checkpoint: Checkpoint) -> Made:
    """The receipt as of `checkpoint`. Reads a few tiles for each event. Raises UsageError or Untrue.

    Where an event stands is looked up in the index, which anybody may have written. So the entry must be the event, and
    the proof is the caller's to verify.
    """
    if _CHAIN.fullmatch(chain) is None:
        raise UsageError(f"{chain!r} is no request's id")
    places = _places(worm, chain)
    if not places:
        raise UsageError(f"the log's index has no event of {chain}")
    covered = next((seq for seq, place in enumerate(places) if place >= checkpoint.size), len(places))
    if not covered:
        raise UsageError(
            f"{chain} is newer than the checkpoint of {checkpoint.time.isoformat()}: wait for the next one"
        )
    tiles = Tiles(worm, checkpoint.size)
    entries = [_entry(tiles, chain, seq, place, checkpoint) for seq, place in enumerate(places[:covered])]
    return Made(Receipt(chain, checkpoint.note, tuple(entries)), len(places) - covered)


def _places(worm: Worm, chain: str) -> list[int]:
    """Where the chain's events are in the log, by number; up to the first that the index does not have."""
    worm.names(f"index/{chain}/")
    places: list[int] = []
    while (place := worm.read(f"index/{chain}/{len(places):010d}")) is not None:
        places.append(int.from_bytes(place))
    return places


def _entry(tiles: Tiles, chain: str, seq: int, place: int, checkpoint: Checkpoint) -> Entry:
    try:
        event = tiles.entry(place)
        if not _is(event, chain, seq):
            detail = f"the index names entry {place} of the log, which is another event"
            raise Untrue(Finding(Kind.LOG_ALTERED, detail, chain, seq))
        return Entry(event.decode(), Proof(place, tiles.proof(place), checkpoint.note).text())
    except NoTile as missing:
        raise Untrue(Finding(Kind.LOG_INCOMPLETE, str(missing), chain, seq)) from None


def _is(entry: bytes, chain: str, seq: int) -> bool:
    try:
        said = json.loads(entry.decode())
        return (said["request_id"], said["seq"]) == (chain, seq)
    except (ValueError, KeyError, TypeError):
        return False


def beside_export(made: Made, folder: Path) -> tuple[list[Finding], int]:
    """Where the export differs, and how many of its events the receipt does not cover. Raises CannotTell."""
    chain = made.receipt.request
    history = next(histories_in(folder, only=[chain]), None)
    if history is None:
        raise UsageError(f"the export has no event of {chain}")
    there = {event.seq: event.text for event in history.events}
    findings = []
    for seq, entry in enumerate(made.receipt.entries):
        if seq in there and there[seq] != entry.event:
            findings.append(Finding(Kind.DIFFERS_FROM_LOG, "another event was notarized in its place", chain, seq))
    return findings, sum(seq >= len(made.receipt.entries) for seq in there)


def beside_log(receipt: Receipt, worm: Worm) -> Sequence[Finding]:
    """Whether the log kept the receipt's checkpoint, and what that checkpoint covers of the request beyond the receipt.

    A receipt whose last events were cut off is sound in itself; only the log shows that they are missing. Raises
    CannotTell.
    """
    try:
        checkpoint = read(receipt.checkpoint)
    except NoCheckpoint:
        return []
    name = f"checkpoints/{checkpoint.size:020d}-{checkpoint.time:%Y%m%dT%H%M%SZ}.note"
    if worm.find(name) != checkpoint.note:
        return [Finding(Kind.CHECKPOINT_CHAIN, f"the log has not kept its checkpoint ({name})", receipt.request)]
    try:
        there = make(worm, receipt.request, checkpoint).receipt
    except Untrue as untrue:
        return [untrue.finding]
    except UsageError as reason:
        raise CannotTell(str(reason)) from None
    if unproved := check(there, None).findings:
        raise CannotTell(f"the WORM copy contradicts its own index: {unproved[0]}")
    detail = "it was notarized before the checkpoint and is not in the receipt"
    kept = {entry.event for entry in receipt.entries}
    return [
        Finding(Kind.REMOVED, detail, receipt.request, seq)
        for seq, entry in enumerate(there.entries)
        if entry.event not in kept and seq >= len(receipt.entries)
    ]
