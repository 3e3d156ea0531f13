"""What an agent is answered."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.driver import HTTP, Live, export

AGENT, OTHER_AGENT = "export-bot", "triage-bot"
NOBODYS = "req-" + "0" * 24


def test_a_new_request_is_accepted_pending_and_masked_soon(live: Live) -> None:
    body = export(reason="For patient Delphine Nettlesham, born 1957-03-14", context={"ssn": "912-34-5678"})
    reply = live.call(AGENT, "POST", "/v1/requests", body)
    assert (reply.status, reply.json["status"], reply.json["masked"]) == (202, "pending", None)
    view = live.until(AGENT, reply.json["request_id"], "presented_digest")
    assert view["masked"]["parameters"] == body["parameters"]
    assert "Delphine" not in json.dumps(view)
    assert "912-34-5678" not in json.dumps(view)
    assert {finding["path"] for finding in view["findings"]} >= {"$.reason", "$.context.ssn"}


def test_an_identical_pending_request_is_the_same_request(live: Live) -> None:
    body = export()
    first, second = (live.call(AGENT, "POST", "/v1/requests", body) for _ in range(2))
    assert (first.status, second.status) == (202, 200)
    assert first.json["request_id"] == second.json["request_id"]
    assert live.call(OTHER_AGENT, "POST", "/v1/requests", body).status == 202


def test_an_idempotency_key_answers_the_same_request_and_no_other(live: Live) -> None:
    body, key = export(), {"Idempotency-Key": f"key-{time.time_ns()}"}
    first = live.call(AGENT, "POST", "/v1/requests", body, key)
    live.call(AGENT, "DELETE", f"/v1/requests/{first.json['request_id']}")
    again = live.call(AGENT, "POST", "/v1/requests", body, key)
    assert (again.status, again.json["status"]) == (200, "cancelled")
    assert again.json["request_id"] == first.json["request_id"]
    assert live.call(AGENT, "POST", "/v1/requests", export(), key).said == (409, "idempotency_conflict")


@pytest.mark.parametrize(
    ("changes", "said", "paths"),
    [
        ({"parameters": {"prefix": "patients/*/"}}, (400, "invalid_parameters"), ["$.parameters.prefix"]),
        ({"parameters": {"prefix": "../"}}, (400, "invalid_parameters"), ["$.parameters.prefix"]),
        ({"parameters": {"prefix": ""}}, (400, "invalid_parameters"), ["$.parameters.prefix"]),
        ({"parameters": {"bucket": "${aws:username}"}}, (400, "invalid_parameters"), ["$.parameters.bucket"]),
        ({"parameters": {"Zoë": 1}}, (400, "invalid_parameters"), ["$.parameters"]),
        ({"parameters": {"prefix": "ssn/912-34-5678/"}}, (400, "identifier_in_scope"), ["$.parameters.prefix"]),
        ({"duration_seconds": 59}, (400, "invalid_parameters"), ["$.duration_seconds"]),
        ({"duration_seconds": "900"}, (400, "malformed_request"), ["$.duration_seconds"]),
        ({"reason": " "}, (400, "malformed_request"), ["$.reason"]),
        ({"approved": True}, (400, "malformed_request"), ["$.approved"]),
        ({"action": "iam.do_anything"}, (403, "unknown_action"), None),
        ({"on_behalf_of": "rosa.security"}, (403, "on_behalf_of_not_allowed"), None),
    ],
)
def test_what_cannot_be_asked_is_refused_by_path_and_never_quoted(
    live: Live, changes: dict[str, Any], said: tuple[int, str], paths: list[str] | None
) -> None:
    reply = live.call(AGENT, "POST", "/v1/requests", export(**changes))
    assert reply.said == said
    assert reply.json.get("paths") == paths
    for word in ("Zoë", "912-34-5678", "aws:username", "iam.do_anything"):
        said_back = reply.json["title"] + reply.json["next"] + json.dumps(reply.json.get("paths"), ensure_ascii=False)
        assert word not in said_back


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", (400, "malformed_request")),
        (b"[]", (400, "malformed_request")),
        (b'{"action": "s3.export", "action": "s3.export"}', (400, "malformed_request")),
        (b'{"action": NaN}', (400, "malformed_request")),
        (b'{"action": "\\ud800"}', (400, "malformed_request")),
        (b"[" * 65 + b"]" * 65, (400, "json_too_deep")),
        (b'{"action": "' + b"a" * (256 * 1024) + b'"}', (413, "body_too_large")),
    ],
)
def test_a_body_past_the_limits_is_refused(live: Live, body: bytes, said: tuple[int, str]) -> None:
    assert live.call(AGENT, "POST", "/v1/requests", body).said == said


def test_a_call_without_a_signature_reaches_nothing(live: Live) -> None:
    got = HTTP.request("POST", live.stack["api_url"] + "/v1/requests", body=json.dumps(export()).encode())
    assert got.status == 403
    assert "x-content-type-options" not in {name.lower() for name in got.headers}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/requests/{id}"),
        ("DELETE", "/v1/requests/{id}"),
        ("POST", "/v1/requests/{id}/credentials"),
        ("POST", "/v1/requests/{id}/result"),
        ("DELETE", "/v1/requests/{id}/grant"),
    ],
)
def test_the_request_of_another_agent_is_not_there(live: Live, method: str, path: str) -> None:
    theirs = live.ask(OTHER_AGENT)
    for request_id in (theirs, NOBODYS, "req-not-an-id"):
        assert live.call(AGENT, method, path.format(id=request_id)).said == (404, "not_found")
    assert live.view(OTHER_AGENT, theirs)["status"] == "pending"


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/v1/requests/{id}/decisions"), ("GET", "/v1/requests"), ("GET", "/v1/halts")]
)
def test_an_agents_identity_does_not_reach_the_approving_side(live: Live, method: str, path: str) -> None:
    mine, digest = live.waiting(AGENT)
    reply = live.call(AGENT, method, path.format(id=mine), {"decision": "approve", "presented_digest": digest})
    assert (reply.status, reply.kind) != (200, "application/json")
    assert reply.status in (403, 404)
    assert live.view(AGENT, mine)["status"] == "pending"


def test_a_withdrawn_request_is_settled_and_forgotten(live: Live) -> None:
    request_id, digest = live.waiting(AGENT)
    assert live.vaulted(request_id)
    reply = live.call(AGENT, "DELETE", f"/v1/requests/{request_id}")
    assert (reply.status, reply.json["status"]) == (200, "cancelled")
    assert live.call(AGENT, "DELETE", f"/v1/requests/{request_id}").said == (409, "already_settled")
    assert live.decide("petra.approver", request_id, "approve", digest).said == (409, "already_settled")
    assert live.redeem(AGENT, request_id).said == (409, "not_approved")
    deadline = time.monotonic() + 120
    while live.vaulted(request_id) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert live.vaulted(request_id) == []


def test_a_long_poll_answers_when_the_status_changes(live: Live) -> None:
    request_id = live.ask(AGENT)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(live.call, AGENT, "GET", f"/v1/requests/{request_id}?wait=20")
        time.sleep(2)
        assert not waiting.done()
        live.call(AGENT, "DELETE", f"/v1/requests/{request_id}")
        reply = waiting.result(timeout=120)
    assert reply.json["status"] == "cancelled"  # at the end of its time it would answer `pending`


@pytest.mark.parametrize("wait", ["26", "-1", "1.5", "%D9%A3", "99999"])
def test_a_wait_past_the_limit_is_refused(live: Live, wait: str) -> None:
    reply = live.call(AGENT, "GET", f"/v1/requests/{NOBODYS}?wait={wait}")
    assert reply.said == (400, "malformed_request")


def test_the_catalog_describes_the_actions(live: Live) -> None:
    actions = {action["name"]: action for action in live.call(AGENT, "GET", "/v1/actions").json["actions"]}
    assert {"s3.export", "dynamodb.read_items"} <= set(actions)
    assert live.call(AGENT, "GET", "/v1/actions/s3.export").json == actions["s3.export"]
    assert live.call(AGENT, "GET", "/v1/actions/no.such").said == (404, "not_found")
    assert live.call(AGENT, "GET", "/v1/actions?strict=openai").status == 200
