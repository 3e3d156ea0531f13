"""What masking takes on its first run: import, word lists, the first two kilobytes masked; two checkouts side by side,
in fresh interpreters, taking turns.

    python -m bench.masking_cold --before CHECKOUT [--after CHECKOUT] [--processes N]

Processor time without that of starting the interpreter, once with byte code at hand and once without: Lambda has none
for a layer, and cannot write it. The memory is that of the whole process at its largest.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
SIZE = 2048
_SCRIPT = """
import json, resource, sys, time
text = sys.stdin.read()
started = time.process_time()
from sallyport.masking import mask_json
mask_json({"reason": text})
took = time.process_time() - started
print(json.dumps([took * 1000, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=Path, required=True, metavar="CHECKOUT")
    parser.add_argument("--after", type=Path, default=ROOT, metavar="CHECKOUT")
    parser.add_argument("--processes", type=int, default=9, help="fresh interpreters of each")
    arguments = parser.parse_args()
    print(f"{'':<18}{'before':>8}{'after':>8}{'ratio':>8}")
    for name, byte_code in (("with byte code", True), ("without", False)):
        before, after = measured(arguments.before, arguments.after, arguments.processes, byte_code=byte_code)
        print(f"{name + ', ms':<18}{before[0]:>8.0f}{after[0]:>8.0f}{after[0] / before[0]:>8.2f}")
    print(f"{'memory, MB':<18}{before[1]:>8.0f}{after[1]:>8.0f}{after[1] / before[1]:>8.2f}")


def measured(before: Path, after: Path, processes: int, *, byte_code: bool) -> list[tuple[float, float]]:
    """Medians of milliseconds and of megabytes of both checkouts."""
    found: defaultdict[Path, list[tuple[float, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as cache:
        for done in range(processes + 1):  # the first round only fills the caches of files and byte code
            for checkout in (before, after):
                taken = once(checkout, Path(cache) / checkout.resolve().name if byte_code else None)
                found[checkout] += [taken] if done else []
    return [
        (statistics.median(ms for ms, _ in found[checkout]), statistics.median(mb for _, mb in found[checkout]))
        for checkout in (before, after)
    ]


def once(checkout: Path, cache: Path | None) -> tuple[float, float]:
    """Milliseconds and megabytes of one fresh interpreter, whose byte code is that of `cache`, or nowhere."""
    environment = {"PATH": os.defpath, "PYTHONPATH": str(checkout.resolve() / "layers" / "core" / "python")}
    # A cache that is never written keeps byte code that lies beside the sources from being read.
    environment |= {"PYTHONPYCACHEPREFIX": str(cache or "/nowhere"), "PYTHONDONTWRITEBYTECODE": "" if cache else "1"}
    command = [sys.executable, "-c", _SCRIPT]
    ran = subprocess.run(command, env=environment, input=note(), capture_output=True, text=True, check=True)
    took, memory = json.loads(ran.stdout)
    return took, memory


def note() -> str:
    """The clinical note that is masked, always the same."""
    sys.path.insert(0, str(ROOT / "layers" / "core" / "python"))
    from bench import masking_worst

    return masking_worst.note(1, SIZE)[:SIZE]


if __name__ == "__main__":
    main()
