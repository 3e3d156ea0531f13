"""What an agent gets from the client, and what it does not have to do itself."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from sallyport_agent import AsyncClient, Client, Lost, NoAnswer, NotApproved, Progress, Refused, StillPending
from tests.unit.client.sallyport import ID, KEYS, URL, Sallyport, problem, session, view

EXPORT = {"bucket": "sample", "prefix": "q3/"}


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every pause, taken without waiting."""
    taken: list[float] = []

    async def pause(seconds: float) -> None:
        taken.append(seconds)

    monkeypatch.setattr("sallyport_agent.client.time.sleep", taken.append)
    monkeypatch.setattr("sallyport_agent.aio.asyncio.sleep", pause)
    return taken


def client(*answers: Any, **more: Any) -> tuple[Client, Sallyport]:
    house = Sallyport(list(answers))
    return Client(URL, session=session(), transport=house, **more), house


def test_an_action_is_asked_for_awaited_redeemed_and_given_back() -> None:
    told: list[Progress] = []
    agent, house = client(
        view("pending"), view("pending"), view("approved"), KEYS, view("closed"), on_progress=told.append
    )
    with agent.action("s3.export", EXPORT, reason="Study") as credentials:
        assert credentials.access_key_id == "ASIAEXAMPLE"
        assert credentials.environment()["AWS_SESSION_TOKEN"] == "example-token"
        assert house.calls[-1] == f"POST /v1/requests/{ID}/credentials"
    assert house.calls == [
        "POST /v1/requests",
        f"GET /v1/requests/{ID}",
        f"GET /v1/requests/{ID}",
        f"POST /v1/requests/{ID}/credentials",
        f"DELETE /v1/requests/{ID}/grant",
    ]
    assert house.said(0) == {"action": "s3.export", "parameters": EXPORT, "reason": "Study"}
    assert house.said(4) == {"outcome": "done"}
    assert [each.request.request_id for each in told] == [ID]


def test_awaited_code_gets_the_same() -> None:
    house = Sallyport([view("pending"), view("pending"), view("approved"), KEYS, view("closed")])
    told: list[str] = []

    async def on_progress(progress: Progress) -> None:
        told.append(progress.request.status)

    async def run() -> str:
        async with (
            AsyncClient(URL, session=session(), transport=house, on_progress=on_progress) as agent,
            agent.action("s3.export", EXPORT, reason="Study") as credentials,
        ):
            return credentials.access_key_id

    assert asyncio.run(run()) == "ASIAEXAMPLE"
    assert told == ["pending"]
    assert house.calls[-1] == f"DELETE /v1/requests/{ID}/grant"


def test_a_grant_is_given_back_when_the_work_fails() -> None:
    agent, house = client(view("approved"), view("approved"), KEYS, view("closed"))
    with pytest.raises(ZeroDivisionError), agent.action("s3.export", EXPORT, reason="Study"):
        raise ZeroDivisionError
    assert house.calls[-1] == f"DELETE /v1/requests/{ID}/grant"
    assert house.said(-1) == {"outcome": "failed"}


def test_a_grant_that_cannot_be_given_back_does_not_hide_what_happened() -> None:
    agent, _ = client(view("approved"), view("approved"), KEYS, problem(409, "grant_revoked"))
    with pytest.raises(ZeroDivisionError), agent.action("s3.export", EXPORT, reason="Study"):
        raise ZeroDivisionError


def test_a_denial_tells_what_the_person_wrote() -> None:
    denial = {
        "by": "petra.approver",
        "decision": "deny",
        "at": "2026-11-02T10:00:00.000Z",
        "reason": "Use last quarter's",
    }
    agent, house = client(view("pending"), view("denied", decisions=[denial]))
    with pytest.raises(NotApproved, match="Use last quarter's") as caught, agent.action("s3.export", {}, reason="x"):
        pass
    assert (caught.value.status, caught.value.reason) == ("denied", "Use last quarter's")
    assert len(house.calls) == 2


@pytest.mark.parametrize("status", ["expired", "cancelled", "revoked", "failed", "closed", "redeemed"])
def test_what_ended_otherwise_is_never_redeemed(status: str) -> None:
    agent, house = client(view("pending"), view(status))
    with pytest.raises(NotApproved) as caught:
        agent.execute("ecs.restart_service", {}, reason="x")
    assert caught.value.status == status
    assert not any("result" in call for call in house.calls)


def test_a_refusal_says_what_to_do_about_it() -> None:
    refusal = problem(400, "invalid_parameters", paths=["$.parameters.prefix"], next="End it in /.", retryable=False)
    agent, _ = client(refusal)
    with pytest.raises(Refused) as caught:
        agent.request("s3.export", EXPORT, reason="x")
    assert (caught.value.code, caught.value.next) == ("invalid_parameters", "End it in /.")
    assert caught.value.paths == ("$.parameters.prefix",)


def test_what_the_gateway_refuses_by_itself_is_a_refusal_too() -> None:
    agent, _ = client(httpx.Response(403, json={"Message": "User is not authorized"}))
    with pytest.raises(Refused) as caught:
        agent.actions()
    assert caught.value.code == "not_signed_or_not_permitted"


def test_time_runs_out_without_losing_the_request() -> None:
    agent, house = client(view("pending"), view("pending"), view("approved"), KEYS)
    asked = agent.request("s3.export", EXPORT, reason="x")
    with pytest.raises(StillPending) as caught:
        agent.wait(asked.request_id, timeout_seconds=0)
    assert agent.credentials(caught.value.request_id).request_id == ID
    assert [call for call in house.calls if call.startswith("POST /v1/requests/")] == [
        f"POST /v1/requests/{ID}/credentials"
    ]


def test_a_submission_whose_answer_was_lost_is_sent_again_under_the_same_key(pauses: list[float]) -> None:
    agent, house = client(httpx.ReadTimeout("late"), problem(503, "unavailable"), view("pending"))
    assert agent.request("s3.export", EXPORT, reason="x").pending
    assert len({request.headers["Idempotency-Key"] for request in house.asked}) == 1
    assert len(house.asked) == 3
    assert pauses == [0.5, 1.0]


def test_each_submission_has_a_key_of_its_own() -> None:
    agent, house = client(view("pending"), view("pending"), view("pending"))
    agent.request("s3.export", EXPORT, reason="x")
    agent.request("s3.export", EXPORT, reason="x")
    agent.request("s3.export", EXPORT, reason="x", idempotency_key="mine")
    keys = [request.headers["Idempotency-Key"] for request in house.asked]
    assert len(set(keys)) == 3
    assert keys[2] == "mine"


def test_a_credential_is_never_asked_for_twice(pauses: list[float]) -> None:
    agent, house = client(view("approved"), httpx.ReadTimeout("late"))
    with pytest.raises(Lost) as caught:
        agent.credentials(ID)
    assert caught.value.request_id == ID
    assert house.calls == [f"GET /v1/requests/{ID}", f"POST /v1/requests/{ID}/credentials"]
    agent, house = client(view("approved"), problem(503, "unavailable", retryable=True))
    with pytest.raises(Refused):
        agent.result(ID)
    assert len(house.calls) == 2
    assert pauses == []


def test_how_long_to_wait_is_taken_from_the_answer_within_reason(pauses: list[float]) -> None:
    agent, _ = client(problem(429, "rate_limited", {"Retry-After": "3"}, retryable=True), view("pending"))
    agent.request("s3.export", EXPORT, reason="x")
    assert pauses == [3.0]
    agent, house = client(problem(429, "hourly_limit", {"Retry-After": "1800"}, retryable=True))
    with pytest.raises(Refused) as caught:
        agent.request("s3.export", EXPORT, reason="x")
    assert caught.value.retry_after == 1800
    assert len(house.calls) == 1


def test_what_can_never_help_is_not_tried_again(pauses: list[float]) -> None:
    agent, house = client(problem(503, "unavailable", retryable=False))
    with pytest.raises(Refused):
        agent.actions()
    assert (len(house.calls), pauses) == (1, [])


def test_a_deployment_that_answers_at_once_is_not_hammered(pauses: list[float]) -> None:
    agent, _ = client(*[view("pending")] * 4, view("approved"))
    agent.wait(ID)
    assert pauses == [2.0] * 3


def test_what_is_decided_already_is_not_waited_for() -> None:
    agent, house = client(view("approved"), KEYS)
    agent.credentials(ID, timeout_seconds=None)
    assert not any("wait" in request.url.params for request in house.asked)


def test_calls_are_signed_for_the_region_that_the_url_names() -> None:
    agent, house = client({"actions": []})
    agent.actions()
    assert "/eu-west-1/execute-api/aws4_request" in house.asked[0].headers["Authorization"]


def test_the_url_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALLYPORT_API_URL", URL + "/")
    house = Sallyport([{"actions": []}])
    Client(session=session(), transport=house).actions()
    assert str(house.asked[0].url) == URL + "/v1/actions"


@pytest.mark.parametrize("url", [None, "", "http://example.com/live", "http://localhost.example.com"])
def test_nothing_is_signed_for_a_connection_that_others_read(url: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SALLYPORT_API_URL", raising=False)
    with pytest.raises(ValueError, match="https"):
        Client(url, session=session("eu-west-1"))


def test_a_stranger_at_the_url_is_no_answer() -> None:
    agent, _ = client(*[httpx.Response(200, text="<html>")] * 6)
    with pytest.raises(NoAnswer):
        agent.actions()


def test_what_is_printed_shows_no_secret() -> None:
    agent, _ = client(view("approved", masked={"reason": "secret reason"}), KEYS)
    request = agent.get(ID)
    assert "secret" not in repr(request)
    agent, _ = client(view("approved"), KEYS)
    credentials = agent.credentials(ID)
    assert "example-secret" not in repr(credentials)
    assert "example-token" not in repr(credentials)
    assert credentials.process() == {k: v for k, v in KEYS.items() if k != "request_id"} | {
        "Expiration": "2026-11-02T10:15:00+00:00"
    }


def test_an_id_that_a_model_made_up_leads_nowhere_else() -> None:
    agent, house = client(problem(404, "not_found"))
    with pytest.raises(Refused):
        agent.cancel("../agents/other/grants?x=#")
    assert house.asked[0].url.raw_path == b"/live/v1/requests/..%2Fagents%2Fother%2Fgrants%3Fx%3D%23"
