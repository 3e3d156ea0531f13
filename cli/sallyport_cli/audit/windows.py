"""What a full export and the incremental ones since must satisfy together: no gap between windows, no surplus file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sallyport_cli.audit.findings import CannotTell

# Where DynamoDB puts the data files of incremental exports, beside the exports' own folders.
SHARED = "AWSDynamoDB"


class Window(Protocol):
    """An incremental export shows what was written from `since` (inclusive) until `time` (exclusive)."""

    @property
    def since(self) -> datetime | None: ...
    @property
    def time(self) -> datetime | None: ...


def is_unfinished(home: Path, manifests: Sequence[str]) -> bool:
    """DynamoDB writes `_started` first and the manifests last. An export that failed, or is still under way, or whose
    manifests were both taken away, shows nothing: its window is then not covered."""
    own_files = any((home / "data").glob("*.gz"))
    return (home / "_started").exists() and not own_files and not any((home / name).exists() for name in manifests)


def check_windows(full: Window, since_then: Sequence[Window]) -> None:
    """Raises CannotTell where nothing shows what was written in some time: an event of it could be anything."""
    covered = full.time
    if covered is None:
        return  # its manifest is found to be altered, or it has none
    for window in sorted((w for w in since_then if w.since and w.time), key=lambda w: (w.since, w.time)):
        assert window.since is not None
        assert window.time is not None
        if window.since > covered:
            raise CannotTell(
                f"no export here has what was written from {covered:%Y-%m-%dT%H:%M:%SZ} to "
                f"{window.since:%Y-%m-%dT%H:%M:%SZ}: add the export of that time, or use a newer full one"
            )
        covered = max(covered, window.time)


def unlisted(folder: Path, listed: set[Path]) -> list[Path]:
    """Data files beside the exports that no manifest names."""
    there = (path for path in folder.rglob("data/*.gz") if path.parent.parent.name == SHARED)
    return sorted(path for path in there if path not in listed)
