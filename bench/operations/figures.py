"""The figures of operations for docs/masking.md: what is altered although it names nobody, by what, and why."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.documents import named, percent
from bench.operations import altered

ARGUMENTS = Path(__file__).parent / "arguments.json"


def measure(files: list[Path]) -> dict[str, Any]:
    """By corpus: letters and digits outside identifiers, and how many were altered by what and in what."""
    return {named(file.name): _counted(altered.measure(_lines(file))) for file in files}


def _counted(found: altered.Altered) -> dict[str, Any]:
    return {
        "outside": found.outside,
        "by": [[category, detector, n] for (category, detector), n in found.by_detector.most_common()],
        "kinds": {name: [found.by_kind[name], n] for name, n in found.kinds_seen.most_common()},
    }


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def tables(results: dict[str, Any]) -> str:
    """Markdown: machines' names by kind, then every category and detector with its argument."""
    corpora = list(results)
    lines = [
        "Altered letters and digits of machines' names, per cent of each kind (of how many letters and digits).",
        "",
        f"| kind | {' | '.join(corpora)} |",
        f"|---|{'---|' * len(corpora)}",
    ]
    certain = list(altered.CERTAIN)
    for name in certain + [kind for kind in [*altered.KINDS, "other"] if kind not in certain]:
        cells = [_share(results[corpus]["kinds"].get(name)) for corpus in corpora]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    why: dict[str, str] = json.loads(ARGUMENTS.read_text(encoding="utf-8"))
    lines += [
        "",
        "What altered them, per cent of all letters and digits outside identifiers.",
        "",
        f"| category (detector) | {' | '.join(corpora)} | why |",
        f"|---|{'---|' * len(corpora)}---|",
    ]
    for key in _by_weight(results):
        cells = [percent(_altered(results[corpus], key) / results[corpus]["outside"]) for corpus in corpora]
        lines.append(f"| {key} | {' | '.join(cells)} | {why.get(key, '')} |")
    totals = [percent(sum(n for _, _, n in results[corpus]["by"]) / results[corpus]["outside"]) for corpus in corpora]
    lines.append(f"| all | {' | '.join(totals)} | |")
    return "\n".join(lines) + "\n"


def _share(counted: list[int] | None) -> str:
    return "–" if counted is None else f"{percent(counted[0] / counted[1])} of {counted[1]:,}"


def _altered(result: dict[str, Any], key: str) -> int:
    return sum(n for category, detector, n in result["by"] if f"{category} ({detector})" == key)


def _by_weight(results: dict[str, Any]) -> list[str]:
    """Each category and detector, the one that alters the largest share of a corpus first."""
    keys = {f"{category} ({detector})" for result in results.values() for category, detector, _ in result["by"]}
    weights = {key: max(_altered(result, key) / result["outside"] for result in results.values()) for key in keys}
    return sorted((key for key in keys if weights[key] >= 0.0001), key=lambda key: (-weights[key], key))
