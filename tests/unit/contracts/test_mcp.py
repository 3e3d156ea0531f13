"""The Model Context Protocol's messages, and that its tools are those of the server over stdio."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sallyport.contracts import mcp
from sallyport.domain.refusals import BodyTooLarge
from sallyport_agent import Action
from sallyport_cli.mcp import server

ENTRY: dict[str, Any] = {
    "name": "ecs.restart_service",
    "tool_name": "ecs_restart_service",
    "title": "Restart a service",
    "description": "Restarts it.",
    "delivery": "execute",
    "risk": "medium",
    "parameters": {},
    "input_schema": {"type": "object", "required": ["reason"], "properties": {"reason": {"type": "string"}}},
}


def message(**members: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping", **members}).encode()


@pytest.mark.parametrize("said", [0, 7, "seven", ""])
def test_a_request_is_read_with_its_id(said: int | str) -> None:
    read = mcp.read_message(message(id=said, method="tools/call", params={"name": "x"}))
    assert (read.id, read.method, read.params) == (said, "tools/call", {"name": "x"})


@pytest.mark.parametrize(
    "body",
    [
        b'{"jsonrpc": "2.0", "method": "notifications/initialized"}',
        b'{"jsonrpc": "2.0", "id": 4, "result": {}}',
        b'{"jsonrpc": "2.0", "id": 4, "error": {"code": 1, "message": "no"}}',
    ],
)
def test_what_wants_no_answer_has_no_id(body: bytes) -> None:
    assert mcp.read_message(body).id is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", mcp.PARSE_ERROR),
        (b"{", mcp.PARSE_ERROR),
        (b"\xff", mcp.PARSE_ERROR),
        (b'{"id": 1, "id": 2}', mcp.PARSE_ERROR),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": ' + b'{"a":' * 70 + b"1" + b"}" * 71, -32700),
        (b" [" + message() + b"]", mcp.INVALID_REQUEST),
        (b"{}", mcp.INVALID_REQUEST),
        (message(jsonrpc="1.0"), mcp.INVALID_REQUEST),
        (message(method=""), mcp.INVALID_REQUEST),
        (message(method=3), mcp.INVALID_REQUEST),
        (message(id=None), mcp.INVALID_REQUEST),
        (message(id=True), mcp.INVALID_REQUEST),
        (message(id=1.5), mcp.INVALID_REQUEST),
        (message(id={}), mcp.INVALID_REQUEST),
        (message(params=[]), mcp.INVALID_PARAMS),
    ],
)
def test_what_is_no_message_is_refused_with_json_rpcs_code(body: bytes, code: int) -> None:
    with pytest.raises(mcp.RpcError) as failed:
        mcp.read_message(body)
    assert failed.value.code == code
    assert failed.value.http_status == (200 if code == mcp.INVALID_PARAMS else 400)
    assert mcp.error(failed.value)["error"]["code"] == code


def test_a_body_that_is_too_large_is_no_message() -> None:
    with pytest.raises(BodyTooLarge):
        mcp.read_message(message(params={"x": "a" * 300_000}))


@pytest.mark.parametrize("params", [{}, {"name": 1}, {"name": "x", "arguments": []}, {"name": "x", "arguments": "y"}])
def test_a_call_of_no_tool_is_refused(params: dict[str, Any]) -> None:
    with pytest.raises(mcp.RpcError) as failed:
        mcp.read_tool_use(mcp.read_message(message(method="tools/call", params=params)))
    assert (failed.value.code, failed.value.of) == (mcp.INVALID_PARAMS, 1)


@pytest.mark.parametrize(("wanted", "agreed"), [(v, v) for v in mcp.VERSIONS] + [("2099-01-01", "2025-11-25")])
def test_the_version_is_the_clients_or_the_newest_of_ours(wanted: str, agreed: str) -> None:
    assert mcp.initialized(wanted)["protocolVersion"] == agreed


def test_a_version_that_is_not_spoken_is_refused_after_the_handshake_alone() -> None:
    with pytest.raises(mcp.RpcError):
        mcp.check_version("2026-07-28", mcp.read_message(message()))
    mcp.check_version("2026-07-28", mcp.read_message(message(method="initialize")))
    mcp.check_version(None, mcp.read_message(message()))
    mcp.check_version("2025-06-18", mcp.read_message(message()))


@pytest.mark.parametrize("risk", ["low", "medium", "high"])
def test_a_tool_is_the_one_of_the_server_over_stdio(risk: str) -> None:
    entry = {**ENTRY, "risk": risk}
    ours = mcp.tools([entry])["tools"][0]
    assert ours == server.tool_of(Action.of(entry)).model_dump(by_alias=True, mode="json", exclude_none=True)


def test_waiting_and_cancelling_are_those_of_the_server_over_stdio_and_nothing_is_there_to_be_done_with() -> None:
    theirs = [t.model_dump(by_alias=True, mode="json", exclude_none=True) for t in server.own_tools()]
    ours = mcp.tools([])["tools"]
    for tool, other in zip(ours, theirs, strict=False):
        assert {**tool, "description": ""} == {**other, "description": ""}  # the seconds differ
    assert [tool["name"] for tool in ours] == ["sallyport_wait", "sallyport_cancel"]
    assert mcp.initialized(None)["instructions"] == server._INSTRUCTIONS


def test_an_action_that_brings_a_credential_is_no_tool_here() -> None:
    assert [t["name"] for t in mcp.tools([{**ENTRY, "delivery": "credential"}])["tools"]] == [
        "sallyport_wait",
        "sallyport_cancel",
    ]
