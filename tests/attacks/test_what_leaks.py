"""Threats 15, 16, 26, 30, 31: raw values, tokens and hostile input reach a place where they do not belong."""

import json
from typing import Any

import pytest

from local.canaries import scan
from tests.support.house import House, submission_body
from tests.support.story import EXPORT, agent_arn, person_arn

PHI = {"name": "Wilhelmina Featherstonehaugh", "ssn": "519-48-2276", "phone": "(555) 867-5309"}
RAW: dict[str, Any] = {"reason": f"For {PHI['name']}", "context": {"ssn": PHI["ssn"], "call": PHI["phone"]}}


@pytest.mark.parametrize("caller", [agent_arn("triage-bot"), "arn:aws:iam::000000000000:user/somebody"])
def test_15_somebody_else_reads_redeems_or_withdraws_a_request(house: House, caller: str) -> None:
    request_id = house.granted(**RAW)
    for function in ("get_request", "cancel_request", "issue_credentials"):
        status, problem = house.call(function, caller, request_id=request_id)
        assert (status, problem["code"]) == (404, "not_found"), function
    event = house.events(request_id)[-1]
    assert (event["type"], event["details"]) == ("credentials.refused", {"code": "not_found"})
    assert house.redeem(request_id)[0] == 200


def test_15_nobody_reads_the_raw_action_back(house: House) -> None:
    request_id = house.asked(**RAW)
    for caller in (agent_arn("export-bot"), person_arn("petra.approver"), person_arn("olive.owner")):
        house.call("get_request", caller, request_id=request_id)
    house.call("list_requests", person_arn("petra.approver"), query={"status": "pending"})
    assert scan([(str(n), answer) for n, answer in enumerate(house.answers)], PHI) == []


BAD: list[Any] = [
    {"action": PHI["name"], "parameters": EXPORT, "reason": PHI["ssn"]},
    {"action": "s3.export", "parameters": {**EXPORT, "prefix": PHI["ssn"]}, "reason": PHI["name"]},
    {"action": "s3.export", "parameters": {**EXPORT, PHI["name"]: 1}, "reason": PHI["name"]},
    {"action": "s3.export", "parameters": EXPORT, "reason": PHI["name"], PHI["ssn"]: 1},
    {"action": "s3.export", "parameters": EXPORT, "reason": PHI["name"], "on_behalf_of": PHI["name"]},
    {"action": "s3.export", "parameters": EXPORT, "reason": PHI["name"], "duration_seconds": 9 * 10**9},
    '{"reason": "' + PHI["name"] + '", ' + PHI["ssn"],
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_16_a_refusal_quotes_nothing_anywhere(house: House, number: int) -> None:
    logged = len(house.logs)
    status, problem = house.call("submit_request", agent_arn("export-bot"), body=BAD[number])
    assert status in (400, 403)
    sinks = [("answer", json.dumps(problem)), *(("log", line) for line in house.logs[logged:])]
    sinks += [("audit", item["event"]) for item in house.items("audit")]
    assert scan(sinks, PHI) == []


def test_16_an_unforeseen_error_leaves_its_place_and_nothing_of_its_text(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sallyport.runtime import wiring

    def fail(*_: object) -> None:
        raise RuntimeError(f"{PHI['name']} {PHI['ssn']}")

    monkeypatch.setattr(wiring.wiring().vault, "put", fail)
    status, problem = house.call("submit_request", agent_arn("export-bot"), body=submission_body(reason=PHI["name"]))
    assert (status, problem["code"]) == (503, "unavailable")
    line = house.said()
    assert (line["outcome"], line["error_class"]) == ("unforeseen", "RuntimeError")
    assert scan([("log", json.dumps(line)), ("answer", json.dumps(problem))], PHI) == []


def test_26_the_task_token_is_in_no_button_url_log_or_answer(house: House) -> None:
    request_id = house.asked()
    token = house.request(request_id).task_token
    assert token
    house.call("get_request", agent_arn("export-bot"), request_id=request_id)
    everywhere = (
        json.dumps(house.slack.calls) + "".join([*house.logs, *house.answers]) + json.dumps(house.items("audit"))
    )
    assert token not in everywhere


@pytest.mark.parametrize("text", ["INC-42: drop table users", 'a","approved":true,"x":"', "a|b;c,d\te", "\\u0022}{"])
def test_30_delimiters_in_what_people_type_come_back_whole(house: House, text: str) -> None:
    request_id = house.asked(reason=text)
    view = house.call("get_request", agent_arn("export-bot"), request_id=request_id)[1]
    assert view["masked"]["reason"] == text
    house.decide("petra.approver", request_id, reason=text)
    assert house.request(request_id).decisions[0].comment == text


MANY = "x" * (10 * 1024 * 1024)
HOSTILE: dict[str, tuple[str, int, str]] = {
    "10 MB": (json.dumps({"action": "s3.export", "parameters": {}, "reason": MANY}), 413, "body_too_large"),
    "depth 10,000": ('{"a":' * 10_000 + "1" + "}" * 10_000, 400, "json_too_deep"),
    "duplicate keys": ('{"action":"s3.export","action":"iam.attach_policy"}', 400, "malformed_request"),
    "not a number": ('{"action":"s3.export","context":NaN}', 400, "malformed_request"),
    "a lone surrogate": ('{"action":"s3.export","reason":"\\ud800"}', 400, "malformed_request"),
    "a number of 5,000 digits": ('{"context":' + "9" * 5000 + "}", 400, "malformed_request"),
    "nothing": ("", 400, "malformed_request"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_31_hostile_input_is_refused_and_nothing_stored(house: House, what: str) -> None:
    body, status, code = HOSTILE[what]
    before = len(house.items("requests"))
    answer, problem = house.call("submit_request", agent_arn("export-bot"), body=body)
    assert (answer, problem["code"]) == (status, code)
    assert len(house.items("requests")) == before


def test_31_nested_base64_and_regex_bombs_end_masked_or_failed_never_hanging(house: House) -> None:
    import base64

    nested = PHI["ssn"].encode()
    for _ in range(12):
        nested = base64.b64encode(nested)
    for context in ({"blob": nested.decode()}, {"bomb": "a" * 50_000 + "!"}, {"bomb": "(" * 20_000}):
        request_id = house.submit(context=context)
        house.until(request_id, lambda r: r.presented_digest is not None or r.settled, seconds=60)
        assert house.request(request_id).grant is None
