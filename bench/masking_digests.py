"""What the masking on the import path makes of corpora: a line of digests per document, for bench.masking_same.

    PYTHONPATH=CHECKOUT/layers/core/python python bench/masking_digests.py FILE.jsonl.gz … [--only FILE POSITION]

A line is a JSON list: file, position, digest of the masked document, of the findings (path, category and count, not
the detector), of the categories that `fires` finds in its short strings, and the processor seconds that masking took.
--only prints one document, masked, in full. It runs in an interpreter of its own, and imports nothing of this tree.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SHORT = 60  # characters; longer strings are no parameters that scope a credential


def documents(file: Path) -> Iterator[Any]:
    """The documents of a corpus: a text as a plain string, anything else as it is."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                labelled = json.loads(line)
                yield labelled["text"] if "text" in labelled else labelled["json"]


def short_strings(document: Any) -> Iterator[str]:
    """Keys and strings of `document` that could be parameters that scope a credential."""
    stack = [document]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            stack += item
        elif isinstance(item, str) and len(item) <= SHORT:
            yield item


def masked(document: Any) -> tuple[Any, list[tuple[str, str, int]]]:
    """The masked document and its findings, or the code with which masking refused it."""
    from sallyport.masking import MaskingFailed, mask

    try:
        shown, findings = mask(document)
    except MaskingFailed as failed:
        return {"refused": failed.code}, []
    # Two detectors may share a place and a category: who found what is not compared, how much was found is.
    counts: Counter[tuple[str, str]] = Counter()
    for finding in findings:
        counts[finding.path, finding.category] += finding.count
    return shown.document, [(path, category, count) for (path, category), count in counts.items()]


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:20]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--only", nargs=2, metavar=("FILE", "POSITION"))
    arguments = parser.parse_args()
    from sallyport.masking import fires

    known: set[str] = set()
    masked("Seen by Dr. Anna Abernathy on 3 May 2021.")  # reads the word lists, which no document's time includes
    for file in arguments.files:
        for position, document in enumerate(documents(file)):
            if arguments.only:
                if arguments.only == [file.name, str(position)]:
                    print(json.dumps(masked(document)[0], indent=1, ensure_ascii=False))
                continue
            begun = time.process_time()
            shown, findings = masked(document)
            took = time.process_time() - begun
            new = set(short_strings(document)) - known
            known |= new
            scopes = [fires(text) for text in sorted(new)]
            print(json.dumps([file.name, position, digest(shown), digest(findings), digest(scopes), took]), flush=True)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    main()
