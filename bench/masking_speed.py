"""How fast two checkouts mask the same texts, side by side and taking turns.

    python -m bench.masking_speed --before CHECKOUT [--after CHECKOUT] --corpora FILE … [--documents N] [--rounds N]

FILE is a corpus, *.jsonl.gz. Each checkout masks in an interpreter of its own, and masks every document once before
anything is timed. Then they take turns, a round each, so that whatever else the machine does slows both down alike.
MB/s are those of the best round, in processor time; the ratio of the medians stands beside them as a check.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
_SCRIPT = """
import gzip, json, sys, time
from sallyport.masking import mask_json
with gzip.open(sys.argv[1], "rt", encoding="utf-8") as lines:
    labelled = [json.loads(line) for line, _ in zip(lines, range(int(sys.argv[2])))]
documents = [one["text"] if "text" in one else one["json"] for one in labelled]
size = sum(len(json.dumps(one, ensure_ascii=False).encode()) for one in documents)
for turn in sys.stdin:
    started = time.process_time()
    for one in documents:
        mask_json(one)
    print(size / (time.process_time() - started) / 1e6, flush=True)
"""


class Speed(NamedTuple):
    """MB/s of a checkout: of its best round, and of the median one."""

    best: float
    median: float


def worker(checkout: Path, file: Path, documents: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(checkout.resolve() / "layers" / "core" / "python")}
    command = [sys.executable, "-c", _SCRIPT, str(file.resolve()), str(documents)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def turn(process: subprocess.Popen[str]) -> float:
    """MB/s of one round."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def measured(checkouts: Sequence[Path], file: Path, documents: int, rounds: int) -> list[Speed]:
    """The speed of each checkout on a corpus."""
    workers = [worker(checkout, file, documents) for checkout in checkouts]
    try:
        taken = [[turn(process) for process in workers] for _ in range(rounds + 1)][1:]  # the first one warms up
    finally:
        for process in workers:
            process.communicate()  # the end of its input is the end of the worker
    return [Speed(max(speeds), statistics.median(speeds)) for speeds in zip(*taken, strict=True)]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=Path, required=True, metavar="CHECKOUT")
    parser.add_argument("--after", type=Path, default=ROOT, metavar="CHECKOUT")
    parser.add_argument("--corpora", type=Path, required=True, nargs="+", metavar="FILE")
    parser.add_argument("--documents", type=int, default=60, help="the first N of each corpus")
    parser.add_argument("--rounds", type=int, default=25, help="of each checkout")
    given = parser.parse_args(arguments)
    print(f"{'MB/s':<20}{'before':>8}{'after':>8}{'ratio':>8}{'medians':>9}")
    for file in given.corpora:
        before, after = measured((given.before, given.after), file, given.documents, given.rounds)
        ratios = f"{after.best / before.best:>8.2f}{after.median / before.median:>9.2f}"
        print(f"{file.name.partition('.')[0]:<20}{before.best:>8.3f}{after.best:>8.3f}{ratios}")


if __name__ == "__main__":
    main()
