"""Every function's handler on moto, with the event that `sam local invoke` gives it too."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from sallyport.domain.ports import PortFailed
from sallyport.runtime import wiring
from sallyport.runtime.settings import setting
from tests.support.account import opened
from tests.support.house import ROOT, House, sample_event, submission_body
from tests.support.story import agent_arn, person_arn

FUNCTIONS = sorted(p.parent.name for p in (ROOT / "functions").glob("*/app.py"))
HTTP = [name for name in FUNCTIONS if "requestContext" in sample_event(name)]
PROBLEM = {"type", "title", "status", "code"}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with opened() as house:
        yield house


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_handler_answers_its_sample_event(house: House, function: str) -> None:
    """The sample's request does not exist here, so most answers are a refusal; none is a crash."""
    if function == "close_request":
        with pytest.raises(Exception, match="not_found"):
            house.invoke(function, sample_event(function))
        return
    answer = house.invoke(function, sample_event(function))
    newest = house.said()
    assert newest["level"] == "INFO", newest  # an unforeseen error would be one of level ERROR
    if function in HTTP:
        others = {"submit_request": 202, "slack_interaction": 401}
        expected = others | dict.fromkeys(("list_actions", "list_requests", "mcp", "revoke_agent"), 200)
        assert answer["statusCode"] == expected.get(function, 404)
        assert answer["headers"]["Cache-Control"] == "no-store"
        assert isinstance(answer["body"], str)


@pytest.mark.parametrize("function", HTTP)
@pytest.mark.parametrize("broken", ["no context", "no identity", "bad base64", "headers that are none"])
def test_an_event_that_api_gateway_would_not_send_is_refused(house: House, function: str, broken: str) -> None:
    event: dict[str, Any] = copy.deepcopy(sample_event(function))
    if broken == "no context":
        del event["requestContext"]
    elif broken == "no identity":
        event["requestContext"] = {}
    elif broken == "bad base64":
        event |= {"body": "%%%", "isBase64Encoded": True}
    else:
        event["multiValueHeaders"] = ["x"]
    status, problem = house.answered(house.invoke(function, event))
    assert status == 400
    assert set(problem) >= PROBLEM


@pytest.mark.parametrize("function", [name for name in HTTP if name not in ("slack_interaction", "list_actions")])
@pytest.mark.parametrize(
    "caller", [None, "", "root", "arn:aws:iam::000000000000:user/", "arn:aws:sts::1:assumed-role/x/y"]
)
def test_a_caller_that_iam_did_not_name_is_nobody(house: House, function: str, caller: str | None) -> None:
    bodies = {"submit_request": submission_body(), "mcp": sample_event("mcp")["body"]}
    body = bodies.get(function)
    status, problem = house.call(function, caller, request_id="req-" + "0" * 24, body=body)
    nobody = {(403, "unknown_caller"), (403, "not_allowed_to_halt"), (404, "not_found"), (400, "malformed_request")}
    assert (status, problem["code"]) in nobody


def test_a_request_goes_all_the_way_over_http(house: House) -> None:
    request_id = house.asked()
    status, view = house.call("get_request", agent_arn("export-bot"), request_id=request_id)
    assert (status, view["status"]) == (200, "pending")
    assert view["masked"]["parameters"]["prefix"] == "patients/2025/"
    assert view["quorum"] == {"needed": view["quorum"]["needed"], "have": 0}
    assert house.decide("petra.approver", request_id)[1]["status"] == "approved"
    house.until(request_id, lambda r: r.grant is not None)
    status, credentials = house.redeem(request_id)
    assert (status, credentials["Version"], credentials["request_id"]) == (200, 1, request_id)
    status, again = house.redeem(request_id)
    assert (status, again["code"]) == (409, "already_redeemed")


def test_a_replay_is_200_and_a_conflict_409(house: House) -> None:
    body, headers = submission_body(), {"Idempotency-Key": "key-of-this-test"}
    caller = agent_arn("export-bot")
    first = house.call("submit_request", caller, body=body, headers=headers)
    again = house.call("submit_request", caller, body=body, headers=headers)
    assert (first[0], again[0]) == (202, 200)
    assert first[1]["request_id"] == again[1]["request_id"]
    status, problem = house.call("submit_request", caller, body=submission_body(), headers=headers)
    assert (status, problem["code"]) == (409, "idempotency_conflict")
    status, problem = house.call("submit_request", caller, body=body, headers={"Idempotency-Key": ""})
    assert (status, problem["code"]) == (400, "malformed_request")


def test_the_catalog_has_each_actions_schema(house: House) -> None:
    status, catalog = house.call("list_actions", agent_arn("export-bot"))
    assert status == 200
    names = [action["name"] for action in catalog["actions"]]
    assert names == sorted(names)
    assert {"s3.export", "dynamodb.read_items"} <= set(names)
    status, one = house.call("list_actions", agent_arn("export-bot"), path={"name": "s3.export"})
    assert one["parameters"]["required"] == ["bucket", "prefix", "destination_bucket", "destination_prefix"]
    assert one in catalog["actions"]
    assert house.call("list_actions", agent_arn("export-bot"), path={"name": "../x"})[0] == 404


def test_the_catalog_has_a_second_form_and_no_third(house: House) -> None:
    status, strict = house.call("list_actions", agent_arn("export-bot"), query={"strict": "openai"})
    assert status == 200
    for tool in strict["actions"]:
        assert set(tool["input_schema"]["required"]) == set(tool["input_schema"]["properties"])
    status, problem = house.call("list_actions", agent_arn("export-bot"), query={"strict": "yes"})
    assert (status, problem["code"], problem["paths"]) == (400, "malformed_request", ["?strict"])


def test_the_catalog_is_the_callers_own(house: House) -> None:
    _, catalog = house.call("list_actions", agent_arn("oncall-bot"))
    assert "secretsmanager.read" not in {action["name"] for action in catalog["actions"]}
    assert house.call("list_actions", agent_arn("oncall-bot"), path={"name": "secretsmanager.read"})[0] == 404
    assert house.call("list_actions", "arn:aws:iam::000000000000:user/nobody")[1]["code"] == "unknown_caller"


def test_reads_do_not_wait_where_nothing_caps_those_that_do(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    request_id, store, looks = house.asked(), wiring.wiring().store, list[str]()
    load = store.load

    def looked(wanted: str) -> Any:
        looks.append(wanted)
        return load(wanted)

    with monkeypatch.context() as uncapped:
        uncapped.setattr(store, "load", looked)
        uncapped.setenv("LONG_POLL_CONCURRENCY", "0")
        setting.cache_clear()
        answer = house.call("get_request", agent_arn("export-bot"), request_id=request_id, query={"wait": "25"})
    setting.cache_clear()
    assert (answer[0], answer[1]["status"]) == (200, "pending")
    assert looks == [request_id]


def test_an_approver_lists_pending_requests(house: House) -> None:
    request_id = house.asked()
    status, page = house.call("list_requests", person_arn("petra.approver"), query={"status": "pending", "limit": "25"})
    assert status == 200
    assert request_id in [view["request_id"] for view in page["requests"]]
    for query in ({"status": "closed"}, {"limit": "x"}, {"limit": "26"}, {"next": "not a cursor"}, {"next": "[]"}):
        status, problem = house.call("list_requests", person_arn("petra.approver"), query=query)
        assert (status, problem["code"]) == (400, "malformed_request"), query


@pytest.mark.parametrize("wait", ["-1", "26", "1.5", "abc", "", "٣", "99999"])
def test_a_wait_that_is_no_number_of_seconds_is_refused(house: House, wait: str) -> None:
    request_id = house.submit()
    status, problem = house.call("get_request", agent_arn("export-bot"), request_id=request_id, query={"wait": wait})
    assert (status, problem["code"], problem["paths"]) == (400, "malformed_request", ["?wait"])


@pytest.mark.parametrize("request_id", ["req-1", "REQ-" + "0" * 24, "../etc", "req-" + "g" * 24, "x" * 5000])
def test_a_path_that_is_no_request_is_not_found(house: House, request_id: str) -> None:
    assert house.call("get_request", agent_arn("export-bot"), request_id=request_id)[0] == 404


def test_a_service_that_fails_is_503_and_says_nothing_of_itself(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (PortFailed("store_unavailable"), RuntimeError("patient John Smith at 10.0.0.1")):

        def fail(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(wiring.wiring().store, "load", fail)
        status, problem = house.call("get_request", agent_arn("export-bot"), request_id="req-" + "0" * 24)
        assert (status, problem["code"]) == (503, "unavailable")
        assert "Smith" not in json.dumps([problem, house.said()])
    assert house.said()["outcome"] == "unforeseen"
