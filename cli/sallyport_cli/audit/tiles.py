"""Single entries and hashes of the log, each from the few tiles that it needs, as C2SP tlog-tiles lays them out."""

from __future__ import annotations

from dataclasses import dataclass, field

from sallyport_cli.audit.entries import WIDTH, tile_path, unpacked
from sallyport_cli.audit.tree import node_hash
from sallyport_cli.audit.worm import Worm

_HASH_BYTES = 32
# A tile is eight levels of the tree high.
_HEIGHT = 8


class NoTile(Exception):
    """A tile is missing or too short. The message names it."""


@dataclass(slots=True)
class Tiles:
    """The log as it was at `size` entries. Each object is read once; nothing that is read is believed."""

    worm: Worm
    size: int
    _kept: dict[str, bytes] = field(default_factory=dict)

    def entry(self, index: int) -> bytes:
        """Raises NoTile."""
        number, place = divmod(index, WIDTH)
        name = f"tile/entries/{tile_path(number)}"
        entries = unpacked(self._read(name, min(WIDTH, self.size - number * WIDTH)))
        if place >= len(entries):
            raise NoTile(f"{name} has no entry {index}")
        return entries[place]

    def proof(self, index: int) -> tuple[bytes, ...]:
        """The sibling hashes on the path from the entry to the root (RFC 6962, 2.1.1). Raises NoTile."""
        first, end, beside = 0, self.size, list[bytes]()
        while end - first > 1:
            middle = first + _split(end - first)
            if index < middle:
                beside.append(self._root(middle, end))
                end = middle
            else:
                beside.append(self._root(first, middle))
                first = middle
        return tuple(reversed(beside))

    def _root(self, first: int, end: int) -> bytes:
        """The root over the entries from `first` to before `end`."""
        count = end - first
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self._node(level, first >> level)
        middle = first + _split(count)
        return node_hash(self._root(first, middle), self._root(middle, end))

    def _node(self, level: int, index: int) -> bytes:
        """The root of the perfect subtree of 2**level entries."""
        tile_level, above = divmod(level, _HEIGHT)
        number, place = divmod(index << above, WIDTH)
        there = min(WIDTH, (self.size >> (_HEIGHT * tile_level)) - number * WIDTH)
        name = f"tile/{tile_level}/{tile_path(number)}"
        data = self._read(name, there)
        if len(data) < there * _HASH_BYTES:
            raise NoTile(f"{name} is too short")
        row = [data[i * _HASH_BYTES : (i + 1) * _HASH_BYTES] for i in range(place, place + (1 << above))]
        while len(row) > 1:
            row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
        return row[0]

    def _read(self, name: str, width: int) -> bytes:
        if name not in self._kept:
            # A partial tile may have filled up since the checkpoint.
            found = (self.worm.find(f"{name}.p/{width}") if width < WIDTH else None) or self.worm.find(name)
            if found is None:
                raise NoTile(f"{name} is missing")
            self._kept[name] = found
        return self._kept[name]


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)
