"""What `fires` refuses and lets through, kind by kind: technical names that identify nobody, and ones that identify
somebody.

    python -m bench.scopes [--show N] [--people FILE]

Writes bench/results/scopes.json and the table in docs/masking.md; ends with 1 when a kind misses its bar. The people
come from packages that the product does not know (bench/scope_values/people.py, in an environment of its own).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# The layer's code is not installed anywhere: Lambda puts it on the path, and so does this.
sys.path.insert(0, str(ROOT / "layers" / "core" / "python"))

from bench.scope_values import harmless, sensitive  # noqa: E402 - needs the path above
from sallyport.masking import fires  # noqa: E402

RESULTS = ROOT / "bench" / "results" / "scopes.json"
DOCUMENT = ROOT / "docs" / "masking.md"
VENV = ROOT / ".local" / "scopes-venv"
EACH = 400
REFUSED, PASSED = 0.5, 1.0  # per cent


def people() -> Mapping[str, Any]:
    """People made up in their environment, which is made when it is missing."""
    python = VENV / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        lock = ROOT / "bench" / "scope_values" / "requirements.txt"
        subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)], check=True
        )
    made = subprocess.run(
        [str(python), str(ROOT / "bench" / "scope_values" / "people.py")], check=True, capture_output=True, text=True
    )
    known: Mapping[str, Any] = json.loads(made.stdout)
    return known


def measure(made: Mapping[str, Any], show: int) -> dict[str, dict[str, dict[str, float]]]:
    """Per cent refused of each harmless kind, and let through of each sensitive one."""
    measured: dict[str, dict[str, dict[str, float]]] = {"harmless": {}, "sensitive": {}}
    for kind in harmless.KINDS:
        values = list(harmless.values(kind, EACH))
        measured["harmless"][kind] = _share(values, [value for value in values if fires(value)], show, kind)
    for kind in sensitive.kinds(made):
        values = sensitive.values(made, kind, EACH)
        measured["sensitive"][kind] = _share(values, [value for value in values if not fires(value)], show, kind)
    return measured


def _share(values: list[str], wrong: list[str], show: int, kind: str) -> dict[str, float]:
    if show and wrong:
        print(f"{kind}: {[(value, *fires(value)) for value in wrong[:show]]}", file=sys.stderr)
    return {"values": len(values), "distinct": len(set(values)), "wrong": round(100 * len(wrong) / len(values), 2)}


def missed(measured: Mapping[str, Mapping[str, Mapping[str, float]]]) -> list[str]:
    """Kinds above their bar."""
    return [
        *(kind for kind, figures in measured["harmless"].items() if figures["wrong"] > REFUSED),
        *(kind for kind, wrong in _sensitive(measured) if wrong > PASSED and kind != WORST),
    ]


WORST = "the worst of these sources"


def _sensitive(measured: Mapping[str, Mapping[str, Mapping[str, float]]]) -> list[tuple[str, float]]:
    """What is let through, by kind; the sources of names together are one kind, shown by the worst of them."""
    rows = [(kind, f["wrong"]) for kind, f in measured["sensitive"].items() if not kind.startswith("name, ")]
    names = [figures["wrong"] for kind, figures in measured["sensitive"].items() if kind.startswith("name, ")]
    return [
        *rows,
        (f"given and family name, {len(names)} sources", round(sum(names) / len(names), 2)),
        (WORST, max(names)),
    ]


def table(measured: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """The figures as Markdown; the many sources of names in one row."""
    lines = []
    harmless_rows = [(kind, figures["wrong"]) for kind, figures in measured["harmless"].items()]
    for side, title, rows in (
        ("harmless", "refused", harmless_rows),
        ("sensitive", "let through", _sensitive(measured)),
    ):
        lines += [
            f"| {side} | {title}, per cent |",
            "|---|---|",
            *(f"| {kind} | {wrong} |" for kind, wrong in rows),
            "",
        ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--show", type=int, default=0, help="wrongly judged values to show of each kind")
    parser.add_argument("--people", type=Path, help="people made before, as JSON, instead of new ones")
    arguments = parser.parse_args()
    made = json.loads(arguments.people.read_text(encoding="utf-8")) if arguments.people else people()
    measured = measure(made, arguments.show)
    RESULTS.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition("<!-- scopes -->\n")
    if rest:
        behind = rest.partition("<!-- /scopes -->")[2]
        DOCUMENT.write_text(f"{before}<!-- scopes -->\n{table(measured)}<!-- /scopes -->{behind}", encoding="utf-8")
    print(table(measured))
    for kind in missed(measured):
        print("misses its bar:", kind)
    return 1 if missed(measured) else 0


if __name__ == "__main__":
    sys.exit(main())
