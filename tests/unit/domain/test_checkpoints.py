"""Checkpoints as C2SP writes them, held against its rules and against an independent Ed25519."""

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from sallyport.domain.checkpoints import (
    FIRST,
    Checkpoint,
    NotACheckpoint,
    digest,
    key_id,
    pem,
    raw_key,
    read,
)
from tests.fakes.notary import FakeLogSigner

AT = datetime(2026, 11, 2, 10, 5, 7, tzinfo=UTC)
CHECKPOINT = Checkpoint("sallyport/gate/000000000000", 42, hashlib.sha256(b"root").digest(), AT, FIRST)


def note(signer: FakeLogSigner) -> bytes:
    return CHECKPOINT.signed(signer.public_key(), signer.sign(CHECKPOINT.text))


def test_text_is_origin_size_root_and_the_two_extension_lines() -> None:
    root = base64.b64encode(CHECKPOINT.root).decode()
    assert CHECKPOINT.text.decode() == (
        f"sallyport/gate/000000000000\n42\n{root}\ntime 2026-11-02T10:05:07Z\nprevious {'0' * 64}\n"
    )
    assert len(CHECKPOINT.text) < 4096  # what KMS signs as it is


def test_signature_line_is_c2sps_and_holds_for_the_text_alone() -> None:
    signer = FakeLogSigner()
    text, line = note(signer).decode().split("\n\n")
    dash, name, encoded = line.removesuffix("\n").split(" ")
    assert (dash, name) == ("—", "sallyport/gate/000000000000")
    signature = base64.b64decode(encoded, validate=True)
    public = signer.public_key()
    assert signature[:4] == hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
    key = Ed25519PublicKey.from_public_bytes(public)
    key.verify(signature[4:], text.encode() + b"\n")
    with pytest.raises(InvalidSignature):
        key.verify(signature[4:], text.replace("\n42\n", "\n41\n").encode() + b"\n")


def test_key_id_is_that_of_the_published_example() -> None:
    """golang.org/x/mod/sumdb/note: PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"""
    encoded = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    assert (encoded[:1], key_id("PeterNeumann", encoded[1:]).hex()) == (b"\x01", "c74f20a3")


def test_note_reads_back_and_is_named_by_size_and_time() -> None:
    assert read(note(FakeLogSigner())) == CHECKPOINT
    assert CHECKPOINT.name == "checkpoints/00000000000000000042-20261102T100507Z.note"


def test_next_checkpoint_names_the_whole_note_before() -> None:
    before = note(FakeLogSigner())
    assert digest(before) == hashlib.sha256(before).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        lambda n: n.replace(b"\n42\n", b"\n042\n"),
        lambda n: n.replace(b"time ", b"when "),
        lambda n: n.replace(b"previous 0", b"previous g"),
        lambda n: n.replace(b"\n\n", b"\n"),
        lambda n: b"\xff" + n,
        lambda n: n.replace(b"sallyport/gate", b"sallyport gate"),
        lambda n: b"",
    ],
)
def test_what_is_no_checkpoint_is_refused(change: object) -> None:
    with pytest.raises(NotACheckpoint):
        read(change(note(FakeLogSigner())))  # type: ignore[operator]  # a lambda


def test_public_key_is_read_from_what_kms_gives_and_written_as_pem() -> None:
    key = FakeLogSigner().key.public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert raw_key(spki) == key.public_bytes_raw()
    assert load_pem_public_key(pem(raw_key(spki))) == key
    with pytest.raises(ValueError, match="Ed25519"):
        raw_key(spki[:-1])
