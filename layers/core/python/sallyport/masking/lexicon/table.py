"""A table of words as it lies in a file: nothing is built when it is loaded, and a look-up reads a few bytes of it.

A word's bucket is its CRC-32. The entries of a bucket follow each other, each a line end, the word, a tab, and
its flags in two bytes above 127; so what is looked for, which is ASCII, meets nothing but whole words.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Mapping
from itertools import accumulate
from zlib import crc32

_BUCKET = 8  # entries, on average
_LOW, _HIGH = 0x7F, 0x80


class Table:
    """Words and their flags."""

    __slots__ = ("_data", "_find", "_mask", "_starts")

    def __init__(self, data: bytes) -> None:
        """The table that `pack` wrote as `data`."""
        buckets = int.from_bytes(data[:4], "little")
        self._starts = array("I", data[4 : 8 + 4 * buckets])
        if sys.byteorder == "big":
            self._starts.byteswap()
        self._data, self._find, self._mask = data, data.find, buckets - 1

    def get(self, word: str, default: int = 0) -> int:
        """The flags of `word`, or `default`."""
        if not word.isascii():
            return default
        entry = f"\n{word}\t".encode()
        bucket = crc32(entry) & self._mask
        starts = self._starts
        at = self._find(entry, starts[bucket], starts[bucket + 1])
        if at < 0:
            return default
        at += len(entry)
        return (self._data[at] & _LOW) << 7 | self._data[at + 1] & _LOW

    def __contains__(self, word: str) -> bool:
        return self.get(word, -1) >= 0


def pack(words: Mapping[str, int]) -> bytes:
    """A table of `words`, which are ASCII, and their flags, which have at most fourteen bits: the same bytes for the
    same words."""
    buckets = 1
    while buckets * _BUCKET < len(words):
        buckets *= 2
    filled: list[list[bytes]] = [[] for _ in range(buckets)]
    for word, flags in sorted(words.items()):
        entry = b"\n%b\t" % word.encode("ascii")
        filled[crc32(entry) & (buckets - 1)].append(entry + bytes((_HIGH | flags >> 7, _HIGH | flags & _LOW)))
    joined = [b"".join(entries) for entries in filled]
    starts = accumulate(map(len, joined), initial=8 + 4 * buckets)
    return b"".join((buckets.to_bytes(4, "little"), *(start.to_bytes(4, "little") for start in starts), *joined))
