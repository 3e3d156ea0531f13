"""What `make up` writes about a local stack, and whose keys are in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sallyport_cli.errors import UsageError


def read(path: str | Path, *members: str) -> dict[str, Any]:
    """Raises UsageError when it is missing or lacks these members."""
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict) or not found.keys() >= set(members):
        raise UsageError(f"{path} is missing, or not a stack file; `make up` writes it")
    return found


def keys_of(named: Mapping[str, Any], name: str | None, who: str = "who you are") -> dict[str, Any]:
    """The keys of `name` among those that the stack names. Raises UsageError with all that there are."""
    if name is None or name not in named:
        raise UsageError(f"say {who}: --as {' | '.join(sorted(named))}")
    keys: dict[str, Any] = named[name]
    return keys
