"""The request and response examples that AWS ships inside botocore, read from the installed package."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore

from bench.operations.documents import Document, Path_, Span, as_text, leaves, merged

LABELS = Path(__file__).parent / "labels" / "botocore.json"


def documents() -> Iterator[Document]:
    """Every `input` and `output`, in the order of their files, with the labels of labels/botocore.json."""
    labels: dict[str, Any] = json.loads(LABELS.read_text(encoding="utf-8"))
    for file in sorted((Path(botocore.__file__).parent / "data").glob("*/*/examples-1.json*")):
        service, version = file.parts[-3:-1]
        packed = file.read_bytes()
        shipped = json.loads(gzip.decompress(packed) if file.suffix == ".gz" else packed)
        for operation, examples in sorted(shipped.get("examples", {}).items()):
            for number, example in enumerate(examples):
                for side in ("input", "output"):
                    if content := example.get(side):
                        name = f"{service}/{version}/{operation}/{number}/{side}"
                        yield Document(name, content, _spans(service, content, labels))


def _spans(service: str, content: Any, labels: dict[str, Any]) -> dict[Path_, tuple[Span, ...]]:
    values = [(re.compile(rf"(?<![A-Za-z0-9]){re.escape(value)}(?![A-Za-z0-9])"), label, required)
              for where in ("*", service) for value, label, required in labels["values"].get(where, ())]  # fmt: skip
    patterns = [(re.compile(pattern), label, required) for pattern, label, required in labels["patterns"]]
    fields = {
        key: (label, required) for where in ("*", service) for key, label, required in labels["fields"].get(where, ())
    }
    found: dict[Path_, tuple[Span, ...]] = {}
    for path, leaf in leaves(content):
        text = as_text(leaf)
        spans = [
            Span(match.start(), match.end(), label, required)
            for pattern, label, required in values + patterns
            for match in pattern.finditer(text)
        ]
        key = next((step for step in reversed(path) if isinstance(step, str)), "")
        if key in fields:
            label, required = fields[key]
            spans.append(Span(0, len(text), label, required))
        if spans:
            found[path] = merged(spans)
    return found
