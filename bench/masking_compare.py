"""Two checkouts' masking on the same corpora: leak and over-masking of each, side by side.

    python -m bench.masking_compare --before DIR [--after DIR] --corpora DIR [DIR …] [--limit N] [--write]

DIR of --before and --after is a checkout of this repository (--after: this one). The first folder of --corpora holds
`score.py`. --write puts the table into docs/masking.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.documents import between, named, percent

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "masking.md"
PATIENCE = 900  # seconds for all corpora of one checkout


def scored(checkout: Path, scorer: Path, files: list[Path], limit: int | None) -> dict[str, Any]:
    """What score.py measures for the checkout's `mask_json`, in a process of its own, by corpus."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = [sys.executable, str(scorer), "sallyport.masking:mask_json", *map(str, files), "--json", out.name]
        command += ["--path", str(checkout / "layers" / "core" / "python")]
        command += ["--limit", str(limit)] if limit else []
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=checkout, timeout=PATIENCE)
        measured: dict[str, Any] = json.loads(Path(out.name).read_text(encoding="utf-8"))
    return {named(key): value["all"] for key, value in measured.items() if key.endswith(".gz")}


def table(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Markdown, a row for each corpus; what got worse stands out."""
    lines = [
        "| corpus | documents | leak before | leak now | over before | over now | clean before | clean now |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for corpus, was in before.items():
        now = after[corpus]
        cells = [f"{was['docs']:,}"]
        for name in ("leak", "over"):
            worse = round(now[name], 4) > round(was[name], 4)
            cells += [percent(was[name]), f"**{percent(now[name])}**" if worse else percent(now[name])]
        cells += [percent(side["clean_untouched"]) if side["clean_docs"] else "–" for side in (was, now)]
        lines.append(f"| {corpus} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=Path, required=True)
    parser.add_argument("--after", type=Path, default=ROOT)
    parser.add_argument("--corpora", type=Path, nargs="+", required=True)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    files = [file for folder in arguments.corpora for file in sorted(folder.resolve().glob("*.jsonl.gz"))]
    scorer = arguments.corpora[0].resolve() / "score.py"
    before, after = (
        scored(checkout.resolve(), scorer, files, arguments.limit) for checkout in (arguments.before, arguments.after)
    )
    print(table(before, after))
    if arguments.write:
        between(DOCUMENT, "before and after", table(before, after))


if __name__ == "__main__":
    main()
