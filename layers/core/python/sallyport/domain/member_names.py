"""Places in a body that a refusal may name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sallyport.masking import fires, mask_text

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
_MOST = 10


def unknown_members(parent: str, names: Iterable[str]) -> tuple[str, ...]:
    """Paths of members that nobody declared: at most ten, each by its own name or, where that name is not a plain word
    or holds something that would be masked, as `parent`. Without its name an agent cannot tell which one to drop."""
    return tuple(dict.fromkeys(f"{parent}.{name}" if _is_plain(name) else parent for name in sorted(names)[:_MOST]))


def _is_plain(name: str) -> bool:
    return _WORD.fullmatch(name) is not None and not fires(name) and mask_text(name).text == name
