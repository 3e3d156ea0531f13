"""FHIR narrative, which is XHTML: its bare tags say nothing about anybody and only keep words apart."""

from __future__ import annotations

import re

# Elements that the specification allows (FHIR R4, 2.4.1), without attributes but the namespace. A tag that has more,
# or another name, stays text: `<John>` and `title="…"` are read.
_BLOCKS = "div|p|br|hr|ul|ol|li|dl|dt|dd|table|caption|thead|tbody|tfoot|tr|td|th|pre|blockquote|h[1-6]"
_INLINE = "b|i|em|strong|small|big|tt|sub|sup|span|code|q|a"
_TAG = re.compile(rf"</?(?:({_BLOCKS})|{_INLINE})(?:\s+xmlns=\"http://www\.w3\.org/1999/xhtml\")?\s*/?>", re.IGNORECASE)


def is_narrative(text: str) -> bool:
    """Whether `text` is a narrative's `div`."""
    return text.startswith("<div")


def without_tags(text: str) -> str:
    """`text` with its bare tags blanked, those of blocks by line ends; offsets are kept."""
    return _TAG.sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    size = match.end() - match.start()
    return "\n" * size if match.group(1) else " " * size
