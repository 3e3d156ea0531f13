"""How a Web API method answers: `ok` with fields, or an error code."""

from collections.abc import Mapping, Sequence
from typing import Any


class ApiError(Exception):
    """A refusal with Slack's error code; `messages` are the details Slack gives for arguments and blocks."""

    def __init__(self, code: str, messages: Sequence[str] = (), **fields: Any) -> None:
        super().__init__(code)
        self.code = code
        self.messages = tuple(messages)
        self.fields = fields

    def body(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"ok": False, "error": self.code, **self.fields}
        if self.messages:
            answer["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        if self.messages and self.code == "invalid_blocks":
            answer["errors"] = list(self.messages)
        return answer


type Arguments = Mapping[str, Any]


def required(arguments: Arguments, name: str) -> str:
    """A non-empty text argument; Slack's `invalid_arguments` otherwise."""
    value = arguments.get(name)
    if value is None or value == "":
        raise ApiError("invalid_arguments", [f"missing required field: {name}"])
    return text(arguments, name)


def text(arguments: Arguments, name: str, default: str = "") -> str:
    value = arguments.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ApiError("invalid_arguments", [f"must provide a string [json-pointer:/{name}]"])
    return str(value)


def number(arguments: Arguments, name: str, default: int, most: int) -> int:
    try:
        value = int(arguments.get(name, default))
    except (TypeError, ValueError) as error:
        raise ApiError("invalid_arguments", [f"must provide an integer [json-pointer:/{name}]"]) from error
    if value < 1:
        raise ApiError("invalid_limit")
    return min(value, most)


def flag(arguments: Arguments, name: str) -> bool:
    return arguments.get(name) in (True, 1, "true", "1", "True")
