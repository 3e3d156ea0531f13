"""`sallyport mcp`, called by the official SDK's client."""

from __future__ import annotations

import asyncio
import json
import re
from argparse import Namespace
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal

import httpx
import mcp_types as types
import pytest
from mcp.client import Client as Host
from mcp.client.extension import ClaimContext, ClientExtension, ResultClaim

from sallyport_agent import AsyncClient
from sallyport_cli.mcp.house import House
from sallyport_cli.mcp.server import server_of
from sallyport_cli.mcp.tasks import TASKS
from tests.unit.client.sallyport import ID, KEYS, URL, Sallyport, problem, session, view

SCHEMA = {
    "type": "object",
    "required": ["bucket", "reason"],
    "properties": {"bucket": {"type": "string"}, "reason": {"type": "string"}, "context": {"type": "object"}},
}
ACTIONS = {
    "actions": [
        {
            "name": name,
            "tool_name": name.replace(".", "_", 1),
            "title": name,
            "description": "Does it.",
            "delivery": delivery,
            "risk": risk,
            "parameters": {},
            "input_schema": SCHEMA,
        }
        for name, delivery, risk in (
            ("s3.export", "credential", "high"),
            ("ecs.restart_service", "execute", "medium"),
            ("logs.look", "execute", "low"),
        )
    ]
}
TIMES = {"created_at": "2026-11-02T10:00:00.000Z", "delivery": "credential"}
EXPORT = {"bucket": "sample", "reason": "Study"}
LATER = {**KEYS, "Expiration": "2999-01-01T00:00:00.000Z"}

type Talk = Callable[[Host], Awaitable[Any]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where profiles and credentials are kept; and no pause is taken."""

    async def pause(_: float) -> None:
        return

    monkeypatch.setattr("sallyport_agent.aio.asyncio.sleep", pause)
    monkeypatch.setattr("sallyport_cli.mcp.house.WAIT_SECONDS", 0)
    monkeypatch.setenv("SALLYPORT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "mine"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path


def sallyport(answers: list[Any]) -> Sallyport:
    """Answers the calls that are about a request in turn."""
    return Sallyport(answers, ACTIONS)


def talk(house: Sallyport, said: Talk, *, behalf: str | None = None, mode: str = "auto", **more: Any) -> Any:
    """What a host that is connected to the server gets."""
    arguments = Namespace(
        api_url=URL, region=None, profile=None, stack=None, agent=None, aws_config=None, on_behalf_of=behalf
    )

    async def run() -> Any:
        async with (
            AsyncClient(URL, session=session(), transport=house) as client,
            Host(server_of(House(client, arguments)), mode=mode, **more) as host,
        ):
            return await said(host)

    return asyncio.run(run())


def asked(house: Sallyport) -> list[Any]:
    """The bodies that were sent, in order."""
    return [json.loads(request.content) for request in house.asked if request.content]


def called(name: str, given: dict[str, Any], **more: Any) -> Callable[[Host], Awaitable[types.CallToolResult]]:
    async def call(host: Host) -> types.CallToolResult:
        return await host.call_tool(name, given, **more)

    return call


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_each_action_is_a_tool_beside_three_of_its_own(mode: str) -> None:
    async def list_tools(host: Host) -> list[types.Tool]:
        return (await host.list_tools()).tools

    tools = talk(sallyport([]), list_tools, mode=mode)
    assert [tool.name for tool in tools] == [
        *("s3_export", "ecs_restart_service", "logs_look"),
        *("sallyport_wait", "sallyport_cancel", "sallyport_done"),
    ]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", tool.name) for tool in tools)
    assert tools[0].input_schema == SCHEMA
    hints = [(tool.annotations.destructive_hint, tool.annotations.idempotent_hint) for tool in tools[:3]]
    assert hints == [(True, False), (True, False), (False, True)]


def test_an_approved_credential_is_a_prefix_and_never_a_secret(folder: Path) -> None:
    house = sallyport([view("pending"), view("approved", **TIMES)])
    result = talk(house, called("s3_export", {**EXPORT, "context": {"ticket": 1}}), behalf="olive.owner")
    said = result.structured_content
    assert not result.is_error
    assert (said["request_id"], said["status"]) == (ID, "approved")
    config = folder / "cache" / "config"
    assert said["use"] == f"AWS_CONFIG_FILE={config} AWS_PROFILE=sallyport-{ID}"
    assert f"credentials --request {ID}" in config.read_text()
    assert asked(house)[0] == {
        "action": "s3.export",
        "parameters": {"bucket": "sample"},
        "reason": "Study",
        "context": {"ticket": 1},
        "on_behalf_of": "olive.owner",
    }
    assert not any(call.endswith("/credentials") for call in house.calls)
    assert json.loads(result.content[0].text) == said


def test_a_credential_is_redeemed_at_once_where_no_other_program_could_sign(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    approved = view("approved", **TIMES)
    house = sallyport([view("pending"), approved, approved, LATER])

    async def twice(host: Host) -> list[types.CallToolResult]:
        return [await host.call_tool("s3_export", EXPORT) for _ in range(2)]

    first, second = talk(house, twice)
    assert house.calls.count(f"POST /v1/requests/{ID}/credentials") == 1
    assert house.calls.count("POST /v1/requests") == 1, "its credential still works, so nobody is asked again"
    assert second.structured_content["use"] == first.structured_content["use"]
    assert "example-secret" not in repr((first, second))
    assert "example-token" not in (folder / "cache" / "config").read_text()


def test_an_undecided_request_is_a_handle_and_no_error() -> None:
    told: list[str] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        told.append(str(message))

    house = sallyport([view("pending"), view("pending")])
    result = talk(house, called("s3_export", EXPORT))
    assert not result.is_error
    assert result.structured_content["status"] == "pending"
    assert "sallyport_wait" in result.structured_content["next"]


def test_waiting_is_told_as_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sallyport_cli.mcp.house.WAIT_SECONDS", 45)
    told: list[str] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        told.append(str(message))

    pending = view("pending")
    house = sallyport([pending, pending, pending, view("denied")])
    result = talk(house, called("s3_export", EXPORT, progress_callback=on_progress))
    assert result.structured_content["status"] == "denied"
    assert told
    assert ID in told[0]


def test_a_denial_is_an_error_with_the_persons_reason() -> None:
    denial = [{"by": "petra.approver", "decision": "deny", "reason": "Use the copy of last week"}]
    house = sallyport([view("pending"), view("denied", decisions=denial)])
    result = talk(house, called("s3_export", EXPORT))
    assert result.is_error
    assert result.structured_content["reason"] == "Use the copy of last week"
    assert result.structured_content["next"]


def test_a_refusal_says_what_to_change() -> None:
    refused = problem(400, "invalid_parameters", paths=["$.parameters.bucket"], next="Say a bucket that exists.")
    result = talk(sallyport([refused]), called("s3_export", EXPORT))
    assert result.is_error
    assert result.structured_content == {
        "request_id": None,
        "status": "refused",
        "reason": "No (invalid_parameters)",
        "next": "Say a bucket that exists.",
        "paths": ["$.parameters.bucket"],
    }


@pytest.mark.parametrize(("code", "is_error"), [("ok", False), ("call_refused", True)])
def test_a_call_that_sallyport_makes_is_answered_with_its_masked_result(code: str, is_error: bool) -> None:
    made = {"request_id": ID, "status": "closed", "code": code, "result": {"status": "ACTIVE"}, "complete": True}
    approved = view("approved", delivery="execute")
    house = sallyport([view("pending"), approved, approved, made])
    result = talk(house, called("ecs_restart_service", EXPORT))
    assert result.is_error is is_error
    assert result.structured_content["result"] == {"status": "ACTIVE"}


def test_a_tool_that_is_not_there_asks_for_nothing() -> None:
    house = sallyport([])
    assert talk(house, called("iam_everything", {"reason": "x"})).is_error
    assert set(house.calls) == {"GET /v1/actions"}


def test_a_deployment_that_does_not_answer_is_said_to_the_model() -> None:
    result = talk(sallyport([httpx.ConnectError("no") for _ in range(6)]), called("s3_export", EXPORT))
    assert result.is_error
    assert result.structured_content["status"] == "unavailable"


def test_its_own_tools_wait_cancel_and_end() -> None:
    async def all_three(host: Host) -> list[Any]:
        given = {"request_id": ID}
        return [
            (await host.call_tool("sallyport_wait", given)).structured_content["status"],
            (await host.call_tool("sallyport_cancel", given)).structured_content["status"],
            (
                await host.call_tool("sallyport_done", {**given, "outcome": "done", "note": "Exported"})
            ).structured_content,
        ]

    house = sallyport([view("pending"), view("cancelled"), view("closed")])
    assert talk(house, all_three) == ["pending", "cancelled", {"request_id": ID, "status": "closed"}]
    assert asked(house)[-1] == {"outcome": "done", "note": "Exported"}


class Task(types.Result):
    result_type: Literal["task"]
    task_id: str
    status: str


class TaskHost(ClientExtension):
    """A host that takes tasks, and asks for the result as the specification has it."""

    identifier = TASKS

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []

    def claims(self) -> list[ResultClaim[Any]]:
        return [ResultClaim(result_type="task", model=Task, resolve=self._resolve)]

    async def _resolve(self, task: Task, ctx: ClaimContext) -> types.CallToolResult:
        class Params(types.RequestParams):
            task_id: str

        class Get(types.Request[Params, Literal["tasks/get"]]):
            method: Literal["tasks/get"] = "tasks/get"
            params: Params

        class Told(types.Result):
            status: str
            result: dict[str, Any] | None = None

        while True:
            told = await ctx.session.send_request(Get(params=Params(task_id=task.task_id)), Told)
            self.seen.append(told.model_dump(by_alias=True))
            if told.result is not None:
                return types.CallToolResult.model_validate(told.result)


def test_a_host_that_takes_tasks_gets_the_request_as_one() -> None:
    tasks = TaskHost()
    pending, denied = view("pending", **TIMES), view("denied", **TIMES)
    house = sallyport([pending, pending, pending, pending, denied, denied])
    result = talk(house, called("s3_export", EXPORT), extensions=[tasks])
    assert [told["status"] for told in tasks.seen] == ["working", "completed"]
    assert result.structured_content["status"] == "denied"
    assert house.calls.count("POST /v1/requests") == 1
