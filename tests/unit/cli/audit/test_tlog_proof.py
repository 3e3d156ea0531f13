"""Inclusion proofs: their form, their verification, and how they are made from tiles."""

import base64
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sallyport_cli.audit.tiles import NoTile, Tiles
from sallyport_cli.audit.tlog_proof import NoProof, Proof, read_proof
from sallyport_cli.audit.tree import leaf_hash
from sallyport_cli.audit.worm import Folder
from tests.support.notary import Notary, root_of

# The inclusion proof of entry 5 of 8 in the tests of the Certificate Transparency project.
ENTRY = bytes.fromhex("40414243")
BESIDE = (
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
)
ROOT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_proof_of_the_certificate_transparency_project_leads_to_its_root() -> None:
    proof = Proof(5, tuple(map(bytes.fromhex, BESIDE)), b"")
    assert proof.root(leaf_hash(ENTRY), 8).hex() == ROOT


def test_form_is_that_of_the_specification() -> None:
    """As c2sp.org/tlog-proof says, and as its Go implementation's tests write it."""
    one, two = (hashlib.sha256(text).digest() for text in (b"hash1", b"hash2"))
    lines = "".join(f"{base64.b64encode(digest).decode()}\n" for digest in (one, two))
    assert Proof(5, (one, two), b"test checkpoint\n").text() == (
        f"c2sp.org/tlog-proof@v1\nindex 5\n{lines}\ntest checkpoint\n"
    )
    assert Proof(0, (), b"checkpoint\n").text() == "c2sp.org/tlog-proof@v1\nindex 0\n\ncheckpoint\n"


@pytest.mark.parametrize("hashes", [0, 1, 3])
def test_what_was_written_is_read(hashes: int) -> None:
    proof = Proof(73894, tuple(bytes([i]) * 32 for i in range(hashes)), "a\n1\n\n— b c\n".encode())
    assert read_proof(proof.text()) == proof
    header, _, rest = proof.text().partition("\n")
    assert read_proof(f"{header}\nextra YQ==\n{rest}") == proof


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("@v1", "@v2"),
        ("index 7", "index 07"),
        ("index 7", "index -7"),
        ("index 7", "index  7"),
        ("index 7\n", ""),
        ("index 7\n", "index 7\nextra YQ==\n"),
        ("index 7\n", "index 7\r\n"),
        ("AAE=\n", "AAE\n"),
        ("AAE=\n", "AAF=\n"),
        ("\n\nnote", "\nnote"),
        ("\n\nnote\n", "\n\n"),
        ("\n\nnote", "\n\n\nnote"),
    ],
)
def test_text_of_another_form_is_no_proof(before: str, after: str) -> None:
    text = Proof(7, (bytes(31) + b"\x01",), b"note\n").text()
    assert read_proof(text)
    assert before in text
    with pytest.raises(NoProof):
        read_proof(text.replace(before, after))


@dataclass
class Counting(Folder):
    reads: list[str] = field(default_factory=list)

    def find(self, name: str) -> bytes | None:
        found = self.read(name)
        self.reads += [name] if found is not None else []
        return found


def log(home: Path, size: int) -> tuple[Notary, list[bytes]]:
    notary = Notary(home)
    notary.entries = [f"entry {i}".encode() for i in range(size)]
    notary._write_tiles()
    return notary, [leaf_hash(entry) for entry in notary.entries]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 255, 256, 257, 511, 512, 700])
def test_every_entry_has_a_proof_that_leads_to_the_root_and_no_other_does(tmp_path: Path, size: int) -> None:
    _, leaves = log(tmp_path, size)
    root, tiles = root_of(leaves), Tiles(Folder(tmp_path), size)
    for index in {*range(min(size, 20)), size // 2, size - 2, size - 1} & set(range(size)):
        proof = Proof(index, tiles.proof(index), b"")
        assert leaf_hash(tiles.entry(index)) == leaves[index]
        assert proof.root(leaves[index], size) == root
        assert proof.root(leaf_hash(b"another"), size) != root
        with pytest.raises(NoProof):
            Proof(index, (*proof.hashes, bytes(32)), b"").root(leaves[index], size)
        if proof.hashes:
            with pytest.raises(NoProof):
                Proof(index, proof.hashes[:-1], b"").root(leaves[index], size)
    with pytest.raises(NoProof, match="of a log of"):
        Proof(size, (), b"").root(leaves[-1], size)


def test_proof_as_of_an_earlier_size_is_made_from_tiles_that_grew_full_since(tmp_path: Path) -> None:
    log(tmp_path, 300)
    _, leaves = log(tmp_path, 700)
    (tmp_path / "tile" / "0" / "001.p" / "44").unlink()
    tiles = Tiles(Folder(tmp_path), 300)
    assert Proof(299, tiles.proof(299), b"").root(leaves[299], 300) == root_of(leaves[:300])


def test_proof_in_a_large_log_takes_few_tiles(tmp_path: Path) -> None:
    """70,000 entries are 274 tiles of hashes; a proof takes two of a level at most."""
    _, leaves = log(tmp_path, 70_000)
    root = root_of(leaves)
    for index in (0, 65_535, 65_536, 69_999):
        worm = Counting(tmp_path)
        tiles = Tiles(worm, 70_000)
        assert Proof(index, tiles.proof(index), b"").root(leaf_hash(tiles.entry(index)), 70_000) == root
        assert len(worm.reads) <= 1 + 2 * 3


@pytest.mark.parametrize("name", ["tile/0/000", "tile/entries/000"])
def test_tile_that_is_missing_or_short_is_named(tmp_path: Path, name: str) -> None:
    log(tmp_path, 300)
    tile = tmp_path / name

    def taken() -> None:
        tiles = Tiles(Folder(tmp_path), 300)
        tiles.proof(20)
        tiles.entry(200)

    taken()
    tile.write_bytes(tile.read_bytes()[:100])
    with pytest.raises(NoTile, match=name):
        taken()
    tile.unlink()
    with pytest.raises(NoTile, match=f"{name} is missing"):
        taken()
