"""A tool call over HTTP: what is asked of the API, in which time, and what the model is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from sallyport.domain.own_api import Reply, Route
from sallyport.domain.ports import PortFailed
from sallyport.usecases import call_tool
from sallyport.usecases.call_tool import ToolAnswer, ToolCall
from sallyport_agent import Refused, Request
from sallyport_cli.mcp import house

ID, CALLER = "req-" + "0a" * 12, "arn:aws:iam::000000000000:user/bot"
ENTRIES = [
    {"name": "ecs.restart_service", "tool_name": "ecs_restart_service", "delivery": "execute"},
    {"name": "s3.export", "tool_name": "s3_export", "delivery": "credential"},
]
CATALOGUE = Reply(200, {"actions": ENTRIES})
GIVEN = {"service": "web", "reason": "Stuck", "context": {"ticket": "INC-1"}}
MADE = Reply(200, {"request_id": ID, "code": "ok", "result": {"status": "ACTIVE"}, "complete": True})


def view(status: str, **more: Any) -> Reply:
    return Reply(200, {"request_id": ID, "status": status, "delivery": "execute", "decisions": [], **more})


def problem(status: int, code: str, **more: Any) -> Reply:
    return Reply(status, {"title": "No", "status": status, "code": code, "retryable": False, "next": "Stop.", **more})


@dataclass
class ScriptedApi:
    """OwnApi that gives these answers in turn, each after so many seconds; `time` is what the clock shows."""

    answers: list[tuple[float, Reply | PortFailed]]
    time: float = 100.0
    asked: list[tuple[Route, Any]] = field(default_factory=list)
    callers: set[str] = field(default_factory=set)

    def send(
        self,
        route: Route,
        caller: str,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Reply:
        self.callers.add(caller)
        self.asked.append((route, body or query or (path or {}).get("request_id")))
        seconds, answer = self.answers.pop(0)
        self.time += seconds
        if isinstance(answer, PortFailed):
            raise answer
        return answer

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def script(*answers: Reply | PortFailed | tuple[float, Reply | PortFailed]) -> ScriptedApi:
    return ScriptedApi([each if isinstance(each, tuple) else (0, each) for each in answers])


def make(api: ScriptedApi, name: str, given: Mapping[str, Any], behalf: str | None = None) -> ToolAnswer:
    made = ToolCall(api, CALLER, behalf, lambda: api.time, api.sleep).make(name, given)
    assert not api.answers
    assert api.callers == {CALLER}
    return made


def ask(api: ScriptedApi, behalf: str | None = None) -> ToolAnswer:
    return make(api, "ecs_restart_service", GIVEN, behalf)


def wait(api: ScriptedApi) -> ToolAnswer:
    return make(api, "sallyport_wait", {"request_id": ID})


def test_the_call_is_made_when_a_person_approves_in_time() -> None:
    api = script(CATALOGUE, (1, view("pending")), (5, view("approved")), MADE)
    assert ask(api) == ToolAnswer({"request_id": ID, "status": "closed", "result": {"status": "ACTIVE"}})
    body = {"action": "ecs.restart_service", "parameters": {"service": "web"}, "reason": "Stuck"}
    assert api.asked == [
        (Route.ACTIONS, None),
        (Route.SUBMIT, {**body, "context": {"ticket": "INC-1"}}),
        (Route.LOOK, {"wait": "21"}),
        (Route.RESULT, ID),
    ]


def test_whom_the_agent_acts_for_is_not_the_models_to_say() -> None:
    api = script(CATALOGUE, view("denied"))
    make(api, "ecs_restart_service", {"reason": "x", "on_behalf_of": "the-model", "action": "other"}, "olive.owner")
    (_, (_, body)) = api.asked
    assert (body["on_behalf_of"], body["action"]) == ("olive.owner", "ecs.restart_service")
    assert body["parameters"] == {"on_behalf_of": "the-model", "action": "other"}  # which the action's schema refuses


def test_a_pending_request_is_a_handle_and_the_next_call_goes_on() -> None:
    answer = ask(script(CATALOGUE, view("pending"), (22, view("pending"))))
    assert (answer.said, answer.is_error) == (house.pending(ID).said, False)
    assert ask(script(CATALOGUE, view("approved"), MADE)).said["status"] == "closed"
    assert wait(script(view("approved"), MADE)).said["status"] == "closed"


def test_no_call_begins_when_its_result_could_come_too_late() -> None:
    answer = wait(script(view("pending"), (9, view("approved"))))
    assert (answer.said["status"], answer.is_error) == ("approved", False)
    assert "sallyport_wait" in answer.said["next"]


def test_a_wait_ends_before_api_gateway_ends_it() -> None:
    api = script(CATALOGUE, (21.5, view("pending")))
    assert ask(api).said["status"] == "pending"
    assert api.time - 100 < 22 + 1


def test_a_grant_that_follows_its_approval_is_waited_for() -> None:
    early = problem(409, "not_approved", retryable=True)
    assert wait(script(view("approved"), early, early, MADE)).said["status"] == "closed"
    late = wait(script(view("approved"), *[(3, early)] * 3))
    assert late.said["status"] == "approved"


def test_where_nobody_has_room_to_wait_the_request_is_still_pending() -> None:
    assert wait(script(view("pending"), PortFailed("function_unavailable"))).said["status"] == "pending"
    assert wait(script(view("pending"), problem(503, "unavailable"))).said["status"] == "pending"


@pytest.mark.parametrize("status", ["denied", "expired", "cancelled", "revoked", "closed", "failed", "redeemed"])
@pytest.mark.parametrize("decisions", [[], [{"decision": "deny", "reason": "Use the copy"}]])
def test_an_end_is_told_as_over_stdio(status: str, decisions: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    found = view(status, decisions=decisions, code="a_code")
    told = wait(script(found))
    monkeypatch.setattr(house.House, "_works", lambda *_: False)
    other = house.House(None, None)._over(Request.of(found.body))  # type: ignore[arg-type]  # neither is used
    assert (told.said, told.is_error) == (other.said, other.is_error)


def test_a_refusal_is_told_as_over_stdio() -> None:
    refused = problem(403, "policy_denied", paths=["$.parameters"])
    told = ask(script(CATALOGUE, refused))
    other = house.refusal(Refused(403, refused.body, None))
    assert (told.said, told.is_error) == (other.said, True)
    assert wait(script(problem(404, "not_found"))).said["request_id"] == ID
    assert ask(script(problem(403, "unknown_caller"))).said["reason"] == "No (unknown_caller)"
    assert wait(script(view("approved"), problem(409, "already_redeemed"))).said["status"] == "refused"


def test_a_call_without_an_answer_is_not_called_failed() -> None:
    told = wait(script(view("approved"), PortFailed("function_unavailable")))
    assert (told.said["status"], told.is_error) == ("unknown", True)


@pytest.mark.parametrize("answers", [[PortFailed("x")], [CATALOGUE, PortFailed("x")]])
def test_an_api_that_does_not_answer_is_unavailable(answers: list[Any]) -> None:
    assert ask(script(*answers)).said["status"] == "unavailable"
    assert wait(script(PortFailed("x"))).said["status"] == "unavailable"


def test_a_result_that_cannot_be_shown_is_an_error_after_the_fact() -> None:
    made = Reply(200, {"request_id": ID, "code": "result_too_large", "result": None, "complete": True})
    told = wait(script(view("approved"), made))
    assert (told.said["status"], told.said["reason"], told.is_error) == ("failed", "result_too_large", True)


@pytest.mark.parametrize("name", ["s3_export", "s3.export", "nothing", "sallyport_done"])
def test_what_is_no_tool_here_asks_for_nothing(name: str) -> None:
    told = make(script(CATALOGUE), name, GIVEN)
    assert (told.said["status"], told.is_error) == ("refused", True)


def test_an_approval_of_a_credential_is_left_for_where_it_can_be_had() -> None:
    told = wait(script(view("approved", delivery="credential")))
    assert (told.said["status"], told.is_error) == ("approved", False)


@pytest.mark.parametrize("given", [{}, {"request_id": 3}, {"request_id": "../halts"}, {"request_id": ID + "/result"}])
@pytest.mark.parametrize("name", [call_tool.WAIT, call_tool.CANCEL])
def test_what_cannot_be_a_requests_id_goes_nowhere(name: str, given: dict[str, Any]) -> None:
    api = script()
    told = ToolCall(api, CALLER).make(name, given)
    assert (told.said["status"], api.asked) == ("refused", [])


def test_cancelling_says_what_became_of_it() -> None:
    given = {"request_id": ID}
    assert make(script(view("cancelled")), "sallyport_cancel", given).said == {"request_id": ID, "status": "cancelled"}
    assert make(script(problem(409, "already_settled")), "sallyport_cancel", given).is_error
    assert make(script(PortFailed("x")), "sallyport_cancel", given).said["status"] == "unavailable"
