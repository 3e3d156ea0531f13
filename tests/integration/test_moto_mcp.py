"""The official SDK's client against the handler of /v1/mcp, with the whole of Sallyport behind it in this process."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import INVALID_REQUEST

from tests.support.account import opened
from tests.support.house import House, sample_event
from tests.support.story import agent_arn

ROWS = {"table": "sallyport-sample-patients", "key_name": "patient_id", "key": "pat-00001", "attributes": ["note"]}
CREDENTIALS = {"s3_export", "dynamodb_read_items", "secretsmanager_read"}

type Talk = Callable[[Client], Awaitable[Any]]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with opened() as house:
        yield house


def posted(house: House, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    """What the handler answers to a POST that API Gateway let through."""
    event = copy.deepcopy(sample_event("mcp"))
    event["requestContext"]["identity"]["userArn"] = agent_arn("export-bot")
    event["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
    event["body"] = body.decode()
    answer: dict[str, Any] = house.invoke("mcp", event)
    house.answers.append(json.dumps(answer))
    return answer


def talk(house: House, said: Talk, *, mode: Any = "auto", headers: dict[str, str] | None = None) -> Any:
    async def carry(request: httpx2.Request) -> httpx2.Response:
        assert request.method == "POST"  # no session was given, so there is nothing to listen to or to end
        answer = await asyncio.to_thread(posted, house, request.content, dict(request.headers))
        return httpx2.Response(answer["statusCode"], headers=answer["headers"], text=answer["body"])

    async def run() -> Any:
        web = httpx2.AsyncClient(transport=httpx2.MockTransport(carry), headers=headers)
        url = "https://api.example/live/v1/mcp"
        async with web, Client(streamable_http_client(url, http_client=web), mode=mode) as client:
            return await said(client)

    return asyncio.run(run())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_sdks_client_lists_what_sallyport_calls_itself(house: House, mode: str) -> None:
    async def listed(client: Client) -> tuple[str, list[str]]:
        return client.protocol_version, [tool.name for tool in (await client.list_tools()).tools]

    version, names = talk(house, listed, mode=mode)
    catalogue = house.call("list_actions", agent_arn("export-bot"))[1]["actions"]
    executed = [entry["tool_name"] for entry in catalogue if entry["delivery"] == "execute"]
    assert names == [*executed, "sallyport_wait", "sallyport_cancel"]
    assert "dynamodb_query_masked" in names
    assert not CREDENTIALS & set(names)
    assert version == "2025-11-25"


def test_a_second_call_goes_on_with_the_request_and_a_denial_says_why(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sallyport.usecases.call_tool.WAIT_UNTIL_SECONDS", 0)
    given = {**ROWS, "reason": "Look at one row"}

    async def ask(client: Client) -> Any:
        return await client.call_tool("dynamodb_query_masked", given)

    first, second = talk(house, ask), talk(house, ask)
    assert (first.is_error, first.structured_content["status"]) == (False, "pending")
    assert json.loads(first.content[0].text) == first.structured_content
    request_id = first.structured_content["request_id"]
    assert second.structured_content["request_id"] == request_id
    assert house.types(request_id).count("request.submitted") == 1
    house.until(request_id, lambda r: r.card is not None)
    house.decide("petra.approver", request_id, "deny", reason="Use the copy")
    given = {"request_id": request_id}

    async def wait(client: Client) -> Any:
        return await client.call_tool("sallyport_wait", given)

    ended = talk(house, wait)
    assert (ended.is_error, ended.structured_content["status"]) == (True, "denied")
    assert "Use the copy" in ended.structured_content["reason"]
    assert house.said()["request_id"] == request_id


def test_cancelling_takes_it_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sallyport.usecases.call_tool.WAIT_UNTIL_SECONDS", 0)

    async def ask_and_cancel(client: Client) -> Any:
        asked = await client.call_tool("dynamodb_query_masked", {**ROWS, "reason": "Look at another row"})
        return await client.call_tool("sallyport_cancel", {"request_id": asked.structured_content["request_id"]})

    ended = talk(house, ask_and_cancel).structured_content
    assert ended["status"] == "cancelled"
    # The workflow of the in-process account runs beside, and may still say that it asked.
    assert "request.cancelled" in house.types(ended["request_id"])


def rpc(house: House, body: object, **headers: str) -> tuple[int, Any]:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = posted(house, sent, {name.replace("_", "-"): value for name, value in headers.items()})
    assert answer["headers"]["Content-Type"] == "application/json"
    return answer["statusCode"], json.loads(answer["body"] or "null")


def test_messages_that_cannot_be_carried_out_have_json_rpcs_answers(house: House) -> None:
    ping = {"jsonrpc": "2.0", "id": 3, "method": "ping"}
    assert rpc(house, ping) == (200, {"jsonrpc": "2.0", "id": 3, "result": {}})
    status, answer = rpc(house, {**ping, "method": "resources/list"})
    assert (status, answer["id"], answer["error"]["code"]) == (200, 3, -32601)
    assert rpc(house, b"{")[1]["error"]["code"] == -32700
    assert rpc(house, [ping])[1]["error"]["code"] == INVALID_REQUEST
    assert rpc(house, ping, MCP_Protocol_Version="1999-01-01")[0] == 400
    assert rpc(house, {"jsonrpc": "2.0", "method": "notifications/initialized"}) == (202, None)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_there_is_no_stream_and_no_session(house: House, method: str) -> None:
    answer = house.invoke("mcp", sample_event("mcp") | {"httpMethod": method})
    assert (answer["statusCode"], answer["headers"]["Allow"], answer["body"]) == (405, "POST", "")
