"""A log that was signed with one key after another, and an auditor who has all of them."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sallyport.domain.checkpoints import vkey
from sallyport.domain.clock import stamp_seconds
from sallyport_cli.audit.findings import CannotTell
from sallyport_cli.audit.keys import read_keys
from sallyport_cli.audit.verify import Against, verify
from tests.support.evidence import furnished, write_export
from tests.support.notary import ORIGIN, SIGNED_AT, Notary

OLD, NEW, OTHER = (Ed25519PrivateKey.from_private_bytes(letter * 32) for letter in (b"k", b"n", b"o"))
# When the third checkpoint is signed, the first one with the new key.
ROTATED = SIGNED_AT + timedelta(minutes=10)


def row(key: Ed25519PrivateKey, since: datetime | None = None) -> str:
    """As the notary lists it under `keys/`."""
    line = vkey(ORIGIN, key.public_key().public_bytes_raw())
    return f"{line} {stamp_seconds(since)}" if since else line


def signed(home: Path, keys: Sequence[Ed25519PrivateKey]) -> Callable[[str], set[str]]:
    """A log with a checkpoint of each key in turn; what verifying it with a file of keys finds."""
    items, _ = furnished()
    notary, size = Notary(home / "worm"), len(items) // len(keys)
    for number, key in enumerate(keys, 1):
        upto = len(items) if number == len(keys) else number * size
        notary.key = key
        notary.append(*(item["event"] for item in items[len(notary.entries) : upto]))
        notary.sign()
    export = write_export(home / "export", items)

    def found(written: str) -> set[str]:
        (home / "keys").write_text(written)
        report = verify(export, Against(str(home / "worm"), home / "keys"))
        return {finding.kind.value for finding in report.findings}

    return found


@pytest.mark.parametrize(
    "written",
    [
        f"{row(OLD)}\n{row(NEW)}\n",
        f"{row(OLD, SIGNED_AT)}\n{row(NEW, ROTATED)}\n",
        f"{row(OLD)}\n\n{row(NEW, ROTATED)}\n{row(OTHER, ROTATED + timedelta(days=1))}\n",
    ],
)
def test_keys_in_the_order_of_their_use_are_believed(tmp_path: Path, written: str) -> None:
    assert signed(tmp_path, (OLD, OLD, NEW, NEW))(written) == set()


@pytest.mark.parametrize(
    "written",
    [
        row(OLD),
        f"{row(NEW)}\n{row(OLD)}\n",
        # The third checkpoint is from before the new key counts, or the old key counted too late.
        f"{row(OLD)}\n{row(NEW, ROTATED + timedelta(minutes=1))}\n",
        f"{row(OLD)}\n{row(NEW, ROTATED - timedelta(minutes=9))}\n",
        f"{row(OLD)}\n{row(OTHER, ROTATED)}\n",
    ],
)
def test_keys_that_did_not_sign_then_are_not(tmp_path: Path, written: str) -> None:
    assert "bad_signature" in signed(tmp_path, (OLD, OLD, NEW, NEW))(written)


@pytest.mark.parametrize("since", [None, ROTATED])
def test_key_that_was_replaced_does_not_sign_again(tmp_path: Path, since: datetime | None) -> None:
    """Whoever got hold of an old key could go on with the log."""
    assert "bad_signature" in signed(tmp_path, (OLD, OLD, NEW, OLD))(f"{row(OLD)}\n{row(NEW, since)}\n")


@pytest.mark.parametrize(
    "written",
    ["", "\n", f"{row(OLD)} then\n", f"{row(OLD)} 2026-11-02 12:00\n", f"{row(OLD)[:-4]}AAA=\n",
     f"{row(OLD, ROTATED)}\n{row(NEW, SIGNED_AT)}\n"],
)  # fmt: skip
def test_file_that_has_no_order_of_keys_cannot_tell(tmp_path: Path, written: str) -> None:
    (tmp_path / "keys").write_text(written)
    with pytest.raises(CannotTell, match="the oldest first"):
        read_keys(tmp_path / "keys")
