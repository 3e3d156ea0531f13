"""The auditor's own copy of the notary's public keys: one, or all that it has signed with, in the order of use."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from sallyport_cli.audit.findings import CannotTell, Finding, Kind
from sallyport_cli.audit.tree import ED25519, Checkpoint, Key, key_id


@dataclass(frozen=True, slots=True)
class Row:
    """A key, and the instant from which on it signs; None where the auditor does not say."""

    key: Key
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Keys:
    """A key counts from its `since` until the next one's. In any case no key may sign after a later one has."""

    rows: tuple[Row, ...]

    def signed(self, checkpoint: Checkpoint) -> bool:
        return self.rank(checkpoint) is not None

    def rank(self, checkpoint: Checkpoint) -> int | None:
        """The row of the key that signed it while that key counted; None if none of these did."""
        until = [*(row.since for row in self.rows[1:]), None]
        for rank, (row, end) in enumerate(zip(self.rows, until, strict=True)):
            counts = (row.since is None or row.since <= checkpoint.time) and (end is None or checkpoint.time < end)
            if counts and row.key.signed(checkpoint):
                return rank
        return None

    def out_of_order(self, kept: Iterable[Checkpoint]) -> Iterator[Finding]:
        """Checkpoints, in their own order, signed by a key that had already been replaced."""
        highest = -1
        for checkpoint in kept:
            rank = self.rank(checkpoint)
            if rank is not None and rank < highest:
                detail = f"the checkpoint of {checkpoint.size} events is signed by a key that had been replaced"
                yield Finding(Kind.BAD_SIGNATURE, detail)
            highest = max(highest, rank if rank is not None else -1)


def read_keys(path: Path) -> Keys:
    """A PEM file (SubjectPublicKeyInfo), or lines `name+keyid+base64`, each with the instant from which on it signs,
    if there are several, oldest first. Raises CannotTell."""
    try:
        data = path.read_bytes()
        if data.startswith(b"-----BEGIN"):
            return Keys((Row(_pem(data)),))
        rows = [_row(line.split()) for line in data.decode().splitlines() if line.strip()]
        if not rows or any(a.since and b.since and a.since >= b.since for a, b in pairwise(rows)):
            raise ValueError
        return Keys(tuple(rows))
    except (OSError, ValueError):
        raise CannotTell(
            f"{path} is no Ed25519 public key: PEM, or a line name+keyid+key for each, the oldest first, "
            "with the time from which on it signs behind it"
        ) from None


def _pem(data: bytes) -> Key:
    found = load_pem_public_key(data)
    if not isinstance(found, Ed25519PublicKey):
        raise ValueError("another kind of key")  # noqa: TRY004 - what the file holds is wrong, not an argument's type
    return Key(found.public_bytes(Encoding.Raw, PublicFormat.Raw))


def _row(words: list[str]) -> Row:
    vkey, *since = words
    name, identity, encoded = vkey.split("+", 2)
    raw = base64.b64decode(encoded, validate=True)
    if raw[:1] != ED25519 or len(raw) != 33 or key_id(name, raw[1:]).hex() != identity or len(since) > 1:
        raise ValueError
    return Row(Key(raw[1:], name), _instant(since[0]) if since else None)


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
