"""Bytes that are no text: withheld, since nobody can judge what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from sallyport.masking.detect.withheld import CONTROLS
from sallyport.masking.spans import Span

# Controls but for blanks, ESC (colours of a terminal) and \x02, which stands for markers; what was not decoded;
# private use.
_NO_TEXT = r"\x00\x01\x03-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffd\ue000-\uf8ff"
# Four of them with few characters between each two (in random bytes every fourth is one). A word next to them is part
# of it.
_BYTES = rf"[{_NO_TEXT}](?:[^{_NO_TEXT}]{{0,24}}[{_NO_TEXT}]){{3,}}"
_REACH = 12
_BEHIND, _BEFORE = re.compile(rf"[^ \[\]\x02]{{0,{_REACH}}}"), re.compile(r"[^ \[\]\x02]*\Z")


@cache
def _bytes() -> re.Pattern[str]:
    """Compiled at its first use: most requests are text, and so wide a class takes `re` milliseconds."""
    return re.compile(_BYTES)


def spans(text: str) -> Iterator[Span]:
    """Stretches of `text` that are bytes and no text."""
    for match in _bytes().finditer(text):
        before = _BEFORE.search(text[max(0, match.start() - _REACH) : match.start()])
        behind = _BEHIND.match(text, match.end())
        start = match.start() - len(before.group() if before else "")
        yield Span(start, behind.end() if behind else match.end(), "BINARY", CONTROLS)
