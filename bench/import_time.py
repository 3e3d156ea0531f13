"""What a cold start pays for imports: each handler beside bare `import boto3`, in fresh interpreters, interleaved.

Ratios from one run on one machine, because one machine's milliseconds say little about another's. Exit 1 over budget.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BASE = "boto3"
BUDGET = 3.0
# Slack gives a click three seconds, cold start included, and never sends it again.
BUDGETS = {"slack_interaction": 2.0}
RESULTS = ROOT / "bench" / "results" / "import_time.json"

_TIMED = "import time; t = time.perf_counter(); {work}; print((time.perf_counter() - t) * 1000)"
_HANDLER = "import runpy; runpy.run_path({path!r})"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=7, help="fresh interpreters for each import")
    rounds = parser.parse_args().processes
    functions = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))
    times = measured([BASE, *functions], rounds)
    rows = [row(name, times[name], times[BASE]) for name in functions]
    table = [f"{'import':<20}{'min ms':>9}{'median ms':>11}{'ratio':>8}{'budget':>8}"]
    table += [f"{BASE:<20}{min(times[BASE]):>9.0f}{statistics.median(times[BASE]):>11.0f}{1:>8.2f}"]
    table += [f"{r['name']:<20}{r['min']:>9.0f}{r['median']:>11.0f}{r['ratio']:>8.2f}{r['budget']:>8.1f}" for r in rows]
    print("\n".join(table))
    base = {"min": round(min(times[BASE]), 1), "median": round(statistics.median(times[BASE]), 1)}
    write({"python": platform.python_version(), "processes": rounds, BASE: base, "handlers": rows})
    over = [str(r["name"]) for r in rows if not r["within"]]
    if over:
        print(f"over budget: {', '.join(over)}", file=sys.stderr)
    return 1 if over else 0


def measured(names: list[str], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each import. Round by round, so that a busy moment of the machine hits all of them; the first
    round only fills the caches of files and byte code."""
    times: dict[str, list[float]] = {name: [] for name in names}
    for done in range(rounds + 1):
        for name in names:
            took = once(name)
            if done:
                times[name].append(took)
    return times


def once(name: str) -> float:
    path = str(ROOT / "functions" / name / "app.py")
    work = "import boto3" if name == BASE else _HANDLER.format(path=path)
    layers = os.pathsep.join(str(ROOT / "layers" / layer / "python") for layer in ("core", "policy"))
    environment = {"PATH": os.defpath, "PYTHONPATH": layers, "AWS_REGION": "us-east-1"}
    command = [sys.executable, "-c", _TIMED.format(work=work)]
    return float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)


def row(name: str, times: list[float], base: list[float]) -> dict[str, str | float | bool]:
    """The ratio is of the medians; the minimum shows what the machine can do when nothing disturbs it."""
    ratio = statistics.median(times) / statistics.median(base)
    budget = BUDGETS.get(name, BUDGET)
    return {
        "name": name,
        "min": round(min(times), 1),
        "median": round(statistics.median(times), 1),
        "ratio": round(ratio, 3),
        "ratio_of_minima": round(min(times) / min(base), 3),
        "budget": budget,
        "within": ratio <= budget,
    }


def write(results: dict[str, object]) -> None:
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
