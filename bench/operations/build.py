"""Builds the corpora of operations: JSON lines that score.py reads.

    python -m bench.operations.build --out DIR [--clones DIR] [--heldout DIR]

Without --clones the payloads of others are left out (see SOURCES.md); without --heldout so are the halves that guide no
change of the masking.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.operations import examples
from bench.operations.clones import Clone
from bench.operations.documents import Document, digest, write
from bench.operations.labelling import Labeller
from bench.operations.planted import generate
from bench.operations.readers import parts

SOURCES = Path(__file__).parent / "sources.json"
SEEDS = {"dev": 20251124, "heldout": 20251125}
EACH = {"dev": 5, "heldout": 8}  # fillings of a template


def others(clones: Path, half: str) -> Iterator[Document]:
    """The labelled payloads of one half. Halves are split by file, so nothing of a file or a rule straddles them."""
    labeller = Labeller()
    sources: dict[str, dict[str, Any]] = json.loads(SOURCES.read_text(encoding="utf-8"))
    for name, source in sources.items():
        clone = Clone(clones, source["repository"], source["commit"])
        for path, body in clone.chosen(source["files"], source["most"]):
            if half == ("heldout" if digest(f"{source['repository']}:{path}") % 2 else "dev"):
                for number, content in enumerate(parts(source["reader"], body, source["parts"])):
                    yield Document(f"{name}/{path}#{number}", content, labeller.spans(content))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--clones", type=Path)
    parser.add_argument("--heldout", type=Path)
    arguments = parser.parse_args()
    halves = {"dev": arguments.out} | ({"heldout": arguments.heldout} if arguments.heldout else {})
    print("botocore", write(arguments.out / "botocore.jsonl.gz", examples.documents()))
    for half, folder in halves.items():
        planted = generate.documents(half, SEEDS[half], EACH[half])
        print(half, "planted", write(folder / f"planted.{half}.jsonl.gz", planted))
        if arguments.clones:
            print(half, "others", write(folder / f"others.{half}.jsonl.gz", others(arguments.clones, half)))


if __name__ == "__main__":
    main()
