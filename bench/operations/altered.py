"""What masking alters outside every identifier: by category and detector, and by the kind of machine's name."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bench.operations.documents import Path_, as_text, leaves
from sallyport.masking import mask

_MARKER = re.compile(r"\[([A-Z][A-Z0-9_]{0,23})-[1-9]\d{0,6}\]")
_TOKEN = re.compile(r"[^\s\"'<>()\[\]{},;]+")
# The first that matches names the kind. Anything but a machine's name is a word, a number, or something else.
KINDS = {
    "ARN": re.compile(r"arn:aws[\w-]*:"),
    "image": re.compile(r".*@sha256:|.*\.dkr\.ecr\.|(?:[\w.-]+/)+[\w.-]+:[\w.-]+$|sha256:"),
    "URI of a store": re.compile(r"(?:s3|gs|abfss?|wasbs?|hdfs)://"),
    "instant": re.compile(
        r"\d{4}-\d\d-\d\d(?:T|$)|\d\d:\d\d:\d\d|1[0-7]\d{8}(?:\.\d+|\d{3})?$|\d{4}/\d\d/\d\d|\d\d/[A-Z][a-z]{2}/\d{4}|\d{8}T\d{4,6}Z"
    ),
    "UUID": re.compile(r"(?:.*[^0-9a-fA-F])?[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"),
    "resource id": re.compile(r"(?:.*[^a-z])?[a-z]{1,12}-(?:[a-z]+-)?(?:[0-9a-f]{17}|[0-9a-f]{8})(?![0-9a-zA-Z])"),
    "account id": re.compile(r"(?:.*[^\d])?\d{12}(?!\d)"),
    "hash": re.compile(r"(?:.*[^0-9a-fA-F])?(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9A-F]{32})(?![0-9a-zA-Z])"),
    "principal id": re.compile(r"(?:AIDA|AROA|AIDACK|AKIA|ASIA|AGPA|ANPA)[A-Z0-9]{6,}"),
    "address": re.compile(r"(?:\d{1,3}\.){3}\d{1,3}(?:/\d+)?|[0-9a-f:]+::?[0-9a-f:]*(?:/\d+)?$"),
    "URL": re.compile(r"\w+://"),
    "host": re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|io|internal|local|svc|dev|app|cloud|gov|co)\b"),
    "path": re.compile(r"[~.]?/[\w.-]+/|[\w.-]+/[\w.-]+/"),
    "number": re.compile(r"[\d.,:+-]+$"),
    "opaque token": re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w+/=.-]{16,}$"),
    "joined words": re.compile(r"[A-Za-z]\w*[-_.:/=][\w.:/=-]+$|[a-z]+[A-Z]\w*$|(?:[A-Z][a-z0-9]+){2,}$"),
    "word": re.compile(r"[^\W\d]+\W*$"),
}
CERTAIN = ("resource id", "ARN", "account id", "image", "hash", "instant")  # none of these may ever be altered


@dataclass
class Altered:
    """Counts of letters and digits: of all outside identifiers, and of those altered there, by what altered them."""

    outside: int = 0
    by_detector: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_kind: Counter[str] = field(default_factory=Counter)
    kinds_seen: Counter[str] = field(default_factory=Counter)
    examples: dict[tuple[str, str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def share(self) -> float:
        """The share of the letters and digits outside identifiers that was altered."""
        return self.by_detector.total() / self.outside if self.outside else 0.0


def measure(documents: Iterable[dict[str, Any]]) -> Altered:
    """Masks every document with the default rules and counts. `documents` are score.py's lines."""
    counted = Altered()
    for document in documents:
        content = document["text"] if "text" in document else document["json"]
        labelled: dict[Path_, list[tuple[int, int]]] = defaultdict(list)
        for entry in document.get("spans", document.get("identifiers", ())):
            labelled[tuple(entry.get("path", ()))].append((entry["start"], entry["end"]))
        masked, findings = mask(content)
        detectors: dict[tuple[str, str], str] = {}
        for finding in findings:
            detectors.setdefault((finding.path, finding.category), finding.detector)
        for path, leaf in leaves(content):
            if leaf is not None and not isinstance(leaf, bool):
                shown = _at(masked.document, path)
                _leaf(counted, as_text(leaf), shown, labelled.get(path, []), path, detectors)
    return counted


def _leaf(
    counted: Altered,
    text: str,
    shown: str | None,
    labelled: list[tuple[int, int]],
    path: Path_,
    detectors: dict[tuple[str, str], str],
) -> None:
    outside = bytearray(map(str.isalnum, text))
    for start, end in labelled:
        outside[start:end] = bytes(end - start)
    counted.outside += sum(outside)
    tokens = [(match.start(), match.end(), kind(match[0])) for match in _TOKEN.finditer(text)]
    counted.kinds_seen.update(_by_kind(tokens, outside, 0, len(text)))
    if shown == text:
        return
    written = "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    for start, end, category in replaced(text, shown):
        lost = sum(outside[start:end])
        if lost:
            detector = detectors.get((written, category), "?")
            counted.by_detector[category, detector] += lost
            for name, count in _by_kind(tokens, outside, start, end).items():
                counted.by_kind[name] += count
                counted.examples[category, detector, name][text[start:end][:80]] += count


def _by_kind(tokens: list[tuple[int, int, str]], outside: bytearray, start: int, end: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for first, last, name in tokens:
        if first < end and start < last and (lost := sum(outside[max(first, start) : min(last, end)])):
            found[name] += lost
    return found


def replaced(text: str, shown: str | None) -> Iterator[tuple[int, int, str]]:
    """The stretches of `text` for which markers stand in `shown`, with their categories."""
    if shown is None:
        yield 0, len(text), "KEY"
        return
    pieces = _MARKER.split(shown)
    at = len(pieces[0])
    for category, behind in zip(pieces[1::2], pieces[2::2], strict=True):
        end = text.find(behind, at) if behind else len(text)
        if end < 0:  # what is shown was cut otherwise: the rest counts as replaced
            yield at, len(text), category
            return
        yield at, end, category
        at = end + len(behind)


def kind(token: str) -> str:
    """What kind of machine's name a token is."""
    return next((name for name, pattern in KINDS.items() if pattern.match(token)), "other")


def _at(value: Any, path: Path_) -> str | None:
    try:
        for step in path:
            value = value[step]
    except (KeyError, IndexError, TypeError):  # a key that was masked
        return None
    return as_text(value)
