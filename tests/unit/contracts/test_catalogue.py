"""A catalogue entry is a tool as it stands: for a host of MCP, for a model, and for OpenAI's strict mode."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sallyport.contracts.catalogue import entry_view, tool_name
from sallyport.contracts.requests import parse_submission
from sallyport.contracts.tool_schemas import parameter_schema, tool_schema
from sallyport.usecases.list_actions import list_actions
from sallyport.usecases.submit_request import submit_request
from sallyport_cli.policy.validate_actions import schema_validator
from tests.fakes.ports import FakePorts
from tests.support.story import NOW, Story, agent_arn

ENTRIES = {entry.action.name: entry for entry in list_actions(agent_arn("export-bot"), FakePorts())}
# What OpenAI's documentation lists for strict mode; `make judge-tools` asks somebody else's judge as well.
KEYWORDS = {"type", "description", "properties", "required", "additionalProperties", "items", "enum", "pattern"}
KEYWORDS |= {"minimum", "maximum", "minItems", "maxItems"}
# The narrowest rule among hosts of MCP.
TOOL_NAME = re.compile(r"[a-zA-Z0-9_]{1,64}")

OPTIONAL: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"description": "A name", "type": "string", "pattern": "^[a-z]+$", "minLength": 2, "maxLength": 9},
        "size": {"description": "A size", "enum": ["small", "large"]},
        "count": {"description": "How many", "enum": [1, 2]},
        "tags": {
            "description": "Tags",
            "type": "array",
            "uniqueItems": True,
            "minItems": 1,
            "maxItems": 3,
            "items": {"enum": ["a", "b"]},
        },
    },
}


def schemas(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in [*node.get("properties", {}).values(), *([node["items"]] if "items" in node else [])]:
        yield from schemas(child)


def strict_faults(schema: dict[str, Any]) -> list[str]:
    """What OpenAI's strict mode would not take."""
    faults = [f"keyword {key}" for node in schemas(schema) for key in node.keys() - KEYWORDS]
    for node in schemas(schema):
        if not isinstance(node.get("type"), str | list):
            faults.append("no type")
        if node.get("type") == "object" and (
            node.get("additionalProperties") is not False or set(node["required"]) != set(node["properties"])
        ):
            faults.append("an object that leaves something open")
    return faults


def test_every_action_of_the_deployment_is_a_tool() -> None:
    assert len(ENTRIES) == 13
    names = {tool_name(name) for name in ENTRIES}
    assert len(names) == 13
    assert all(TOOL_NAME.fullmatch(name) for name in names)
    assert tool_name("dynamodb.query_masked") == "dynamodb_query_masked"


@pytest.mark.parametrize("name", ENTRIES)
@pytest.mark.parametrize("strict", [False, True])
def test_schemas_are_valid_and_take_the_example(name: str, strict: bool) -> None:
    view = entry_view(ENTRIES[name], strict=strict)
    example = view["example"]
    for schema in (view["parameters"], view["input_schema"]):
        Draft202012Validator.check_schema(schema)
        assert all("type" in node for node in schemas(schema))
    Draft202012Validator(view["parameters"]).validate(example["parameters"])
    context = "INC-42" if strict else example["context"]
    arguments = {**example["parameters"], "reason": example["reason"], "context": context}
    Draft202012Validator(view["input_schema"]).validate(arguments)
    without = {key: value for key, value in arguments.items() if key != "reason"}
    assert not Draft202012Validator(view["input_schema"]).is_valid(without)


@pytest.mark.parametrize("name", ENTRIES)
def test_strict_form_is_what_openai_takes(name: str) -> None:
    view = entry_view(ENTRIES[name], strict=True)
    assert strict_faults(view["parameters"]) == []
    assert strict_faults(view["input_schema"]) == []


def test_what_strict_mode_has_no_keyword_for_is_said() -> None:
    action = Story().action(parameters=OPTIONAL).ports.policy.actions["s3.export"]
    whole = tool_schema(action, strict=True)
    assert strict_faults(whole) == []
    said = whole["properties"]
    assert said["name"]["description"] == "A name (at least 2 characters, at most 9 characters)"
    assert said["name"]["pattern"] == "^[a-z]+$"
    assert said["tags"]["description"] == "Tags (no item twice)"
    assert (said["size"]["type"], said["size"]["enum"]) == (["string", "null"], ["small", "large", None])
    assert said["count"]["type"] == ["integer", "null"]
    assert said["tags"]["items"]["type"] == "string"
    assert said["context"]["type"] == ["string", "null"]


def test_what_a_strict_tool_leaves_out_is_not_asked_for() -> None:
    """Strict tools send null for an optional parameter; nobody approves a null that takes no effect."""
    body = b'{"action": "a.b", "parameters": {"name": "ab", "size": null}, "reason": "why", "context": null}'
    assert parse_submission(body).parameters == {"name": "ab"}


def test_first_form_keeps_the_actions_own_schema() -> None:
    action = ENTRIES["dynamodb.read_items"].action
    assert parameter_schema(action, strict=False) == action.parameters


@pytest.mark.parametrize("name", ENTRIES)
@pytest.mark.parametrize("agent", ["export-bot", "triage-bot"])
def test_example_is_taken_as_it_stands(agent: str, name: str) -> None:
    ports = FakePorts()
    entry = next(e for e in list_actions(agent_arn(agent), ports) if e.action.name == name)
    view = entry_view(entry, strict=False)
    body: dict[str, Any] = {"action": name, **view["example"]}
    if view["on_behalf_of_required"]:
        body["on_behalf_of"] = view["on_behalf_of"][0]
    request, new = submit_request(agent_arn(agent), parse_submission(json.dumps(body).encode()), None, ports, NOW)
    assert new
    assert request.quorum == view["approval"]["people"]
    assert (request.expires_at - NOW).total_seconds() == view["approval"]["answer_within_seconds"]


@pytest.mark.parametrize("name", ENTRIES)
def test_description_says_what_comes_and_who_is_asked(name: str) -> None:
    view = entry_view(ENTRIES[name], strict=False)
    assert ("AWS credentials" in view["description"]) is (view["delivery"] == "credential")
    assert "before anything happens" in view["description"]
    assert len(view["description"]) <= 1024


def test_parameter_may_not_be_called_like_what_stands_beside_it() -> None:
    faults = {error.json_path for error in schema_validator("action.schema.json").iter_errors({"parameters": OPTIONAL})}
    for name in ("reason", "context"):
        taken = {**OPTIONAL, "properties": {name: OPTIONAL["properties"]["name"]}, "required": [name]}
        errors = schema_validator("action.schema.json").iter_errors({"parameters": taken})
        assert {error.json_path for error in errors} - faults == {"$.parameters.properties"}
