"""RFC 6962 trees, and checkpoints as C2SP signed notes (<https://c2sp.org/tlog-checkpoint>, <https://c2sp.org/signed-note>)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FIRST = "0" * 64
ED25519 = b"\x01"
_TEXT = re.compile(
    r"(?P<origin>[^\s+]+)\n(?P<size>0|[1-9][0-9]*)\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"time (?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\nprevious (?P<previous>[0-9a-f]{64})\n"
)


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def levels_over(leaves: list[bytes]) -> list[list[bytes]]:
    """The leaves, then the roots of all perfect trees over two of them, over four, and so on."""
    levels = [leaves]
    while len(row := levels[-1]) > 1:
        levels.append([node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)])
    return levels


def perfect_roots(levels: list[list[bytes]], count: int) -> tuple[bytes, ...]:
    """Roots of the perfect trees that the first `count` leaves divide into, the largest first (RFC 6962, 2.1)."""
    found, before = [], 0
    for level in reversed(range(len(levels))):
        if count >> level & 1:
            found.append(levels[level][before >> level])
            before += 1 << level
    return tuple(found)


@dataclass(slots=True)
class Tree:
    """A tree that grows at its right edge. `_roots` are those of its perfect subtrees, the largest first."""

    size: int = 0
    _roots: list[bytes] = field(default_factory=list)

    def add(self, root: bytes, leaves: int) -> None:
        """A perfect tree over as many leaves; those before were as large or larger."""
        self._roots.append(root)
        self.size += leaves
        merging = self.size // leaves
        while merging % 2 == 0:
            right, left = self._roots.pop(), self._roots.pop()
            self._roots.append(node_hash(left, right))
            merging //= 2

    def root_with(self, more: Sequence[bytes]) -> bytes:
        """The root if these perfect trees, each smaller than the one before, were appended to the tree."""
        if not self._roots and not more:
            return hashlib.sha256(b"").digest()
        *others, root = *self._roots, *more
        for left in reversed(others):
            root = node_hash(left, root)
        return root


class NoCheckpoint(ValueError):
    """Bytes that are not a checkpoint of this format."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`note` is the whole note, as it is stored."""

    note: bytes
    origin: str
    size: int
    root: bytes
    time: datetime
    previous: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.note).hexdigest()


def read(note: bytes) -> Checkpoint:
    """Raises NoCheckpoint. The signature is not checked."""
    try:
        text = note.decode().partition("\n\n")[0] + "\n"
    except UnicodeDecodeError:
        raise NoCheckpoint from None
    found = _TEXT.fullmatch(text)
    if found is None:
        raise NoCheckpoint
    time = datetime.fromisoformat(found["time"]).astimezone(UTC)
    return Checkpoint(
        note, found["origin"], int(found["size"]), base64.b64decode(found["root"]), time, found["previous"]
    )


@dataclass(frozen=True, slots=True)
class Key:
    """The auditor's own copy of the notary's key. `name` is known where the file is a vkey line."""

    public: bytes
    name: str | None = None

    def signed(self, checkpoint: Checkpoint) -> bool:
        """Whether one of the note's signature lines is this key's, for the checkpoint's origin."""
        text, _, lines = checkpoint.note.partition(b"\n\n")
        name = checkpoint.origin
        if self.name is not None and self.name != name:
            return False
        for line in lines.decode(errors="replace").splitlines():
            dash, _, rest = line.partition(" ")
            who, _, encoded = rest.partition(" ")
            if dash == "\N{EM DASH}" and who == name and self._verifies(name, encoded, text + b"\n"):
                return True
        return False

    def _verifies(self, name: str, encoded: str, text: bytes) -> bool:
        try:
            signature = base64.b64decode(encoded, validate=True)
            if signature[:4] != key_id(name, self.public):
                return False
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature[4:], text)
        except (ValueError, InvalidSignature):
            return False
        return True


def key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]
