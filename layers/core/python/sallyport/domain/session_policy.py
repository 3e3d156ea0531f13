"""Render an action's session-policy template with approved parameters, so that no value can widen it.

A template is a list of IAM statements in which `{name}` stands for a parameter; a string that is nothing but `{name}`
becomes the parameter's list. `{account}`, `{region}` and `{partition}` come from the deployment. Every Allow statement
gets a cut-off on `aws:CurrentTime`, since STS itself cannot issue less than 15 minutes. When the credential is redeemed
the cut-off's fixed place-holder is replaced by an instant of the same length, and nothing else changes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sallyport.domain.clock import stamp_seconds

# STS takes 2,048 characters for inline and managed policies together; the rest is room for packing.
MAX_LENGTH = 1600
# Not a date, so a policy that reached STS with it would allow nothing.
CUT_OFF = "SALLYPORT-CUT-OFF-AT"

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
# `*` and `?` are wildcards, `$` starts a policy variable; IAM's inline policies accept U+0020 to U+00FF.
_UNSAFE = re.compile(r"[*?$\x00-\x1f\x7f-\x9f]|[^\x00-\xff]")


class UnsafeValue(ValueError):
    """A value could widen the policy, or does not fit one. Names the parameter, never the value."""

    def __init__(self, parameter: str) -> None:
        super().__init__(parameter)
        self.parameter = parameter


class PolicyTooLong(ValueError):
    """The rendered policy is over MAX_LENGTH characters."""


def placeholders(template: Any) -> frozenset[str]:
    """Names of all places in a template."""
    if isinstance(template, str):
        return frozenset(_PLACEHOLDER.findall(template))
    if isinstance(template, Mapping):
        return frozenset[str]().union(*(placeholders(v) for v in template.values()), frozenset())
    if isinstance(template, Sequence):
        return frozenset[str]().union(*(placeholders(v) for v in template), frozenset())
    return frozenset()


def render(template: Sequence[Mapping[str, Any]], parameters: Mapping[str, Any], places: Mapping[str, str]) -> str:
    """The session policy as the exact JSON text that STS will get. `places` are account, region and partition.

    Raises UnsafeValue or PolicyTooLong; KeyError for a template that names what is not there, which
    `sallyport policy validate` finds before it is deployed.
    """
    values = {**parameters, **places}
    statements = [_with_cut_off(_fill(statement, values)) for statement in template]
    text = json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"), ensure_ascii=False)
    if len(text) > MAX_LENGTH:
        raise PolicyTooLong(str(len(text)))
    return text


def at_redemption(session_policy: str, cut_off: datetime) -> str:
    """The approved bytes with the cut-off's instant in its place."""
    return session_policy.replace(CUT_OFF, stamp_seconds(cut_off))


def _with_cut_off(statement: dict[str, Any]) -> dict[str, Any]:
    if statement["Effect"] != "Allow":
        return statement
    condition = {**statement.get("Condition", {})}
    condition["DateLessThan"] = {**condition.get("DateLessThan", {}), "aws:CurrentTime": CUT_OFF}
    return {**statement, "Condition": condition}


def _fill(node: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(node, Mapping):
        return {key: _fill(value, values) for key, value in node.items()}
    if isinstance(node, str):
        return _fill_text(node, values)
    if isinstance(node, Sequence):
        filled: list[Any] = []
        for item in node:
            value = _fill(item, values)
            filled.extend(value if isinstance(value, list) else [value])
        return filled
    return node


def _fill_text(text: str, values: Mapping[str, Any]) -> str | list[str]:
    whole = _PLACEHOLDER.fullmatch(text)
    if whole and isinstance(values[whole[1]], list):
        return [_safe(whole[1], item) for item in values[whole[1]]]
    listed = [name for name in _PLACEHOLDER.findall(text) if isinstance(values[name], list)]
    if listed:
        # "arn:…/{names}" with a list: one string for each item, and each combination where there are two lists.
        name, filled = listed[0], list[str]()
        for item in values[name]:
            done = _fill_text(text, {**values, name: _safe(name, item)})
            filled += done if isinstance(done, list) else [done]
        return filled
    return _PLACEHOLDER.sub(lambda m: _safe(m[1], values[m[1]]), text)


def _safe(name: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UnsafeValue(name)
    text = str(value)
    if not text or _UNSAFE.search(text) or CUT_OFF in text:
        raise UnsafeValue(name)
    return text
