"""Identifiers in free text: where they are and what they are."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple


class Span(NamedTuple):
    """`text[start:end]` is an identifier of `category`, found by `detector`."""

    start: int
    end: int
    category: str
    detector: str


_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("EMAIL", r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}\b"),
    ("URL", r"\b(?:https?|ftp)://[^\s\"'<>]{3,500}"),
    ("SSN", r"(?<![\w-])\d{3}[- .]\d{2}[- .]\d{4}(?![\w-])"),
    ("IP", r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])"),
    ("DATE", r"(?<![\w-])(?:19|20)\d{2}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?)?(?!\w)"),
    ("DATE", r"(?<![\w/])\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})(?![\w/])"),
    ("DATE", rf"(?i:\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+'?\d{{2,4}})?\b)"),
    ("DATE", rf"(?i:\b\d{{1,2}}(?:st|nd|rd|th)?[\s-]+(?:of\s+)?{_MONTH}(?:[\s,-]+'?\d{{2,4}})?\b)"),
    ("PHONE", r"(?<![\w-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])"),
    ("MRN", r"(?i:\b(?:mrn|medical record(?: number)?)\b)[\s:#=]{0,4}(?P<v>[\w-]{3,30})"),
    ("NAME", r"\b(?:Mr|Mrs|Ms|Dr|Prof)\.?\s+(?P<v>[A-Z][\w'-]{1,30}(?:\s+[A-Z][\w'-]{1,30}){0,2})"),
    ("NAME", r"\b(?i:patient|named?|pt)[\s:]{1,3}(?P<v>[A-Z][a-z'-]{1,30}\s+[A-Z][\w'-]{0,30}\.?)"),
    ("ID", r"(?<![\w.-])\d{7,19}(?![\w.-])"),
)  # fmt: skip


@cache
def _compiled() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((category, re.compile(pattern)) for category, pattern in _PATTERNS)


def find(text: str) -> list[Span]:
    """Identifiers in `text`, in order, without overlaps; the longest of two that overlap wins."""
    spans = []
    for category, pattern in _compiled():
        group = "v" if "v" in pattern.groupindex else 0
        spans += [Span(*match.span(group), category, "pattern") for match in pattern.finditer(text)]
    return settle(spans)


def settle(spans: list[Span]) -> list[Span]:
    """`spans` in order, overlaps resolved for the longer one."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if kept and span.start < kept[-1].end:
            if span.end - span.start > kept[-1].end - kept[-1].start:
                kept[-1] = span
            continue
        kept.append(span)
    return kept
