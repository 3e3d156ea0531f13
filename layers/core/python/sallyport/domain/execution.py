"""The one call that Sallyport makes for an action of delivery `execute`, rendered when it is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_LEFT_OUT = object()


class UnfitValue(ValueError):
    """A parameter cannot stand where the template puts it. Names the parameter, never the value."""

    def __init__(self, parameter: str) -> None:
        super().__init__(parameter)
        self.parameter = parameter


def planned_call(execute: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The action file's `execute` block with its arguments filled in; everything else is policy's own.

    A string that is nothing but `{name}` becomes the value with its type, inside a longer text it becomes text. A
    member whose whole value is a parameter that was not given is left out. Raises UnfitValue.
    """
    return {**execute, "arguments": _fill(execute["arguments"], values)}


def _fill(node: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(node, Mapping):
        filled = {_text(key, values): _fill(value, values) for key, value in node.items()}
        return {key: value for key, value in filled.items() if value is not _LEFT_OUT}
    if isinstance(node, list):
        return [value for value in (_fill(item, values) for item in node) if value is not _LEFT_OUT]
    if not isinstance(node, str):
        return node
    whole = _PLACEHOLDER.fullmatch(node)
    if whole:
        return values.get(whole[1], _LEFT_OUT)
    return _text(node, values)


def _text(template: str, values: Mapping[str, Any]) -> str:
    def value(match: re.Match[str]) -> str:
        found = values.get(match[1])
        if isinstance(found, bool) or not isinstance(found, str | int):
            raise UnfitValue(match[1])
        return str(found)

    return _PLACEHOLDER.sub(value, template)
