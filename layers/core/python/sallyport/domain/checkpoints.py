"""Checkpoints: the tree's size and root as C2SP tlog-checkpoint, signed as C2SP signed-note (<https://c2sp.org>).

Two extension lines follow the root: `time` (RFC 3339, UTC) and `previous`, the SHA-256 of the whole note before, so
that a checkpoint that is signed while nothing happened still proves that nothing happened.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from sallyport.domain.clock import instant, stamp_seconds

FIRST = "0" * 64
_ED25519 = b"\x01"
_SPKI = bytes.fromhex("302a300506032b6570032100")  # RFC 8410: what precedes an Ed25519 key's 32 bytes
_TEXT = re.compile(
    r"(?P<origin>[^\s+]+)\n(?P<size>0|[1-9][0-9]*)\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"time (?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\nprevious (?P<previous>[0-9a-f]{64})\n"
)


class NotACheckpoint(ValueError):
    """Bytes that no notary of ours has written. Never quotes them."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`time` has no fraction of a second; `previous` is `FIRST` where there is none."""

    origin: str
    size: int
    root: bytes
    time: datetime
    previous: str

    @property
    def text(self) -> bytes:
        """What is signed."""
        head = f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"
        return f"{head}time {stamp_seconds(self.time)}\nprevious {self.previous}\n".encode()

    @property
    def name(self) -> str:
        """The name under which the note is kept for good; names sort by size, then by time."""
        return f"checkpoints/{self.size:020d}-{self.time:%Y%m%dT%H%M%SZ}.note"

    def signed(self, public: bytes, signature: bytes) -> bytes:
        """The note: the text, a blank line and the line of the key named as the origin. `public` are its 32 bytes."""
        line = base64.b64encode(key_id(self.origin, public) + signature).decode()
        return self.text + f"\n\N{EM DASH} {self.origin} {line}\n".encode()


def read(note: bytes) -> Checkpoint:
    """The checkpoint of a note, whose signature is not looked at. Raises NotACheckpoint."""
    try:
        text, separator, _ = note.decode().partition("\n\n")
    except UnicodeDecodeError:
        raise NotACheckpoint from None
    found = _TEXT.fullmatch(text + "\n")
    if found is None or not separator:
        raise NotACheckpoint
    root = base64.b64decode(found["root"])
    return Checkpoint(found["origin"], int(found["size"]), root, instant(found["time"]), found["previous"])


def digest(note: bytes) -> str:
    """By which the next checkpoint names this one."""
    return hashlib.sha256(note).hexdigest()


def key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def vkey(name: str, public: bytes) -> str:
    """The key as C2SP signed-note writes verifier keys."""
    return f"{name}+{key_id(name, public).hex()}+{base64.b64encode(_ED25519 + public).decode()}"


def raw_key(spki: bytes) -> bytes:
    """The 32 bytes of an Ed25519 key, from the DER that KMS gives. Raises ValueError for a key of another kind."""
    if not spki.startswith(_SPKI) or len(spki) != len(_SPKI) + 32:
        raise ValueError("not an Ed25519 key")
    return spki[len(_SPKI) :]


def pem(public: bytes) -> bytes:
    """The key as a file for the verifier."""
    lines = base64.b64encode(_SPKI + public).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n".encode()
