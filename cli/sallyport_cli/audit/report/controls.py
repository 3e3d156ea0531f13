"""What auditors ask for, control by control: one claim, the figures under it, and what it takes beyond Sallyport."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sallyport_cli.audit.report.topics import TOPICS, Topic


@dataclass(frozen=True, slots=True)
class Control:
    """`topics` are the figures; with `integrity` the claim rests on the verification of the export as well."""

    id: str
    title: str
    claim: str
    topics: tuple[Topic, ...]
    beyond: str
    integrity: bool

    def has_evidence(self, counts: Mapping[str, int]) -> bool:
        return any(counts[topic.name] for topic in self.topics)


@dataclass(frozen=True, slots=True)
class Framework:
    """Controls of one book."""

    name: str
    controls: tuple[Control, ...]


def frameworks() -> list[Framework]:
    """All of controls.toml, in its order."""
    told = tomllib.loads(Path(__file__).with_name("controls.toml").read_text(encoding="utf-8"))
    return [Framework(row["name"], tuple(map(_control, row["control"]))) for row in told["framework"]]


def _control(row: Mapping[str, Any]) -> Control:
    topics = tuple(TOPICS[name] for name in row["topics"])
    return Control(row["id"], row["title"], row["claim"], topics, row["beyond"], row.get("integrity", False))
