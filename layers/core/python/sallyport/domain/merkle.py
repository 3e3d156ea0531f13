"""The tree over all events: RFC 6962 hashing, kept in the tiles of C2SP tlog-tiles (<https://c2sp.org/tlog-tiles>).

A tile of level L holds up to 256 hashes of perfect subtrees of 256**L leaves each. Appending, and the tree's root, need
only the tiles at the right edge: one of each level.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 256, 8
EMPTY_ROOT = hashlib.sha256(b"").digest()
MAX_ENTRY = 65_535

type Hashes = Sequence[bytes]
# The hash of the perfect subtree of 2**k leaves that begins at leaf i * 2**k.
type Node = Callable[[int, int], bytes]


class Broken(Exception):
    """Hashes or entries are not what they must be; the message never quotes them."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tile lies: `width` is how many hashes or entries it holds. Level None is a bundle of entries."""

    level: int | None
    index: int
    width: int

    @property
    def path(self) -> str:
        name = "entries" if self.level is None else str(self.level)
        digits = f"{self.index:03d}"
        groups = [digits.zfill(-(-len(digits) // 3) * 3)[i : i + 3] for i in range(0, len(digits), 3)]
        number = "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])
        return f"tile/{name}/{number}" + ("" if self.width == WIDTH else f".p/{self.width}")


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of a tree: of each level, the hashes of the tile that is not full yet."""

    size: int
    levels: tuple[tuple[bytes, ...], ...]


@dataclass(frozen=True, slots=True)
class Tile:
    place: Place
    hashes: tuple[bytes, ...]

    @property
    def content(self) -> bytes:
        return b"".join(self.hashes)


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def subtree(hashes: Hashes) -> bytes:
    """The root of a perfect tree over these: a power of two of them."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0]


def opened(content: bytes, width: int) -> tuple[bytes, ...]:
    """The hashes of a stored tile. Raises Broken unless it holds `width` of them."""
    if len(content) != 32 * width:
        raise Broken("a tile of another size")
    return tuple(content[i : i + 32] for i in range(0, len(content), 32))


def edge_places(size: int) -> Iterator[Place]:
    """The tiles at the right edge of a tree of `size` leaves; one of a level that has no partial tile is left out."""
    level = 0
    while size >> (HEIGHT * level):
        width = (size >> (HEIGHT * level)) % WIDTH
        if width:
            yield Place(level, size >> (HEIGHT * (level + 1)), width)
        level += 1


def edge(size: int, read: Callable[[Place], bytes]) -> Edge:
    """The right edge as it was stored. `read` gives a tile's content."""
    levels: list[tuple[bytes, ...]] = []
    for place in edge_places(size):
        assert place.level is not None
        levels += [()] * (place.level - len(levels))
        levels.append(opened(read(place), place.width))
    return Edge(size, tuple(levels))


def extended(before: Edge, leaves: Hashes) -> tuple[Edge, tuple[Tile, ...]]:
    """The edge after `leaves` were appended, and every tile that this changed."""
    tiles: list[Tile] = []
    levels: list[tuple[bytes, ...]] = []
    added, level = list(leaves), 0
    while added or level < len(before.levels):
        held = [*(before.levels[level] if level < len(before.levels) else ()), *added]
        upwards: list[bytes] = []
        if added:
            index = before.size >> (HEIGHT * (level + 1))
            for start in range(0, len(held), WIDTH):
                part = tuple(held[start : start + WIDTH])
                tiles.append(Tile(Place(level, index + start // WIDTH, len(part)), part))
                upwards += [subtree(part)] if len(part) == WIDTH else []
        levels.append(tuple(held[len(held) // WIDTH * WIDTH :]))
        added, level = upwards, level + 1
    return Edge(before.size + len(leaves), tuple(levels)), tuple(tiles)


def root(of: Edge) -> bytes:
    """RFC 6962's tree hash: the perfect subtrees of the edge, joined from the right."""
    joined: bytes | None = None
    for hashes in of.levels:
        for part in reversed(_perfect(hashes)):
            joined = part if joined is None else node_hash(part, joined)
    return EMPTY_ROOT if joined is None else joined


def _perfect(hashes: Hashes) -> list[bytes]:
    """The roots of the perfect subtrees that a partial tile's hashes make, from the left."""
    found, start = [], 0
    for bit in reversed(range(HEIGHT)):
        if len(hashes) >> bit & 1:
            found.append(subtree(hashes[start : start + (1 << bit)]))
            start += 1 << bit
    return found


def node_in(size: int, read: Callable[[Place], bytes]) -> Node:
    """Nodes of a tree of `size` leaves, each from the one tile that its leaves' hashes of that level lie in."""

    def node(height: int, index: int) -> bytes:
        level, inner = divmod(height, HEIGHT)
        tile, offset = divmod(index << inner, WIDTH)
        width = min(WIDTH, (size >> (HEIGHT * level)) - tile * WIDTH)
        hashes = opened(read(Place(level, tile, width)), width)
        return subtree(hashes[offset : offset + (1 << inner)])

    return node


def consistency_proof(old: int, new: int, node: Node) -> tuple[bytes, ...]:
    """RFC 6962, 2.1.2: that the tree of `new` leaves begins with that of `old`, for 0 < old <= new."""
    return tuple(_subproof(old, 0, new, node, whole=True))


def _subproof(old: int, low: int, high: int, node: Node, *, whole: bool) -> Iterator[bytes]:
    if old == high - low:
        if not whole:
            yield _range_root(low, high, node)
        return
    half = _split(high - low)
    if old <= half:
        yield from _subproof(old, low, low + half, node, whole=whole)
        yield _range_root(low + half, high, node)
    else:
        yield from _subproof(old - half, low + half, high, node, whole=False)
        yield _range_root(low, low + half, node)


def inclusion_proof(index: int, size: int, node: Node) -> tuple[bytes, ...]:
    """RFC 6962, 2.1.1: the hashes beside the way from leaf `index` up to the root, from the leaf on."""
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        half = _split(high - low)
        if index < low + half:
            path.append(_range_root(low + half, high, node))
            high = low + half
        else:
            path.append(_range_root(low, low + half, node))
            low += half
    return tuple(reversed(path))


def _range_root(low: int, high: int, node: Node) -> bytes:
    count = high - low
    if count & (count - 1) == 0:
        height = count.bit_length() - 1
        return node(height, low >> height)
    half = _split(count)
    return node_hash(_range_root(low, low + half, node), _range_root(low + half, high, node))


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Hashes) -> bool:
    """Whether `proof` shows that the one tree begins with the other (RFC 9162, 2.1.4.2)."""
    if old == new:
        return old_root == new_root and not proof
    if not 0 < old < new:
        return old == 0
    rest = list(proof) if old & (old - 1) else [old_root, *proof]
    if not rest:
        return False
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old_seen = new_seen = rest[0]
    for sibling in rest[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            old_seen, new_seen = node_hash(sibling, old_seen), node_hash(sibling, new_seen)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            new_seen = node_hash(new_seen, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and (old_seen, new_seen) == (old_root, new_root)


def bundle(entries: Sequence[bytes]) -> bytes:
    """Entries as tlog-tiles bundles them: each behind its length in two bytes. Raises Broken for one too long."""
    if any(not 0 < len(entry) <= MAX_ENTRY for entry in entries):
        raise Broken("an entry that is empty or too long")
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def unbundled(content: bytes) -> tuple[bytes, ...]:
    """The inverse of `bundle`. Raises Broken for anything else."""
    entries, at = [], 0
    while at < len(content):
        if at + 2 > len(content):
            raise Broken("a length that is cut off")
        (length,) = struct.unpack_from(">H", content, at)
        entry = content[at + 2 : at + 2 + length]
        if not length or len(entry) != length:
            raise Broken("an entry that is empty or cut off")
        entries.append(entry)
        at += 2 + length
    return tuple(entries)
