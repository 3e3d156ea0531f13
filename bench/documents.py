"""How figures are written into documents."""

from __future__ import annotations

from pathlib import Path


def percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f}"


def named(file: str) -> str:
    """A corpus by its file: `asq_phi` for asq_phi.dev.jsonl.gz; the unseen half keeps its name."""
    return file.removesuffix(".jsonl.gz").removesuffix(".dev")


def between(document: Path, name: str, body: str) -> None:
    """Replace what stands between `<!-- name -->` and `<!-- /name -->`."""
    text = document.read_text(encoding="utf-8")
    head, _, rest = text.partition(f"<!-- {name} -->\n")
    _, mark, tail = rest.partition(f"<!-- /{name} -->")
    if not mark:
        raise SystemExit(f"{document} lacks the markers of {name}")
    document.write_text(f"{head}<!-- {name} -->\n{body}{mark}{tail}", encoding="utf-8")
