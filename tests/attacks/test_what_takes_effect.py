"""Threat 33: an effect is approved unseen."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from sallyport.adapters.policy_actions import action_from
from sallyport.adapters.policy_layer import policy_texts
from sallyport.adapters.policy_yaml import read_yaml
from sallyport.domain.actions import ActionDefinition
from sallyport.runtime import wiring
from sallyport_cli.policy.layer import default_root
from tests.support.attacks import still_works
from tests.support.blocks import fields
from tests.support.house import House
from tests.support.story import EXPORT, agent_arn

ROW: dict[str, Any] = {
    "table": "sallyport-sample-patients",
    "key_name": "patient_id",
    "key": "pat-00042",
    "attributes": ["note"],
}
LOGS = {
    "log_group": "/clinic/appointments",
    "from_ms": 1790000000000,
    "to_ms": 1790003600000,
    "destination": "sallyport-sample-export",
    "destination_prefix": "logs/appointments",
}


def parameter(value: str) -> dict[str, Any]:
    return {"action": "ssm.put_parameter", "parameters": {"name": "/clinic/reports/target", "value": value}}


def shown(house: House, request_id: str) -> dict[str, str]:
    """The parameters as the card shows them."""
    return fields(house.card(request_id)["blocks"])


def seen(house: House, request_id: str) -> dict[str, Any]:
    """The parameters of the view that the API gives."""
    view = house.call("get_request", agent_arn("export-bot"), request_id=request_id)[1]
    parameters: dict[str, Any] = view["masked"]["parameters"]
    return parameters


@pytest.mark.parametrize(
    "value",
    [
        "https://evil.example.com/collect",
        "arn:aws:iam::123456789012:role/reporting-job",
        "10.20.0.0/16",
        "10.1.2.3:8080,10.1.2.4:8080",
        "[2001:db8::7]:443",
        "https://sqs.us-east-1.amazonaws.com/123456789012/reports",
        "db-1.internal.example.com:5432",
        "20",
    ],
)
def test_33_where_a_call_goes_is_on_the_card_as_it_is_sent(house: House, value: str) -> None:
    request_id = house.asked(**parameter(value))
    assert seen(house, request_id)["value"] == value
    assert shown(house, request_id)["value"] == value


def test_33_the_span_of_an_export_is_on_the_card(house: House) -> None:
    request_id = house.asked(action="logs.export", parameters=LOGS)
    assert seen(house, request_id) == LOGS
    assert shown(house, request_id) == {name: str(value) for name, value in LOGS.items()}


@pytest.mark.parametrize(
    "value",
    [
        "https://user:pw@reports.example.com/",
        "https://b.s3.amazonaws.com/k?X-Amz-Expires=60&X-Amz-Signature=" + "0123456789abcdef" * 4,
        "https://c.example.com/hook?token=1",
        "https://c.example.com/#access_token=1",
        "https://example.com/%6aohn-smith/",
        "jane.miller@example.org",
        "078-05-1120",
        "Call John Smith at (555) 867-5309",
        "arn:aws:iam::123456789012:user/john-smith",
    ],
)
def test_33_what_cannot_be_shown_is_refused_and_kept_nowhere(house: House, value: str) -> None:
    kept = set(house.objects("vault"))
    body = {**parameter(value), "reason": "x"}
    status, problem = house.call("submit_request", agent_arn("export-bot"), body=body)
    assert (status, problem["code"], problem["paths"]) == (400, "identifier_in_scope", ["$.parameters.value"])
    assert value not in json.dumps(problem)
    assert set(house.objects("vault")) == kept
    refused = [json.loads(item["event"]) for item in house.items("audit")]
    assert any(e["type"] == "request.refused" and e["details"]["code"] == "identifier_in_scope" for e in refused)


def test_33_a_hidden_parameter_is_said_to_be_hidden(house: House) -> None:
    first, second = (house.asked(action="dynamodb.query_masked", parameters=ROW) for _ in range(2))
    card = json.dumps(house.card(first)["blocks"], ensure_ascii=False)
    assert ROW["key"] not in card
    view = house.call("get_request", agent_arn("export-bot"), request_id=first)[1]
    (hidden,) = view["hidden"]
    assert (hidden["parameter"], hidden["characters"]) == ("key", len(ROW["key"]))
    assert f"You do not see key: {hidden['why']} (9 characters, digest {hidden['digest'][:12]})" in card
    assert "Every parameter but key is shown exactly" in card
    # The digest is of no use to whoever guesses the value, or looks for it in other requests.
    assert hidden["digest"] not in {hashlib.sha256(text.encode()).hexdigest() for text in (ROW["key"], '"pat-00042"')}
    other = house.call("get_request", agent_arn("export-bot"), request_id=second)[1]["hidden"][0]
    assert other["digest"] != hidden["digest"]


def loaded(name: str, **changes: Any) -> ActionDefinition:
    """The shipped action file with changes, as the layer would load it."""
    texts = policy_texts(default_root())
    file = f"actions/{name}.yaml"
    return action_from({**read_yaml(texts[file], file), **changes}, file, read_yaml(texts["tiers.yaml"], "tiers.yaml"))


def test_33_hiding_asks_for_the_next_higher_tier(house: House) -> None:
    hides = loaded("ssm.put_parameter", hidden={"value": "a value can be a secret"})
    with house.policy(actions={**wiring.wiring().policy.actions, "ssm.put_parameter": hides}):
        request_id = house.asked(**parameter("hunter2-and-more"))
        assert house.click("petra.approver", request_id) == "ok"
        assert house.request(request_id).status == "pending"
        assert house.click("rosa.security", request_id) == "ok"
        house.until(request_id, lambda r: r.grant is not None)


@pytest.mark.parametrize("value", ["20", "078-05-1120"])
def test_33_what_was_approved_unseen_is_not_done_once_it_would_be_shown(house: House, value: str) -> None:
    shipped = wiring.wiring().policy.actions
    hides = replace(shipped["ssm.put_parameter"], hidden={"value": "a value can be a secret"})
    with house.policy(actions={**shipped, "ssm.put_parameter": hides}):
        request_id = house.granted(**parameter(value))
    status, problem = house.call("execute_action", agent_arn("export-bot"), request_id=request_id)
    assert (status, problem["code"]) == (409, "policy_changed")
    assert house.events(request_id)[-1]["details"] == {"code": "policy_changed"}
    assert "action.executed" not in house.types(request_id)


def test_33_a_scope_that_todays_policy_refuses_gets_no_credential(house: House) -> None:
    """The deployment has learnt since what its project numbers look like."""
    request_id = house.granted(parameters={**EXPORT, "prefix": "projects/bluebird/"})
    with house.policy(masking={"terms": {"PROJECT": ["bluebird"]}}):
        assert house.redeem(request_id)[1]["code"] == "policy_changed"
    assert "grant.redeemed" not in house.types(request_id)


@pytest.mark.parametrize("rule", [{"fields": [{"path": "$.parameters", "treat": "mask"}]}])
def test_33_a_rule_of_the_deployment_hides_no_parameter(house: House, rule: dict[str, Any]) -> None:
    with house.policy(masking=rule):
        request_id = house.submit()
        house.ended(request_id)
    assert (house.request(request_id).status, house.request(request_id).code) == ("failed", "identifier_in_scope")
    assert request_id not in json.dumps(house.slack.calls, default=str)


LOOK_ALIKE = {
    "blanks": ("on  call", "on call"),
    "a marker": ("[URL-1]", "[URL-2]"),
    "an escape": (r"\u{202e}", "u{202e}"),
}


@pytest.mark.parametrize("what", LOOK_ALIKE)
def test_33_values_that_differ_look_different(house: House, what: str) -> None:
    values = [shown(house, house.asked(**parameter(value)))["value"] for value in LOOK_ALIKE[what]]
    assert values[0] != values[1]
    assert ("\\u{20}" in values[0], "\\u{5b}" in values[0]) == (what == "blanks", what == "a marker")
    assert "[URL" not in values[0]


def test_33_and_the_right_request_still_works(house: House) -> None:
    assert still_works(house, house.asked())
