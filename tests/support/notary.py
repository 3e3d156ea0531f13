"""A notary of the tests' own: writes the WORM copy from the documented layout, with nothing of the product."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORIGIN = "sallyport/gate/000000000000"
SIGNED_AT = datetime(2026, 11, 2, 12, 5, tzinfo=UTC)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, 2.1, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def _place(number: int) -> str:
    """C2SP tlog-tiles: 1234067 is x001/x234/067."""
    parts = [f"{number % 1000:03d}"]
    while number := number // 1000:
        parts.insert(0, f"x{number % 1000:03d}")
    return "/".join(parts)


@dataclass
class Notary:
    worm: Path
    key: Ed25519PrivateKey = field(default_factory=lambda: Ed25519PrivateKey.from_private_bytes(b"k" * 32))
    entries: list[bytes] = field(default_factory=list)
    previous: str = "0" * 64
    now: datetime = SIGNED_AT
    # Whether to write what receipts alone read.
    index: bool = True

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def key_file(self, path: Path) -> Path:
        pem = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        path.write_bytes(pem)
        return path

    def vkey(self) -> str:
        return f"{ORIGIN}+{self._id().hex()}+{base64.b64encode(bytes([1]) + self.public).decode()}"

    def append(self, *events: str) -> None:
        self.entries += [event.encode() for event in events]

    def sign(self) -> bytes:
        """Write all tiles and a checkpoint over what was appended so far."""
        self._write_tiles()
        if self.index:
            self._write_index()
        leaves = [hashlib.sha256(b"\x00" + entry).digest() for entry in self.entries]
        note = self.note(len(leaves), root_of(leaves))
        self._write(f"checkpoints/{len(leaves):020d}-{self.now:%Y%m%dT%H%M%SZ}.note", note)
        self._write("checkpoint", note)
        self.previous = hashlib.sha256(note).hexdigest()
        self.now += timedelta(minutes=5)
        return note

    def note(self, size: int, root: bytes) -> bytes:
        head = f"{ORIGIN}\n{size}\n{base64.b64encode(root).decode()}\n"
        text = f"{head}time {self.now:%Y-%m-%dT%H:%M:%SZ}\nprevious {self.previous}\n"
        line = base64.b64encode(self._id() + self.key.sign(text.encode())).decode()
        return f"{text}\n— {ORIGIN} {line}\n".encode()

    def _id(self) -> bytes:
        return hashlib.sha256(ORIGIN.encode() + b"\n\x01" + self.public).digest()[:4]

    def _write_tiles(self) -> None:
        bundle = [len(entry).to_bytes(2) + entry for entry in self.entries]
        self._write_level("entries", bundle)
        row, level = [hashlib.sha256(b"\x00" + entry).digest() for entry in self.entries], 0
        while row:
            self._write_level(str(level), row)
            row, level = [root_of(row[i : i + 256]) for i in range(0, len(row) - 255, 256)], level + 1

    def _write_index(self) -> None:
        for place, entry in enumerate(self.entries):
            event = json.loads(entry)
            path = f"index/{event['request_id']}/{event['seq']:010d}"
            if not (self.worm / path).exists():
                self._write(path, place.to_bytes(8))

    def _write_level(self, level: str, row: Sequence[bytes]) -> None:
        for number in range(0, len(row), 256):
            part = row[number : number + 256]
            end = "" if len(part) == 256 else f".p/{len(part)}"
            self._write(f"tile/{level}/{_place(number // 256)}{end}", b"".join(part))

    def _write(self, name: str, data: bytes) -> None:
        path = self.worm / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
