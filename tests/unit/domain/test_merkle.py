"""The tree, against the vectors of RFC 6962's reference implementation and against the definition itself."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest

from sallyport.domain import merkle
from sallyport.domain.merkle import Broken, Edge, Place

# github.com/google/certificate-transparency, cpp/merkletree: test inputs, roots, proofs.
INPUTS = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
INPUTS.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PROOFS = {
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
LEAVES = [merkle.leaf_hash(entry) for entry in INPUTS]
# Around every place where a tile is full.
SIZES = [0, 1, 2, 3, 7, 8, 9, 255, 256, 257, 511, 512, 513, 1000, 65_535, 65_536, 65_537]


def many(count: int) -> list[bytes]:
    return [merkle.leaf_hash(str(at).encode()) for at in range(count)]


def defined(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, 2.1, as it stands there."""
    if len(leaves) < 2:
        return leaves[0] if leaves else merkle.EMPTY_ROOT
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return merkle.node_hash(defined(leaves[:half]), defined(leaves[half:]))


def grown(leaves: Sequence[bytes], *cuts: int) -> tuple[Edge, dict[str, bytes]]:
    """The edge and all tiles after the leaves came in these parts."""
    tiles: dict[str, bytes] = {}
    edge = Edge(0, ())
    for low, high in pairwise([0, *cuts, len(leaves)]):
        edge, changed = merkle.extended(edge, leaves[low:high])
        tiles |= {tile.place.path: tile.content for tile in changed}
    return edge, tiles


def reading(tiles: dict[str, bytes]) -> Callable[[Place], bytes]:
    return lambda place: tiles[place.path]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_the_reference_implementations(size: int) -> None:
    assert merkle.root(grown(LEAVES[:size])[0]).hex() == ROOTS[size - 1]


@pytest.mark.parametrize("sizes", sorted(PROOFS))
def test_consistency_proofs_are_the_reference_implementations(sizes: tuple[int, int]) -> None:
    old, new = sizes
    _, tiles = grown(LEAVES)
    proof = merkle.consistency_proof(old, new, merkle.node_in(8, reading(tiles)))
    assert [part.hex() for part in proof] == PROOFS[sizes]


@pytest.mark.parametrize("size", SIZES)
def test_root_of_any_size_is_as_rfc_6962_defines_it_however_the_leaves_came(size: int) -> None:
    leaves = many(size)
    cuts = [cut for cut in (1, 5, 200, 256, 300, 600, 65_536) if cut < size]
    edge, tiles = grown(leaves, *cuts)
    assert merkle.root(edge) == merkle.root(grown(leaves)[0]) == defined(leaves)
    assert merkle.edge(size, reading(tiles)) == Edge(size, edge.levels[: len(merkle.edge(size, reading(tiles)).levels)])
    assert merkle.root(merkle.edge(size, reading(tiles))) == merkle.root(edge)


@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 7), (8, 9), (255, 257), (256, 1000), (512, 513), (777, 1000)])
def test_consistency_holds_between_sizes_and_with_no_other_root_or_proof(old: int, new: int) -> None:
    leaves = many(new)
    _, tiles = grown(leaves, old)
    proof = merkle.consistency_proof(old, new, merkle.node_in(new, reading(tiles)))
    first, second = defined(leaves[:old]), defined(leaves)
    assert merkle.consistent(old, first, new, second, proof)
    for wrong in (bytes(32), second):
        assert not merkle.consistent(old, wrong, new, second, proof)
    assert not merkle.consistent(old, first, new, first, proof)
    assert not merkle.consistent(old, first, new, second, proof[:-1])
    assert not merkle.consistent(old, first, new, second, [*proof, bytes(32)])
    assert not merkle.consistent(old, first, new, second, [bytes(32), *proof[1:]])


def test_every_pair_of_small_sizes_is_consistent_and_another_history_is_not() -> None:
    leaves = many(20)
    for new in range(1, 21):
        _, tiles = grown(leaves[:new])
        other = [*leaves[: new - 1], merkle.leaf_hash(b"another")]
        for old in range(1, new + 1):
            proof = merkle.consistency_proof(old, new, merkle.node_in(new, reading(tiles)))
            assert merkle.consistent(old, defined(leaves[:old]), new, defined(leaves[:new]), proof)
            assert not merkle.consistent(old, defined(leaves[:old]), new, defined(other), proof)


@pytest.mark.parametrize("size", [1, 2, 7, 256, 300, 1000])
def test_inclusion_proof_leads_from_the_leaf_to_the_root(size: int) -> None:
    leaves = many(size)
    _, tiles = grown(leaves)
    for index in {0, size // 2, size - 1}:
        proof = merkle.inclusion_proof(index, size, merkle.node_in(size, reading(tiles)))
        assert included(index, size, leaves[index], proof) == defined(leaves)


def included(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """RFC 9162, 2.1.3.2."""
    first, last, seen = index, size - 1, leaf
    for sibling in proof:
        assert last
        if first & 1 or first == last:
            seen = merkle.node_hash(sibling, seen)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            seen = merkle.node_hash(seen, sibling)
        first, last = first >> 1, last >> 1
    assert last == 0
    return seen


@pytest.mark.parametrize("size", [1, 300, 65_535, 70_000, 16_777_217])
def test_edge_is_one_tile_of_each_level_at_most(size: int) -> None:
    assert len(list(merkle.edge_places(size))) <= 4


@pytest.mark.parametrize(
    ("place", "path"),
    [
        (Place(0, 0, 256), "tile/0/000"),
        (Place(0, 0, 5), "tile/0/000.p/5"),
        (Place(None, 1234067, 256), "tile/entries/x001/x234/067"),
        (Place(2, 1000, 1), "tile/2/x001/000.p/1"),
        (Place(None, 999, 255), "tile/entries/999.p/255"),
    ],
)
def test_tiles_are_called_as_c2sp_calls_them(place: Place, path: str) -> None:
    assert place.path == path


def test_bundle_puts_a_length_of_two_bytes_before_each_entry() -> None:
    entries = (b"a", b"x" * 65_535, "ü".encode())
    content = merkle.bundle(entries)
    assert content[:3] == b"\x00\x01a"
    assert merkle.unbundled(content) == entries
    assert merkle.unbundled(b"") == ()


@pytest.mark.parametrize("content", [b"\x00", b"\x00\x02a", b"\x00\x00", b"\x00\x01a\x00"])
def test_bundle_that_is_cut_off_is_none(content: bytes) -> None:
    with pytest.raises(Broken):
        merkle.unbundled(content)


@pytest.mark.parametrize("entry", [b"", b"x" * 65_536])
def test_entry_that_no_length_can_tell_is_refused(entry: bytes) -> None:
    with pytest.raises(Broken):
        merkle.bundle([entry])


def test_tile_of_another_size_is_none() -> None:
    with pytest.raises(Broken):
        merkle.opened(bytes(31), 1)
