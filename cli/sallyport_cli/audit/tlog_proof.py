"""Inclusion proofs as C2SP tlog-proof (<https://c2sp.org/tlog-proof>), verified as RFC 9162, 2.1.3.2 says."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from sallyport_cli.audit.tree import node_hash

HEADER = "c2sp.org/tlog-proof@v1"
_HASH_BYTES = 32
_TEXT = re.compile(
    rf"{re.escape(HEADER)}\n(?:extra (?P<extra>[A-Za-z0-9+/]*={{0,2}})\n)?index (?P<index>0|[1-9][0-9]{{0,18}})\n"
    r"(?P<hashes>(?:[A-Za-z0-9+/]{43}=\n)*)\n(?P<checkpoint>[^\n].*)",
    re.DOTALL,
)


class NoProof(ValueError):
    """A text that is not a tlog-proof, or a proof whose length does not fit its place in the tree."""


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry stands at `index` of the tree of `checkpoint`, which is a whole signed note.

    `hashes` go from the leaf's sibling up to the root's child.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes

    def text(self) -> str:
        hashes = "".join(f"{base64.b64encode(digest).decode()}\n" for digest in self.hashes)
        return f"{HEADER}\nindex {self.index}\n{hashes}\n{self.checkpoint.decode()}"

    def root(self, leaf: bytes, size: int) -> bytes:
        """The root that a tree of `size` has if `leaf` stands at `index`. Raises NoProof."""
        if self.index >= size:
            raise NoProof(f"entry {self.index} of a log of {size}")
        place, last, root = self.index, size - 1, leaf
        for digest in self.hashes:
            if last == 0:
                raise NoProof("more hashes than the tree is high")
            if place % 2 or place == last:
                root = node_hash(digest, root)
                while place and not place % 2:
                    place, last = place // 2, last // 2
            else:
                root = node_hash(root, digest)
            place, last = place // 2, last // 2
        if last:
            raise NoProof("fewer hashes than the tree is high")
        return root


def read_proof(text: str) -> Proof:
    """Raises NoProof. `extra`, which nothing authenticates, is not looked at."""
    found = _TEXT.fullmatch(text)
    if found is None:
        raise NoProof("no C2SP tlog-proof")
    hashes = tuple(_decoded(found["hashes"].split()))
    return Proof(int(found["index"]), hashes, found["checkpoint"].encode("utf-8", "surrogatepass"))


def _decoded(lines: Iterable[str]) -> Iterable[bytes]:
    for line in lines:
        digest = base64.b64decode(line)
        # The last digit has unused bits, and each hash must have only one form.
        if len(digest) != _HASH_BYTES or base64.b64encode(digest).decode() != line:
            raise NoProof("a hash that is not in canonical base64")
        yield digest
