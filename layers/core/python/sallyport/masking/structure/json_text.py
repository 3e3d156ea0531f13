"""JSON that is in a string, read where it is: by its keys and the company that they keep, else as free text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from sallyport.masking.detect.declared import IN_JSON
from sallyport.masking.keys import Keys
from sallyport.masking.plain import Plain, unescape_json
from sallyport.masking.spans import Span
from sallyport.masking.structure import company, judging, meanings, tables
from sallyport.masking.structure.cells import Finder
from sallyport.masking.structure.company import Company
from sallyport.masking.structure.fields import Field
from sallyport.masking.structure.meanings import Masked

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|[{}\[\],]')
_START = re.compile(r'\s*(?:\{\s*(?:"|\})|\[\s*(?:["{\[\d-]|\]|null|true|false))')
_STRING_START = re.compile(r'\s*"[\[{]')
_LONGEST_NAME = 64  # characters
_FIELD_NAME = re.compile(r"[A-Za-z_$@][\w.$@:-]{0,60}")


def looks_like_json(text: str) -> bool:
    """Whether `text` is a JSON object, array, or a JSON string that holds one. Only its two ends are looked at."""
    tail = text[-40:].rstrip()[-1:]
    return (tail in "}]" and _START.match(text) is not None) or (tail == '"' and _STRING_START.match(text) is not None)


def is_json(text: str) -> bool:
    """Whether `text` is JSON to its end, so that `json_spans` has read all of it."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def json_spans(text: str, find: Finder, masked: Masked, keys: Keys) -> Iterator[Span]:
    """Identifiers in the strings and numbers of JSON text."""
    around = _companies(text, keys)
    field: Field | None = None
    opened, inside = 0, [0]
    beside = _Beside(masked)
    for match in _TOKEN.finditer(text):
        string, colon, number = match.groups()
        if string is None and number is None:
            mark = match.group()
            if mark in "{[":
                opened += 1
                inside.append(opened)
            elif mark in "}]" and len(inside) > 1:
                inside.pop()
            field = None if mark in "{}]" else field
        elif colon is not None:
            reading = unescape_json(string)
            field = meanings.masked(keys[reading.text].meanings[around[inside[-1]]], masked)
            field = beside.key(reading.text, inside[-1], field)
            if field is None and not _FIELD_NAME.fullmatch(reading.text):
                yield from _moved(find(reading.text), reading, match.start(1))
        elif string:
            beside.string(string, inside[-1], around[inside[-1]])
            theirs = field is None and around[inside[-1]] is Company.PERSON
            yield from _string(unescape_json(string), match, meanings.THEIRS if theirs else field, find)
        elif number:
            yield from _number(number, match, field, find)


class _Beside:
    """What the `"name"` of an object says of its `"value"`."""

    def __init__(self, masked: Masked) -> None:
        self._masked = masked
        self._named: dict[int, Field | None] = {}
        self._naming = False

    def key(self, key: str, at: int, field: Field | None) -> Field | None:
        """What is said of the value of `key` in the object `at`, where the key itself says `field`."""
        self._naming = key in tables.NAME_KEYS
        return self._named.get(at) or field if key in tables.VALUE_KEYS else field

    def string(self, string: str, at: int, here: Company) -> None:
        """Takes note of a string, the name of something if it comes after such a key."""
        if self._naming and len(string) <= _LONGEST_NAME:
            self._named[at] = meanings.masked(meanings.meaning(string, here), self._masked)
        self._naming = False


def _string(reading: Plain, match: re.Match[str], field: Field | None, find: Finder) -> Iterator[Span]:
    said = judging.READ if field is None else judging.decide(field, match.group(1))
    if said in (judging.READ, judging.READ_AS_MACHINES):
        spans = find(reading.text)
        if said == judging.READ_AS_MACHINES:
            spans = judging.machines_own(reading.text, spans)
        yield from _moved(spans, reading, match.start(1))
    elif said != judging.KEEP:
        yield Span(match.start(1), match.end(1), said, IN_JSON)


def _number(number: str, match: re.Match[str], field: Field | None, find: Finder) -> Iterator[Span]:
    said = judging.READ if field is None else judging.decide(field, number)
    if said == judging.READ and len(number) >= 9:
        yield from _moved(find(number), Plain(number, None, None), match.start(3))
    elif said not in (judging.READ, judging.READ_AS_MACHINES, judging.KEEP):
        yield Span(match.start(3), match.end(3), said, IN_JSON)


def _moved(spans: list[Span], reading: Plain, offset: int) -> Iterator[Span]:
    for span in spans:
        start, end = reading.back(span.start, span.end)
        yield span._replace(start=start + offset, end=end + offset)


def _companies(text: str, keys: Keys) -> list[Company]:
    """Whose each object and list of JSON text is, in the order in which they open; the first is what is outside."""
    parents, opening, said, inside, last = [0], [company.NOTHING], [company.NOTHING], [0], company.NOTHING
    for match in _TOKEN.finditer(text):
        mark = match.group()
        if match.group(2) is not None:
            last = keys[unescape_json(match.group(1)).text].says
            said[inside[-1]] |= last
        elif match.group(1) is not None or match.group(3) is not None:
            said[inside[-1]] |= company.plainly(last)
            last = company.NOTHING
        elif mark in "{[":
            inside.append(len(parents))
            parents.append(inside[-2])
            opening.append(last)
            said.append(company.NOTHING)
            last = company.NOTHING
        elif mark in "}]" and len(inside) > 1:
            inside.pop()
    found = [Company.NONE]
    for parent, opened, sum_said in zip(parents[1:], opening[1:], said[1:], strict=True):
        found.append(company.settle(sum_said, company.below(opened, found[parent])))
    return found
