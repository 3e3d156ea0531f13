"""Record what was done to the audit table where nobody can remove it: digests, and the event that stood there.

Nothing that somebody put into the table by hand is copied, since it could be anything: only its digest is.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from re import Pattern

from sallyport.domain.canonical import JSON, canonical, sha256_hex
from sallyport.domain.clock import stamp
from sallyport.domain.evidence import Disproved, opened
from sallyport.domain.notary import CHAIN_NAME, PLACE_NAME, Change, NotaryPorts, Run, Stored


class Tampering(StrEnum):
    """What was done to an item. `rewritten`: with other bytes than the log has; `malformed`: not an event."""

    MODIFIED = "modified"
    REMOVED = "removed"
    REWRITTEN = "rewritten"
    MALFORMED = "malformed"


def keep_change(change: Change, ports: NotaryPorts, run: Run) -> None:
    """An item that was there was changed or removed. The alarm comes first: the bucket may be out of reach."""
    kind = Tampering.REMOVED if change.new_digest is None else Tampering.MODIFIED
    facts: dict[str, JSON] = {"old": _side(change.old, change.old_digest), "new": _side(None, change.new_digest)}
    _keep(kind, (change.chain, change.place, change.event_id), facts, ports, run)


def keep_refused(kind: Tampering, stored: Stored, ports: NotaryPorts, run: Run) -> None:
    """An item was put that the log does not take."""
    digest = sha256_hex(stored.link.body.encode("utf-8", "surrogatepass"))
    _keep(kind, (stored.chain, stored.link.place, digest), {"new": {"event_sha256": digest}}, ports, run)


def _keep(
    kind: Tampering, names: tuple[str, str, str], facts: Mapping[str, JSON], ports: NotaryPorts, run: Run
) -> None:
    allowed = (CHAIN_NAME, PLACE_NAME, CHAIN_NAME)
    chain, place, name = (_named(pattern, name) for pattern, name in zip(allowed, names, strict=True))
    run.alarm(chain)
    said: dict[str, JSON] = {"v": 1, "kind": kind.value, "at": stamp(run.clock()), "chain": chain, "seq": place}
    ports.worm.put_new(f"tampering/{chain}/{place}/{name}.json", canonical({**said, **facts}))


def _side(stored: Stored | None, digest: str | None) -> JSON:
    side: dict[str, JSON] = {"image_sha256": digest}
    if stored is not None:
        try:
            opened(stored.link, stored.chain)
        except Disproved:
            return side
        side |= {"event": stored.link.body, "hash": stored.link.hash, "prev_hash": stored.link.prev_hash}
    return side


def _named(allowed: Pattern[str], name: str) -> str:
    """A name as it is where it is one of ours, otherwise its digest: somebody may have written a patient's there."""
    return name if allowed.fullmatch(name) else "digest-" + sha256_hex(name.encode("utf-8", "surrogatepass"))
