"""The tables of detectors and of their rules in docs/masking.md, from the detectors' own rows.

    python -m bench.masking_detectors [--check]

Writes what stands between `<!-- detectors -->` and `<!-- /detectors -->`. --check writes nothing and exits with 1 where
the page says otherwise.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
# The layer's code is not installed anywhere: Lambda puts it on the path, and so does this.
sys.path.insert(0, str(ROOT / "layers" / "core" / "python"))

from bench.documents import between  # noqa: E402 - needs the path above
from sallyport.masking.detect.detector import Detector  # noqa: E402
from sallyport.masking.detect.registry import detectors  # noqa: E402

DOCUMENT = ROOT / "docs" / "masking.md"


def tables() -> str:
    """Markdown: a row for each detector by its rank, and its rules."""
    lines = [
        "| detector | finds | category | basis | rank | allow-list | scopes |",
        "|---|---|---|---|---|---|---|",
        *(_row(detector) for detector in sorted(detectors(), key=lambda row: (row.rank, row.name))),
        "",
        "| rule | why |",
        "|---|---|",
        *(f"| `{rule.id}` | {rule.says} |" for detector in detectors() for rule in detector.rules.values()),
    ]
    return "\n".join(lines) + "\n"


def _row(detector: Detector) -> str:
    categories = ", ".join(f"`{category}`" for category in detector.categories) or "as named"
    answers = ("yes" if answer else "no" for answer in (detector.allowable, detector.scopes))
    cells = (f"`{detector.name}`", detector.says, categories, detector.basis.value, str(detector.rank), *answers)
    return f"| {' | '.join(cells)} |"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args(arguments).check:
        between(DOCUMENT, "detectors", tables())
        return 0
    if tables() in DOCUMENT.read_text(encoding="utf-8"):
        return 0
    print("docs/masking.md has other detectors than the code; run: python -m bench.masking_detectors", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
