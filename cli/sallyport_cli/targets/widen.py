"""What an action's target role allows: its session policy with every parameter widened to whatever it may be.

The session policy narrows the role to the approved values, so a role must allow every possible value and need not be
narrower. A parameter with an enum stands for its members, any other one for `*`; the account and the partition are
those of the stack that holds the role, and the region is any, because a role is the same in all of them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sallyport.domain.actions import ActionDefinition

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_STARS = re.compile(r"\*{2,}")
_PLACES = {"partition": "${AWS::Partition}", "account": "${AWS::AccountId}", "region": "*"}
_AS_PATTERN = {"StringEquals": "StringLike", "ArnEquals": "ArnLike"}

type Statement = dict[str, Any]


def role_statements(action: ActionDefinition) -> list[Statement]:
    """The statements of the action's target role, in the order of its session policy.

    A deny stays in the session policy, where it takes effect; widened, it would refuse what another approval allows.
    """
    return [_widened(action, statement) for statement in action.session_policy if statement["Effect"] == "Allow"]


def _widened(action: ActionDefinition, statement: Mapping[str, Any]) -> Statement:
    widened: Statement = {
        "Effect": "Allow",
        "Action": statement["Action"],
        "Resource": _one_or_all([_sub(text) for text in _texts(action, statement["Resource"])]),
    }
    conditions: dict[str, dict[str, Any]] = {}
    for operator, key, values in _conditions(action, statement.get("Condition", {})):
        conditions.setdefault(operator, {})[key] = _one_or_all([_sub(value) for value in values])
    return widened | ({"Condition": conditions} if conditions else {})


def _conditions(
    action: ActionDefinition, conditions: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, str, list[str]]]:
    """The conditions that hold whatever the parameters are. A condition that widening leaves empty is left out."""
    for operator, keys in conditions.items():
        for key, values in keys.items():
            texts = _texts(action, values)
            negated = "Not" in operator and texts != _listed(values)
            if not negated and "*" not in texts:
                yield _taking_patterns(operator, texts), key, texts


def _taking_patterns(operator: str, texts: list[str]) -> str:
    if not any("*" in text for text in texts):
        return operator
    for exact, pattern in _AS_PATTERN.items():
        operator = operator.replace(exact, pattern)
    return operator


def _texts(action: ActionDefinition, values: Any) -> list[str]:
    """Every text that the templates can become, without repetition and in order."""
    found = (text for value in _listed(values) for text in _text(action, str(value)))
    return list(dict.fromkeys(found))


def _text(action: ActionDefinition, template: str) -> Iterator[str]:
    parts = _PLACEHOLDER.split(template)
    choices = [_choices(action, part) if index % 2 else [part] for index, part in enumerate(parts)]
    for chosen in itertools.product(*choices):
        yield _STARS.sub("*", "".join(chosen))


def _choices(action: ActionDefinition, name: str) -> list[str]:
    if name in _PLACES:
        return [_PLACES[name]]
    schema = action.parameters["properties"][name]
    members = schema.get("enum") or schema.get("items", {}).get("enum")
    return [str(member) for member in members] if members else ["*"]


def _sub(text: str) -> str | dict[str, str]:
    return {"Fn::Sub": text} if "${" in text else text


def _one_or_all(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
