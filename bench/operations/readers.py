"""What an agent would paste from one file of a source: parts of it, cut to the length of a payload."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

MOST = 12_000  # characters of a JSON part; longer ones are left out, an agent would not paste them
TEXT = 3_000  # characters of a text, cut at a line
_TERMINAL = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[\]_].*?(?:\x07|\x1b\\)|.)", re.DOTALL)
_SHORT = 60


class _Loader(yaml.SafeLoader):
    """Instants stay as they are written, since JSON has none."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _json(body: str) -> Iterator[Any]:
    try:
        yield json.loads(body)
    except ValueError:
        return


def _items(body: str) -> Iterator[Any]:
    """The items of a list, one of each kind of event."""
    seen = set()
    for value in _json(body):
        for item in value if isinstance(value, list) else [value]:
            kind = item.get("eventName") if isinstance(item, dict) else None
            if kind not in seen:
                seen.add(kind)
                yield item


def _recording(body: str) -> Iterator[Any]:
    """What a recorded call answered."""
    for value in _json(body):
        if isinstance(value, dict):
            answer = value.get("data", value.get("body"))
            yield (
                {key: item for key, item in answer.items() if key != "ResponseMetadata"}
                if isinstance(answer, dict)
                else answer
            )


def _plan(body: str) -> Iterator[Any]:
    """A Terraform plan's changes."""
    for value in _json(body):
        if isinstance(value, dict):
            yield from value.get("resource_changes") or ()


def _yaml(body: str) -> list[Any]:
    try:
        return [value for value in yaml.load_all(body, Loader=_Loader) if value]
    except yaml.YAMLError:
        return []


def _panther(body: str) -> Iterator[Any]:
    """The events that a detection rule is tested with."""
    for rule in _yaml(body):
        for test in rule.get("Tests") or () if isinstance(rule, dict) else ():
            log = test.get("Log")
            yield from _json(log) if isinstance(log, str) else [log]


def _manifests(body: str) -> Iterator[Any]:
    """The file as text, then its objects as JSON: agents paste both."""
    yield body
    yield from _yaml(body)


def _paragraphs(body: str) -> Iterator[Any]:
    """Prose and the console output in it, in pieces between headings."""
    for piece in re.split(r"^#+ .*$", body, flags=re.MULTILINE):
        if len(piece.strip()) > 2 * _SHORT:
            yield piece.strip()


READERS: dict[str, Callable[[str], Iterator[Any]]] = {
    "json": _json,
    "items": _items,
    "recording": _recording,
    "plan": _plan,
    "panther": _panther,
    "manifests": _manifests,
    "paragraphs": _paragraphs,
    "text": lambda body: iter([body]),
}


def parts(reader: str, body: str, most: int) -> Iterator[Any]:
    """Up to `most` parts of a file, none too short to say anything, none too long for a request."""
    kept = 0
    for part in READERS[reader](body):
        if kept == most:
            return
        value = _cut(part) if isinstance(part, str) else part
        if isinstance(value, str | dict | list) and _SHORT <= len(json.dumps(value)) <= MOST:
            kept += 1
            yield value


def _cut(text: str) -> str:
    plain = _TERMINAL.sub("", text).replace("\x00", "")
    return plain if len(plain) <= TEXT else plain[:TEXT].rpartition("\n")[0] or plain[:TEXT]
