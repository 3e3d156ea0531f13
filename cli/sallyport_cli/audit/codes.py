"""The codes in the evidence, in words for people."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def codes() -> dict[str, str]:
    """All of codes.toml."""
    found: dict[str, str] = tomllib.loads(Path(__file__).with_name("codes.toml").read_text(encoding="utf-8"))
    return found


def why(code: Any) -> str:
    """The code in words, if there are any for it."""
    return codes().get(str(code), str(code))
