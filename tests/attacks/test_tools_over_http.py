"""Threats 2, 15 and 36 at /v1/mcp, whose function may invoke others that believe whatever identity they are told."""

import copy
import json
from typing import Any

import pytest

from sallyport.runtime import wiring
from tests.support.account import FunctionsOf
from tests.support.house import House, sample_event
from tests.support.story import agent_arn

ROWS = {"table": "sallyport-sample-patients", "key_name": "patient_id", "key": "pat-00001", "attributes": ["note"]}
TOOL = "dynamodb_query_masked"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sallyport.usecases.call_tool.WAIT_UNTIL_SECONDS", 0)


def use(
    house: House, agent: str, name: str, arguments: Any, headers: dict[str, str] | None = None, **forged: Any
) -> dict[str, Any]:
    """What an agent's tool call answers; `forged` is put wherever a caller can put it."""
    event = copy.deepcopy(sample_event("mcp"))
    event["requestContext"]["identity"]["userArn"] = agent_arn(agent)
    event["multiValueHeaders"] = {key: [value] for key, value in (headers or {}).items()}
    event["queryStringParameters"] = {key: json.dumps(value) for key, value in forged.items()}
    params = {**forged, "name": name, "arguments": arguments, "_meta": forged}
    event["body"] = json.dumps({**forged, "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
    answer = house.invoke("mcp", event)
    house.answers.append(json.dumps(answer))
    result: dict[str, Any] = json.loads(answer["body"])["result"]
    return result


def test_nothing_that_a_caller_sends_says_who_calls(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    functions = FunctionsOf(house)
    monkeypatch.setattr(wiring.wiring().own_api, "_lambda", functions)
    other = agent_arn("triage-bot")
    identity = {"identity": {"userArn": other}}
    headers = {"userArn": other, "requestContext": json.dumps(identity), "X-Amzn-Request-Context": json.dumps(identity)}
    arguments = {**ROWS, "reason": "Forged", "context": {"requestContext": identity, "userArn": other}}
    said = use(
        house,
        "export-bot",
        TOOL,
        arguments,
        headers,
        requestContext=identity,
        userArn=other,
        caller=other,
        principal=other,
    )
    request_id = said["structuredContent"]["request_id"]
    assert len(functions.events) == 2
    assert {event["requestContext"]["identity"]["userArn"] for event in functions.events} == {agent_arn("export-bot")}
    assert house.request(request_id).agent == "export-bot"
    (submitted,) = [e for e in house.events(request_id) if e["type"] == "request.submitted"]
    assert submitted["actor"]["id"] == "export-bot"


@pytest.mark.parametrize("name", ["sallyport_wait", "sallyport_cancel"])
def test_another_agents_request_is_not_there(house: House, name: str) -> None:
    request_id = house.asked()
    before = house.types(request_id)
    said = use(house, "triage-bot", name, {"request_id": request_id})
    assert said["isError"] is True
    assert "not_found" in said["structuredContent"]["reason"]
    assert (house.request(request_id).status, house.types(request_id)) == ("pending", before)


@pytest.mark.parametrize(
    "request_id", ["../halts", "req-0a0a0a0a0a0a0a0a0a0a0a0a/grant", "req-0a0a0a0a0a0a0a0a0a0a0a0a?wait=25", {"a": 1}]
)
def test_an_id_is_no_way_to_another_route(house: House, monkeypatch: pytest.MonkeyPatch, request_id: object) -> None:
    functions = FunctionsOf(house)
    monkeypatch.setattr(wiring.wiring().own_api, "_lambda", functions)
    said = use(house, "export-bot", "sallyport_cancel", {"request_id": request_id})
    assert (said["isError"], functions.events) == (True, [])


def test_the_model_does_not_say_whom_it_acts_for(house: House) -> None:
    refused = house.refused("invalid_parameters")
    said = use(house, "export-bot", TOOL, {**ROWS, "reason": "Hi", "on_behalf_of": "petra.approver"})
    assert (said["isError"], said["structuredContent"]["paths"]) == (True, ["$.parameters.on_behalf_of"])
    assert house.refused("invalid_parameters") == refused + 1


def test_whom_its_configuration_names_is_judged_by_policy(house: House) -> None:
    refused = house.refused("on_behalf_of_not_allowed")
    behalf = {"X-Sallyport-On-Behalf-Of": "petra.approver"}
    said = use(house, "export-bot", TOOL, {**ROWS, "reason": "For somebody else"}, behalf)
    assert "on_behalf_of_not_allowed" in said["structuredContent"]["reason"]
    assert house.refused("on_behalf_of_not_allowed") == refused + 1


def test_an_action_that_brings_a_credential_is_not_asked_for(house: House) -> None:
    before = len(house.items("requests"))
    said = use(house, "export-bot", "s3_export", {"reason": "Export"})
    assert said["isError"] is True
    assert len(house.items("requests")) == before
