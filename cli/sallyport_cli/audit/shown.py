"""Text of the evidence on its way to a terminal."""

from __future__ import annotations


def shown(text: str) -> str:
    """The text on one line, with terminal control characters spelled out, because anybody may have written the
    event."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)
