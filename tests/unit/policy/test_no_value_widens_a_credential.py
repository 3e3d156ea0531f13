"""Whatever the parameters, the rendered session policy allows no call that its template, read with the values as plain
text, does not: judged by an IAM evaluator that shares no code with the renderer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sallyport.domain.actions import ActionDefinition
from sallyport.domain.refusals import InvalidParameters
from sallyport.domain.session_policy import PolicyTooLong, UnsafeValue, at_redemption, render
from sallyport.services.policy import check_parameters
from sallyport_cli.policy.layer import open_layer
from tests.support.iam_evaluator import Call, Pattern, allows, pattern, read_statements, statements
from tests.support.story import NOW

LAYER = open_layer()
ACTIONS = sorted(LAYER.policy.actions)
PLACES = LAYER.places.as_dict()
HOSTILE = (
    "*", "?", "a*", "a?b", "${aws:username}", "${*}", "$", "{account}", "{table}", "../", "..%2F", "%2F", "/", "a/../b",
    'a"b', "a\\", "a\nb", "a\x00", "arn:aws:s3:::other/*", "other:dbuser:*/*", "а", "ａ", "ﬁ", "a\u202eb", "", " ",
    '","Resource":"*', "a,b", "[*]", "\u00ff", "role/admin", "b/secret/",
)  # fmt: skip


def places_in(template: str, values: Mapping[str, str]) -> Pattern:
    """The template's own wildcards are wildcards, every `{name}` is the plain text of its value."""
    parts = re.split(r"\{([a-z_]+)\}", template)

    def compiled(call: Call) -> re.Pattern[str]:
        out = ""
        for index, part in enumerate(parts):
            out += re.escape(values[part]) if index % 2 else pattern(part)(call).pattern
        return re.compile(out, re.DOTALL)

    return compiled


def intent(action: ActionDefinition, parameters: Mapping[str, Any], call: Call) -> bool:
    """Whether some choice of one item for each listed parameter makes the template allow the call; a set operator gets
    the whole list."""
    listed = {name: value for name, value in parameters.items() if isinstance(value, list)}
    expanded = [_expand(statement, listed) for statement in action.session_policy]
    scalars = {name: str(value) for name, value in parameters.items() if name not in listed}
    return allows(
        read_statements(expanded, lambda text: places_in(text, {**scalars, **PLACES, **_items(listed)})), call
    )


def _items(listed: Mapping[str, list[str]]) -> dict[str, str]:
    return {f"{name}_{chr(97 + index)}": item for name, items in listed.items() for index, item in enumerate(items)}


def _expand(node: Any, listed: Mapping[str, list[str]]) -> Any:
    """`{keys}` of a list becomes `{keys_a}`, `{keys_b}` …"""
    if isinstance(node, Mapping):
        return {key: _expand(value, listed) for key, value in node.items()}
    if isinstance(node, list):
        return [one for item in node for one in _as_list(_expand(item, listed))]
    for name, items in listed.items():
        if isinstance(node, str) and f"{{{name}}}" in node:
            return [node.replace(f"{{{name}}}", f"{{{name}_{chr(97 + i)}}}") for i in range(len(items))]
    return node


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def calls(action: ActionDefinition, parameters: Mapping[str, Any]) -> Iterator[Call]:
    """What was asked for, and what somebody might hope that a wildcard, a variable or a path lets through."""
    for tried in (parameters, *_tempting(parameters)):
        for statement in action.session_policy:
            for name in _as_list(statement["Action"]):
                for resource in _as_list(statement["Resource"]):
                    for tail in ("", "x", "/x"):
                        arn = _plain(resource, tried).replace("*", "x") + tail
                        yield Call(name, arn, _context(statement, tried))
                        yield Call(name, arn.replace("?", "x"), _context(statement, tried))


def _plain(template: str, values: Mapping[str, Any]) -> str:
    first = {name: str(_as_list(value)[0]) if _as_list(value) else "" for name, value in values.items()}
    return re.sub(r"\{([a-z_]+)\}", lambda m: {**first, **PLACES}[m[1]], template)


def _context(statement: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """A request context in which every condition of the template holds for these values."""
    found: dict[str, str | list[str]] = {"aws:CurrentTime": "2026-11-02T09:00:00Z", "aws:username": "mallory"}
    for operator, keys in statement.get("Condition", {}).items():
        for key, wanted in keys.items():
            if operator == "Null":
                continue
            texts = [_plain(text, {**values, **one}) for text in _as_list(wanted) for one in _each(text, values)]
            found[key] = texts if operator.startswith("ForAllValues") else texts[0].replace("*", "x")
    return found


def _each(text: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For a text with a listed parameter in it, one of its items at a time."""
    names = [name for name in re.findall(r"\{([a-z_]+)\}", text) if name in values]
    return [{name: item} for name in names for item in _as_list(values[name])] or [{}]


def _tempting(parameters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, value in parameters.items():
        text = str(_as_list(value)[0]) if _as_list(value) else ""
        for other in (
            text.replace("*", "other").replace("?", "o"),
            text.replace("${aws:username}", "mallory").replace("${*}", "*"),
            text + "other",
            "other",
            text.replace("{account}", PLACES["account"]),
        ):
            yield {**parameters, name: [other] if isinstance(value, list) else other}


def parameters_of(action: ActionDefinition) -> st.SearchStrategy[dict[str, Any]]:
    """Values that the schema takes."""
    properties = action.parameters["properties"]
    return st.fixed_dictionaries({name: _values(schema) for name, schema in properties.items()})


def _values(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema["type"] == "integer":
        return st.integers(schema["minimum"], schema["maximum"])
    if schema["type"] == "array":
        return st.lists(_values(schema["items"]), min_size=1, max_size=min(3, schema["maxItems"]), unique=True)
    limit = schema["maxLength"]
    return st.from_regex(re.compile(schema["pattern"], re.ASCII), fullmatch=True).filter(lambda v: len(v) <= limit)


def hold(action: ActionDefinition, parameters: Mapping[str, Any]) -> bool:
    """Render and judge. False for values that were refused."""
    try:
        rendered = at_redemption(render(action.session_policy, parameters, PLACES), NOW)
    except (UnsafeValue, PolicyTooLong):
        return False
    held = statements(rendered)
    for call in calls(action, parameters):
        if allows(held, call):
            assert intent(action, parameters, call), f"{action.name} allows {call}"
    return True


@pytest.mark.parametrize("name", ACTIONS)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_values_that_the_schema_takes(name: str, data: st.DataObject) -> None:
    action = LAYER.policy.actions[name]
    parameters = data.draw(parameters_of(action))
    check_parameters(action, parameters)
    hold(action, parameters)


@pytest.mark.parametrize("name", ACTIONS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_hostile_values_even_past_the_schema(name: str, data: st.DataObject) -> None:
    action = LAYER.policy.actions[name]
    parameters = dict(LAYER.raw_actions[name]["example"])
    which = data.draw(st.sampled_from(sorted(action.scope)))
    value = data.draw(st.sampled_from(HOSTILE) | st.text(max_size=30))
    parameters[which] = [value, "plain"] if isinstance(parameters[which], list) else value
    hold(action, parameters)


@pytest.mark.parametrize("name", ACTIONS)
def test_what_was_asked_for_is_allowed_until_the_cut_off_and_not_after(name: str) -> None:
    action = LAYER.policy.actions[name]
    parameters = LAYER.raw_actions[name]["example"]
    rendered = at_redemption(render(action.session_policy, parameters, PLACES), NOW)
    for statement in action.session_policy:
        for call in _as_list(statement["Action"]):
            arn = _plain(_as_list(statement["Resource"])[0], parameters).replace("*", "x").replace("?", "x")
            context = _context(statement, parameters)
            assert allows(statements(rendered), Call(call, arn, context))
            late = {**context, "aws:CurrentTime": "2026-11-02T10:00:00Z"}
            assert not allows(statements(rendered), Call(call, arn, late))
            assert not allows(statements(rendered), Call(call, arn.replace(PLACES["account"], "999999999999") + "z"))


@pytest.mark.parametrize("value", ["*", "?", "a*", "${aws:username}", "a\nb", "а", "x\x7f", ""])
@pytest.mark.parametrize("name", ACTIONS)
def test_what_iam_would_not_take_literally_is_refused_for_every_parameter_of_every_action(
    name: str, value: str
) -> None:
    action = LAYER.policy.actions[name]
    for which in sorted(action.scope):
        example = dict(LAYER.raw_actions[name]["example"])
        example[which] = [value] if isinstance(example[which], list) else value
        with pytest.raises(UnsafeValue):
            render(action.session_policy, example, PLACES)
        with pytest.raises(InvalidParameters):
            check_parameters(action, example)
