"""Takes back what the look of a token alone found inside the name of a machine; what somebody chose freely in such a
name is judged by itself."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable

from sallyport.masking import machines
from sallyport.masking.detect.vocabulary import listed
from sallyport.masking.machines import MachineName
from sallyport.masking.spans import Span

# Detectors that go by the look. What a policy, a field or a documented format of a secret says is not theirs to lose.
_BY_LOOK = listed("look uuid name card iban phone ip date address facility spelled number age ssn weekday")
# What these found may be an instant, a window of time or an account, which takes the words around it to tell.
_RUNNING = listed("date card look cue")
# These kinds say by themselves that a machine chose them, so a generic cue (`instance id`) takes nothing from them.
_SURE = listed(
    "arn resource store host image azure google logs group ticket region cidr account uuid hash ulid organization"
    " pool pod epoch quarter version zone"
)
# And these cannot be a secret, whatever word stands near.
_PUBLIC = listed(
    "arn resource store host image azure google logs group region cidr organization pool pod epoch schedule"
)
_TOKEN = re.compile(r"[^\s\"'`<>(){}\[\],;|]+")
_TELLING = re.compile(r"(?!https?://)[A-Za-z]*(?:[0-9/@:=_-]|[A-Za-z]\.[A-Za-z])")
_NUMERIC = re.compile(r"[0-9./:+-]*")
_ADDRESS = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}(?:[/:]\d|$)|(?:10|127|169\.254|172\.(?:1[6-9]|2\d|3[01])|192\.168|0)\.")

_ACCOUNTS = listed("account")

type Judge = Callable[[str], list[Span]]


def spare(text: str, spans: list[Span], judge: Judge) -> list[Span]:
    """`spans` without those that a machine's name explains, and with what `judge` finds in its open parts."""
    doubtful = [span for span in spans if _explains(text, span) is not None]
    if not doubtful or not (names := _names(text, doubtful)):
        return spans
    kept = [span for span in spans if _explains(text, span) is None]
    for span in doubtful:
        kinds = _explains(text, span) or ()
        explaining = [name for name in names if not kinds or name.kind in kinds]
        kept += [rest for rest in _outside(span, explaining) if any(map(str.isalnum, text[rest.start : rest.end]))]
    for name in names:
        for start, end in name.open:
            kept += _open(text[start:end], start, judge)
    return kept


def _explains(text: str, span: Span) -> frozenset[str] | None:
    """The kinds of names that explain `span` away; none at all is every kind, None is no kind."""
    if span.detector in _BY_LOOK:
        return frozenset()
    if span.detector == "cue" and span.category in ("ID", "ACCOUNT"):
        return _SURE if span.category == "ID" else _ACCOUNTS
    # `api-7d9f8b6c5-x2x4z`: the word that named a secret is a part of the name.
    joined = span.detector == "secret" and text[span.start - 1 : span.start] == "-"
    return _PUBLIC if joined or span.detector == "random" else None


def _names(text: str, spans: list[Span]) -> list[MachineName]:
    """The machines' names in `text` that any of `spans` touches, in order."""
    found = [
        name
        for span in spans
        if span.detector in _RUNNING and (name := machines.running.at(text, span.start, span.end)) is not None
    ]
    tokens = [match.span() for match in _TOKEN.finditer(text)]
    starts = [start for start, _ in tokens]
    read: set[int] = set()
    for span in spans:
        at = max(0, bisect.bisect_right(starts, span.start) - 1)
        while at < len(tokens) and tokens[at][0] < span.end:
            start, end = tokens[at]
            if at not in read and end > span.start and _telling(text, start, end):
                read.add(at)
                name = machines.at(text, start, end)
                if name is not None and not any(_meet(name, other) for other in found):
                    found.append(name)
            at += 1
    return sorted(found)


def _telling(text: str, start: int, end: int) -> bool:
    """Whether a token can be a machine's name at all: most words, dates and numbers are none."""
    if end - start <= _SHORTEST or _TELLING.match(text, start, end) is None:
        return False
    return _NUMERIC.fullmatch(text, start, end) is None or _ADDRESS.match(text, start, end) is not None


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
    found = judge(part) + [Span(start, end, "NAME", "name") for start, end in machines.names_of_people(part)]
    return [span._replace(start=span.start + at, end=span.end + at) for span in found]
