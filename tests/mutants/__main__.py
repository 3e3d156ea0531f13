"""python -m tests.mutants [--only TEXT] [--generated SECONDS] [--seed N]

Without `--generated` it tries the listed mutants and exits with 1 when one survives without an argument, or when a list
does not fit the code any more. With it, mutants are drawn for so many seconds from all that can be generated; what
survives is printed, to be read by somebody.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

from tests.mutants.generated import generated
from tests.mutants.judging import PATIENCE_SECONDS, Verdict, copied, judged, preload, run
from tests.mutants.mutant import Mutant, argued, listed


def main() -> int:
    asked = _asked()
    mutants, unfit = listed() if asked.generated is None else (generated(), [])
    mutants = [m for m in mutants if asked.only in f"{m.path}: {m.name}"]
    print("".join(f"DOES NOT FIT the code any more: {what}\n" for what in unfit), end="")
    if asked.generated is not None:
        random.Random(asked.seed).shuffle(mutants)
    preload()
    with copied() as copy:
        print(f"{len(mutants)} mutants; first their tests on the code as it is")
        if not _tests_pass(mutants, copy):
            return 1
        survived = _tried(mutants, copy, asked.generated)
    return 1 if unfit or (survived and asked.generated is None) else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="Whether tests notice a changed rule")
    parser.add_argument("--only", default="", help="those whose file or name holds this text")
    parser.add_argument("--generated", type=float, metavar="SECONDS", help="draw from the generated ones for so long")
    parser.add_argument("--seed", type=int, default=1, help="for the draw")
    return parser.parse_args()


def _tests_pass(mutants: list[Mutant], copy: Path) -> bool:
    """A test that fails anyway notices nothing."""
    tests = sorted({test for mutant in mutants for test in mutant.tests})
    passed = run(tests, copy, 10 * PATIENCE_SECONDS) == 0
    if not passed:
        print((copy / "pytest.out").read_text(encoding="utf-8")[-4000:])
    return passed


def _tried(mutants: list[Mutant], copy: Path, seconds: float | None) -> int:
    """How many survived without an argument."""
    reasons, began, counts = argued(), time.monotonic(), dict.fromkeys(Verdict, 0)
    unargued = 0
    for number, mutant in enumerate(mutants, start=1):
        if seconds is not None and time.monotonic() - began > seconds:
            break
        verdict = judged(mutant, copy)
        counts[verdict] += 1
        why = reasons.get(mutant.name) if verdict is Verdict.SURVIVED else None
        unargued += verdict is not Verdict.KILLED and why is None
        told = f", argued: {why}" if why else ""
        print(f"{number}/{len(mutants)} {verdict}{told}  {Path(mutant.path).name}: {mutant.name}", flush=True)
    print(f"{counts[Verdict.KILLED]} killed, {counts[Verdict.SURVIVED]} survived, {unargued} of these without argument")
    return unargued


if __name__ == "__main__":
    sys.exit(main())
