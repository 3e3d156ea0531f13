"""What a verification found: findings, which accuse, and counts, which do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sallyport_cli.audit.shown import shown


class Kind(StrEnum):
    """What was done to the evidence, by the trace that it left. docs/audit-format.md describes each."""

    # The export as files.
    MANIFEST_MISSING = "manifest_missing"
    MANIFEST_ALTERED = "manifest_altered"
    FILE_MISSING = "file_missing"
    FILE_ALTERED = "file_altered"
    FILE_ADDED = "file_added"
    COUNT_DIFFERS = "count_differs"
    FILTERED = "filtered"
    # Single events and their chains.
    UNREADABLE = "unreadable"
    ALTERED = "altered"
    NOT_CANONICAL = "not_canonical"
    REWRITTEN = "rewritten"
    REMOVED = "removed"
    REQUEST_REMOVED = "request_removed"
    DUPLICATED = "duplicated"
    OVERWRITTEN = "overwritten"
    MISPLACED = "misplaced"
    ILLEGAL = "illegal"
    POLICY_UNNOTED = "policy_unnoted"
    # The events beside the log.
    NOT_IN_LOG = "not_in_log"
    DIFFERS_FROM_LOG = "differs_from_log"
    # The log itself.
    LOG_INCOMPLETE = "log_incomplete"
    LOG_ALTERED = "log_altered"
    TILE_ALTERED = "tile_altered"
    TREE_DIFFERS = "tree_differs"
    BAD_SIGNATURE = "bad_signature"
    CHECKPOINT_MALFORMED = "checkpoint_malformed"
    CHECKPOINT_CHAIN = "checkpoint_chain"
    ROLLED_BACK = "rolled_back"
    FORKED = "forked"
    # Receipts.
    PROOF_MALFORMED = "proof_malformed"
    # What people were shown.
    VIEW_MISSING = "view_missing"
    VIEW_ALTERED = "view_altered"
    VERSION_OVERWRITTEN = "version_overwritten"
    VERSION_DELETED = "version_deleted"


# Where everything was altered, a full list would help nobody and use up all memory.
_MOST = 10_000


class CannotTell(Exception):
    """There is nothing to verify: exit code 2. The message says what is missing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`chain` is a request's id (or another chain's name) and `seq` the place in it, where the finding has one."""

    kind: Kind
    detail: str
    chain: str | None = None
    seq: int | None = None

    def __str__(self) -> str:
        place = " ".join(str(part) for part in (self.chain, self.seq) if part is not None)
        return f"{place or 'export'}: {self.kind.value}: {self.detail}"

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "request": self.chain, "sequence": self.seq, "detail": self.detail}


@dataclass(slots=True)
class Tally:
    """The result of one part of the work; parts are added up."""

    findings: list[Finding] = field(default_factory=list)
    more: int = 0
    events: int = 0
    chains: int = 0
    torn: int = 0
    pending: int = 0
    newer: int = 0
    # Policies noted in the deployment's chain, and for each that judged, the first place where it did.
    noted: set[str] = field(default_factory=set)
    judged: dict[str, tuple[str, int, str]] = field(default_factory=dict)

    def found(self, *findings: Finding) -> None:
        """Keep as many as somebody would read; the rest are only counted."""
        kept = findings[: max(0, _MOST - len(self.findings))]
        self.findings += kept
        self.more += len(findings) - len(kept)

    def add(self, other: Tally) -> None:
        self.found(*other.findings)
        self.more += other.more
        self.events += other.events
        self.chains += other.chains
        self.torn += other.torn
        self.pending += other.pending
        self.newer += other.newer
        self.noted |= other.noted
        for digest, place in other.judged.items():
            self.judged[digest] = min(place, self.judged.get(digest, place), key=lambda p: p[2])


@dataclass(frozen=True, slots=True)
class Report:
    """The whole answer. `facts` says what was looked at, `open` is what this verification could not show."""

    findings: tuple[Finding, ...]
    facts: Mapping[str, Any]
    open: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        return 1 if self.findings else 0

    def as_json(self) -> dict[str, Any]:
        verdict = "tampered" if self.findings else "clean"
        found = [finding.as_json() for finding in self.findings]
        return {"verdict": verdict, **self.facts, "findings": found, "leaves_open": list(self.open)}

    def words(self) -> str:
        return "\n".join(map(shown, self._lines()))

    def _lines(self) -> Iterable[str]:
        facts = self.facts
        time = facts["export_time"] or "no known time"
        yield f"{facts['events']:,} events in {facts['chains']:,} chains, export of {time}"
        if facts.get("checkpoint"):
            newest = facts["checkpoint"]
            yield f"newest checkpoint: {newest['size']:,} events at {newest['time']}, {facts['checkpoints']} in all"
            yield f"pending (newer than the checkpoint): {facts['pending']:,} events"
            yield f"in the log and newer than the export: {facts['newer_than_export']:,} events"
        if facts["torn"]:
            yield f"at the export's edge, their neighbours not exported yet: {facts['torn']:,} events"
        yield from self._end()

    def _end(self) -> Iterable[str]:
        if "views" in self.facts:
            yield f"digests of kept views computed again: {self.facts['views']:,}"
        yield from (str(finding) for finding in self.findings)
        if self.open:
            yield f"not shown by this: {'; '.join(self.open)}"
        yield f"TAMPERED: {len(self.findings) + self.facts['more_findings']:,} findings" if self.findings else "clean"
