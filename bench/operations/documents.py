"""Labelled documents: a text or a JSON value, and where the identifiers in it stand. score.py's JSON lines."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

type Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """An identifier in one leaf: `required` ones have to be masked, the others may be."""

    start: int
    end: int
    label: str
    required: bool


@dataclass(frozen=True, slots=True)
class Document:
    """`content` is a text or a JSON value; `spans` stand by the path of the leaf that holds them, () for a text."""

    id: str
    content: Any
    spans: dict[Path_, tuple[Span, ...]] = field(default_factory=dict)

    def line(self) -> dict[str, Any]:
        """The document as score.py reads it."""
        if isinstance(self.content, str):
            spans = [_entry(self.content, span) for span in self.spans.get((), ())]
            return {"id": self.id, "text": self.content, "spans": spans}
        written = dict(leaves(self.content))
        identifiers = [
            {"path": list(path), **_entry(as_text(written[path]), span)}
            for path, spans in self.spans.items()
            for span in spans
        ]
        for identifier in identifiers:
            identifier["value"] = identifier.pop("text")
        return {"id": self.id, "json": self.content, "identifiers": identifiers}


def _entry(text: str, span: Span) -> dict[str, Any]:
    return {
        "start": span.start,
        "end": span.end,
        "label": span.label,
        "text": text[span.start : span.end],
        "required": span.required,
    }


def leaves(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Every leaf of a JSON value with its path, in order."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from leaves(item, (*path, at))
    else:
        yield path, value


def as_text(value: Any) -> str:
    """A leaf as score.py writes it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else repr(value) if isinstance(value, float) else str(value)


def digest(text: str) -> int:
    """A number that a text always has, for choosing and splitting without chance."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans without overlaps: required ones win, then the longer."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (not s.required, s.start - s.end, s.start)):
        if span.start < span.end and all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return tuple(sorted(kept, key=lambda s: s.start))


def write(target: Path, documents: Iterable[Document]) -> int:
    """Write JSON lines; the same documents give the same bytes. Answers how many there were."""
    count = 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
        for document in documents:
            packed.write(json.dumps(document.line(), ensure_ascii=True).encode() + b"\n")
            count += 1
    return count
