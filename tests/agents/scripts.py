"""What a model would do with an example's tools, written down as a generator of tool calls: no weights, no network."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

type Turn = tuple[str, dict[str, Any]]
type Script = Generator[Turn, str, str]

REASON = "Quarterly readmission study, ticket 4711"


class Player:
    """Plays a script through whichever framework asks for a model's turn."""

    def __init__(self, script: Script) -> None:
        self._script, self._begun = script, False
        self.heard: list[str] = []

    def turn(self, offered: list[str], last: str) -> Turn | str:
        """The next tool call, or what the model says in the end. `last` is what the previous call returned."""
        self.heard.append(last)
        try:
            name, arguments = self._script.send(last) if self._begun else next(self._script)
        except StopIteration as over:
            return str(over.value)
        self._begun = True
        if name not in offered:
            raise AssertionError(f"{name} is not among the tools {offered}")
        return name, arguments


def export_by_mcp(parameters: dict[str, Any]) -> Script:
    """Ask, copy with the AWS CLI under the prefix that was returned, give back."""
    answer = json.loads((yield "s3_export", {**parameters, "reason": REASON}))
    source = f"s3://{parameters['bucket']}/{parameters['prefix']}"
    target = f"s3://{parameters['destination_bucket']}/{parameters['destination_prefix']}"
    copied = yield "aws", {"use": answer["use"], "arguments": ["s3", "cp", "--recursive", source, target]}
    yield "sallyport_done", {"request_id": answer["request_id"], "outcome": "done", "note": "Exported"}
    return copied


def export_by_catalogue(parameters: dict[str, Any]) -> Script:
    """One tool does it all; the model repeats what it said."""
    return (yield "s3_export", {**parameters, "reason": REASON})


def query(example: dict[str, Any]) -> Script:
    """The catalogue's own example."""
    return (yield "dynamodb_query_masked", {**example["parameters"], "reason": example["reason"]})
