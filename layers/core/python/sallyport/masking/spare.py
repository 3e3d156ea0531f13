"""Takes back what the look of a token alone found inside the name of a machine; what somebody chose freely in such a
name is judged by itself."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterator

from sallyport.masking import machines
from sallyport.masking.detect import secrets
from sallyport.masking.detect.names.row import INSIDE
from sallyport.masking.detect.sparing import ANY, PUBLIC
from sallyport.masking.machines import MachineName
from sallyport.masking.spans import Span

_BACK = re.compile(r"[^\s\"'`<>(){}\[\],;|]{0,2048}")
_EDGE = re.compile(r"[\s\"'`<>(){}\[\],;|]")
_JOINS = frozenset("_/:=@-+#~%")  # touching what was found, they make it a part of something longer
_LONGEST = 2048

type Judge = Callable[[str], list[Span]]


def spare(text: str, spans: list[Span], judge: Judge) -> list[Span]:
    """`spans` without those that a machine's name explains, and with what `judge` finds in its open parts."""
    for span in spans:
        if _doubtful(text, span):
            return _spared(text, spans, judge)
    return spans  # words and numbers that stand for themselves, as in most texts


def _doubtful(text: str, span: Span) -> bool:
    sparing = span.detector.sparing
    if sparing.words:
        return _joined(text, span) or (sparing.running and _told(text, span))
    return sparing.explained(text, span) is not None


def _told(text: str, span: Span) -> bool:
    return machines.running.may_tell(text, span.start, span.end)


def _spared(text: str, spans: list[Span], judge: Judge) -> list[Span]:
    kinds = [span.detector.sparing.explained(text, span) for span in spans]
    names = _names(
        text, [span for span, kind in zip(spans, kinds, strict=True) if kind is not None or span.category == "URL"]
    )
    if not names:
        return spans
    starts = [name.start for name in names]
    kept: list[Span] = []
    for span, kind in zip(spans, kinds, strict=True):
        near = names[max(0, bisect.bisect_right(starts, span.start) - 1) : bisect.bisect_left(starts, span.end)]
        if kind is None or not near:
            kept.append(span)
            continue
        if kind is ANY and secrets.expected(text, span.start):
            kind = PUBLIC  # noqa: PLW2901 - what stands where a secret would is explained by less
        explaining = [name for name in near if (kind is ANY or name.kind in kind) and not _half(span, name)]
        kept += [rest for rest in _outside(span, explaining) if _says(text[rest.start : rest.end], span)]
    for name in names:
        for start, end in name.open:
            kept += _open(text[start:end], start, judge)
    return kept


def _says(rest: str, span: Span) -> bool:
    """Whether what is left of a span, next to the names that explain it, identifies still: a number needs a digit."""
    return any(map(str.isdigit if span.detector.sparing.digits else str.isalnum, rest))


def _half(span: Span, name: MachineName) -> bool:
    """Whether the name is the time of a day that is masked: the two are one."""
    return name.kind == span.detector.sparing.half


def _names(text: str, spans: list[Span]) -> list[MachineName]:
    """The machines' names in `text` that any of `spans` touches, in order."""
    told = any(span.detector.sparing.running and _told(text, span) for span in spans)
    running = machines.running.find(text) if told else []
    found: list[MachineName] = []
    read = at = 0  # up to here every token was read, and every running name
    for span in sorted(spans):
        if span.category == "URL":
            read = max(read, span.end)  # found as a whole already
            continue
        while at < len(running) and running[at].start < span.end:
            if running[at].end > max(read, span.start):
                found.append(running[at])
                read = running[at].end
            at += 1
        if span.end <= read or (span.detector.sparing.words and not _joined(text, span)):
            continue
        for start, end in _tokens(text, span, read):
            read = end
            if end - start > _SHORTEST and (name := machines.at(text, start, end)) is not None:
                found.append(name)
    return found


def _joined(text: str, span: Span) -> bool:
    """Whether words, or a number, are a part of something longer without spaces."""
    before, after = text[span.start - 1 : span.start], text[span.end : span.end + 2]
    if before in _JOINS or after[:1] in _JOINS or before == "." or (after[:1] == "." and after[1:].isalnum()):
        return True
    return not _JOINS.isdisjoint(text[span.start : span.end]) and not span.detector.sparing.punctuated


def _tokens(text: str, span: Span, read: int) -> Iterator[tuple[int, int]]:
    """The tokens that `span` touches and that begin after `read`."""
    low = max(read, span.start - _LONGEST)
    low = max(low, text.rfind(" ", low, span.start) + 1)  # the nearest edge in nearly all texts, found fast
    start = span.start - len(_BACK.match(text[low : span.start][::-1]).group())  # type: ignore[union-attr]
    while start < span.end:
        edge = _EDGE.search(text, start)
        end = edge.start() if edge is not None else len(text)
        if end > start >= read:
            yield start, end
        start = end + 1


_SHORTEST = 3  # characters


def _meet(one: MachineName | Span, other: MachineName | Span) -> bool:
    return one.start < other.end and other.start < one.end


def _outside(span: Span, names: list[MachineName]) -> list[Span]:
    """What of `span` lies outside of `names`, which are in order."""
    found = []
    start = span.start
    for name in names:
        if _meet(name, span):
            found.append(span._replace(start=start, end=max(start, name.start)))
            start = name.end
    return [*found, span._replace(start=min(start, span.end))]


def _open(part: str, at: int, judge: Judge) -> list[Span]:
    """What identifies in a part of a machine's name that somebody chose."""
    found = judge(part) + [Span(start, end, "NAME", INSIDE) for start, end in machines.names_of_people(part)]
    return [span._replace(start=span.start + at, end=span.end + at) for span in found]
