"""HTML from templates: everything is escaped, nothing is loaded from elsewhere, and no page runs a script."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_SHARED = Path(__file__).with_name("templates")
# What a reader cannot see: controls, marks that change the reading direction, lone surrogates, line separators.
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


def environment(templates: Path) -> Environment:
    """Templates of one folder and the shared ones. Styles go into the page, so that it is one file."""
    found = Environment(
        loader=FileSystemLoader([templates, _SHARED]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # It contains only our own text, and CSS does not understand HTML escapes.
    found.globals["style"] = Markup((_SHARED / "style.css").read_text(encoding="utf-8"))  # noqa: S704
    found.filters |= {"number": number, "moment": moment, "duration": duration, "plural": plural}
    return found


def visible(text: str) -> str:
    """The text with what cannot be seen spelled out: an id from outside cannot reorder or hide what is next to it."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"\\u{ord(c):04x}" if unicodedata.category(c) in _INVISIBLE else c for c in text)


def _finalized(value: Any) -> Any:
    if isinstance(value, Markup):
        return value
    return "" if value is None else visible(str(value))


def number(value: int) -> str:
    return f"{value:,}"


def plural(count: int, one: str, more: str | None = None) -> str:
    """`3 requests`, `1 person`."""
    return f"{count:,} {one if count == 1 else (more or one + 's')}"


def moment(at: datetime | str) -> str:
    """An instant to the second, in UTC; any other text stays as it is."""
    try:
        at = datetime.fromisoformat(at) if isinstance(at, str) else at
        return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError):
        return str(at)


_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def duration(seconds: float) -> str:
    """The two largest units: `2 h 5 min`."""
    left, parts = round(seconds), list[str]()
    for size, unit in _UNITS:
        if left >= size and len(parts) < 2:
            parts.append(f"{left // size} {unit}")
            left %= size
    return " ".join(parts) or "0 s"
