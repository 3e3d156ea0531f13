"""Digests of source trees: what decides whether anything must be built or deployed again."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_BY_PRODUCTS = {"__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"}


def sources_digest(root: Path = ROOT) -> str:
    """SHA-256, in hex, over all that `sam build` and `sam deploy` read."""
    return tree_digest(root, ["template.yaml", "targets", "samconfig.toml", "functions", "layers", "statemachine"])


def tree_digest(root: Path, parts: Iterable[str]) -> str:
    """SHA-256, in hex, over paths and contents of the files under these parts of `root`, by-products left out.

    Lengths are hashed before paths and contents, so that no two trees run together into one.
    """
    digest = hashlib.sha256()
    for path in sorted(_files(root, parts)):
        name, content = path.relative_to(root).as_posix().encode(), path.read_bytes()
        for piece in (name, content):
            digest.update(len(piece).to_bytes(8, "big"))
            digest.update(piece)
    return digest.hexdigest()


def _files(root: Path, parts: Iterable[str]) -> Iterator[Path]:
    for part in parts:
        start = root / part
        for path in [start] if start.is_file() else start.rglob("*"):
            if path.is_file() and path.suffix != ".pyc" and not _BY_PRODUCTS & set(path.parts):
                yield path
