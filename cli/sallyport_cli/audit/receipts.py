"""Receipts: one request's events, each with the proof that it is in the log, and the checkpoint, in one file.

docs/audit-format.md has the format. What is verified here needs nothing but the file and the notary's key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from sallyport_cli.audit.chains import GENESIS, Chain, Item, Limits
from sallyport_cli.audit.findings import CannotTell, Finding, Kind, Report, Tally
from sallyport_cli.audit.keys import Keys
from sallyport_cli.audit.tlog_proof import NoProof, read_proof
from sallyport_cli.audit.tree import Checkpoint, NoCheckpoint, leaf_hash, read

FORMAT = "sallyport/receipt@v1"
_MEMBERS = {"format", "request", "checkpoint", "events"}
_NO_KEY = "that the checkpoint is the notary's own (--key shows it)"
_ONE_LOG = (
    "that the notary signed no other log beside this one (a checkpoint that you kept, and verify DIR --seen, show it)"
)
_POLICIES = "that the deployment's chain names the policies by which the events were judged"


@dataclass(frozen=True, slots=True)
class Entry:
    """An event's exact text, and a C2SP tlog-proof of it."""

    event: str
    proof: str

    @property
    def said(self) -> Mapping[str, Any]:
        """What the text says; empty if it cannot be read."""
        try:
            said = json.loads(self.event)
        except ValueError:
            return {}
        return said if isinstance(said, dict) else {}

    def seq(self, place: int) -> int:
        """The event's number; `place` where the text has none."""
        seq = self.said.get("seq")
        return seq if isinstance(seq, int) and 0 <= seq < 10**10 else place


@dataclass(frozen=True, slots=True)
class Receipt:
    """`request` is the chain's name, `checkpoint` a whole signed note."""

    request: str
    checkpoint: bytes
    entries: tuple[Entry, ...]

    def text(self) -> str:
        told = {
            "format": FORMAT,
            "request": self.request,
            "checkpoint": self.checkpoint.decode(),
            "events": [{"event": entry.event, "proof": entry.proof} for entry in self.entries],
        }
        return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def read_receipt(path: Path) -> Receipt:
    """Raises CannotTell for a file that is not a receipt."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_members)
        if told.keys() != _MEMBERS or told["format"] != FORMAT:
            raise ValueError
        entries = [Entry(each["event"], each["proof"]) for each in told["events"] if len(each) == 2]
        texts = [told["request"], told["checkpoint"], *(text for e in entries for text in (e.event, e.proof))]
        if not entries or len(entries) != len(told["events"]) or not all(isinstance(text, str) for text in texts):
            raise ValueError
        return Receipt(told["request"], told["checkpoint"].encode("utf-8", "surrogatepass"), tuple(entries))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CannotTell(f"{path} is neither an export's folder nor a receipt") from None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A duplicate member could be read in two ways."""
    if len(dict(pairs)) != len(pairs):
        raise ValueError
    return dict(pairs)


def check(receipt: Receipt, key: Keys | None, beside: Iterable[Finding] | None = None) -> Report:
    """What the receipt shows by itself. `beside` is what a comparison with the WORM copy found, None without one."""
    tally = Tally()
    checkpoint = _checkpoint(receipt, key, tally)
    _check_chain(receipt, tally)
    if checkpoint is not None:
        for place, entry in enumerate(receipt.entries):
            _check_proof(entry, place, receipt, checkpoint, tally)
    tally.found(*(beside or ()))
    order = sorted(tally.findings, key=lambda f: (f.seq if f.seq is not None else -1, f.kind))
    open_ = tuple(_open(receipt, keyed=key is not None, compared=beside is not None))
    return ReceiptReport(tuple(order), _facts(receipt, checkpoint, tally, keyed=key is not None), open_)


def _checkpoint(receipt: Receipt, key: Keys | None, tally: Tally) -> Checkpoint | None:
    try:
        checkpoint = read(receipt.checkpoint)
    except NoCheckpoint:
        tally.found(
            Finding(
                Kind.CHECKPOINT_MALFORMED, "its checkpoint is not a checkpoint, so nothing is proved", receipt.request
            )
        )
        return None
    if key is not None and not key.signed(checkpoint):
        tally.found(Finding(Kind.BAD_SIGNATURE, "its checkpoint is not signed by the key", receipt.request))
    return checkpoint


def _check_chain(receipt: Receipt, tally: Tally) -> None:
    items: list[Item] = []
    for place, entry in enumerate(receipt.entries):
        items.append(_item(receipt.request, entry, place, items[-1].hash if items else GENESIS))
    for before, item in pairwise(items):
        if item.sk < before.sk:
            detail = "it comes after a later one"
            tally.found(Finding(Kind.MISPLACED, detail, receipt.request, int(item.sk)))
    Chain(receipt.request, Limits(), tally).check(items, None)


def _item(chain: str, entry: Entry, place: int, previous: str) -> Item:
    """The item that the audit table would have. A text that does not state its place is judged where it stands."""
    before = entry.said.get("prev_hash")
    digest = hashlib.sha256(entry.event.encode("utf-8", "surrogatepass")).hexdigest()
    before = before if isinstance(before, str) else previous
    return Item(chain, f"{entry.seq(place):010d}", entry.event, digest, before)


def _check_proof(entry: Entry, place: int, receipt: Receipt, checkpoint: Checkpoint, tally: Tally) -> None:
    where = receipt.request, entry.seq(place)
    try:
        proof = read_proof(entry.proof)
        if proof.checkpoint != receipt.checkpoint:
            raise NoProof("a proof for another checkpoint than the receipt's")
        root = proof.root(leaf_hash(entry.event.encode("utf-8", "surrogatepass")), checkpoint.size)
    except NoProof as reason:
        tally.found(Finding(Kind.PROOF_MALFORMED, str(reason), *where))
        return
    if root != checkpoint.root:
        tally.found(Finding(Kind.NOT_IN_LOG, "its proof does not lead to the checkpoint's root", *where))


def _facts(receipt: Receipt, checkpoint: Checkpoint | None, tally: Tally, *, keyed: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"request": receipt.request, "events": tally.events, "more_findings": tally.more}
    if checkpoint is not None:
        told["checkpoint"] = {
            "origin": checkpoint.origin,
            "size": checkpoint.size,
            "time": checkpoint.time.isoformat(),
            "digest": checkpoint.digest,
        }
    return {**told, "signatures_checked": keyed}


def _open(receipt: Receipt, *, keyed: bool, compared: bool) -> Iterator[str]:
    if not keyed:
        yield _NO_KEY
    last = receipt.entries[-1].said
    kind = last.get("type", "nothing readable")
    end = "" if kind == "request.closed" or not receipt.request.startswith("req-") else ", which is not its end"
    how = "that is not notarized yet" if compared else "(--worm shows what was notarized)"
    yield f"what happened after the last event of the receipt, {kind}{end} {how}"
    yield _ONE_LOG
    yield _POLICIES


@dataclass(frozen=True, slots=True)
class ReceiptReport(Report):
    """A report on one request."""

    def _lines(self) -> Iterable[str]:
        facts = self.facts
        yield f"receipt of {facts['request']}: {facts['events']:,} events"
        if "checkpoint" in facts:
            told = facts["checkpoint"]
            yield f"checkpoint of {told['origin']}: {told['size']:,} events at {told['time']}"
        yield from self._end()
