"""/v1/mcp on the live stack, called by the official SDK's client as mcp-proxy-for-aws calls it: signed with SigV4."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Generator
from typing import Any

import httpx2
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.e2e.driver import Live

type Talk = Callable[[Client], Awaitable[Any]]


class SigV4(httpx2.Auth):
    requires_request_body = True

    def __init__(self, live: Live, agent: str) -> None:
        keys = live.stack["agents"][agent]
        signer = Credentials(keys["access_key_id"], keys["secret_access_key"])
        self._signer = SigV4Auth(signer, "execute-api", live.stack["region"])

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response]:
        kept = {name: value for name, value in request.headers.items() if name not in ("connection", "accept-encoding")}
        signed = AWSRequest(request.method, str(request.url), data=request.content, headers=kept)
        self._signer.add_auth(signed)
        request.headers.update(dict(signed.headers))
        yield request


def talk(live: Live, agent: str, said: Talk) -> Any:
    async def run() -> Any:
        web = httpx2.AsyncClient(auth=SigV4(live, agent), timeout=60)
        url = live.stack["api_url"] + "/v1/mcp"
        async with web, Client(streamable_http_client(url, http_client=web)) as client:
            return await said(client)

    return asyncio.run(run())


def approver(live: Live, before: set[str], found: list[str]) -> None:
    """Approves the request that was not there before, once its card is made."""
    for _ in range(300):
        listed = live.call("petra.approver", "GET", "/v1/requests?status=pending").json["requests"]
        new = [each for each in listed if each["request_id"] not in before and each["presented_digest"]]
        if new:
            found.append(new[0]["request_id"])
            assert live.decide("petra.approver", found[0], "approve", new[0]["presented_digest"]).status == 200
            return
        time.sleep(0.1)


def pending(live: Live) -> set[str]:
    listed = live.call("petra.approver", "GET", "/v1/requests?status=pending").json["requests"]
    return {each["request_id"] for each in listed}


def test_a_tool_asks_waits_and_brings_the_masked_result(live: Live) -> None:
    entries = live.call("triage-bot", "GET", "/v1/actions").json["actions"]
    (example,) = [each["example"]["parameters"] for each in entries if each["name"] == "dynamodb.query_masked"]

    async def ask(client: Client) -> tuple[list[str], Any]:
        names = [tool.name for tool in (await client.list_tools()).tools]
        answer = await client.call_tool("dynamodb_query_masked", {**example, "reason": "Look at one row over MCP"})
        for _ in range(5):  # a busy machine may need more than one wait
            said = answer.structured_content
            assert said is not None
            if said["status"] not in ("pending", "approved"):
                break
            answer = await client.call_tool("sallyport_wait", {"request_id": said["request_id"]})
        return names, answer

    found = list[str]()
    person = threading.Thread(target=approver, args=(live, pending(live), found))
    person.start()
    names, answer = talk(live, "triage-bot", ask)
    person.join()
    assert names == [
        *(entry["tool_name"] for entry in entries if entry["delivery"] == "execute"),
        *("sallyport_wait", "sallyport_cancel"),
    ]
    said = answer.structured_content
    assert (answer.is_error, said["status"], said["request_id"]) == (False, "closed", found[0])
    (row,) = said["result"]
    assert set(row) == set(example["attributes"])
    assert row["patient_id"].startswith("[")
    types = [event["type"] for event in live.chain(found[0])]
    assert types.count("grant.redeemed") == types.count("action.executed") == types.count("request.submitted") == 1


def test_there_is_no_stream_no_session_and_no_way_in_without_a_signature(live: Live) -> None:
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    assert live.call("triage-bot", "POST", "/v1/mcp", ping).json == {"jsonrpc": "2.0", "id": 1, "result": {}}
    assert live.call("triage-bot", "GET", "/v1/mcp").status == 405
    assert live.call("triage-bot", "DELETE", "/v1/mcp").status == 405
    assert live.send("POST", "/v1/mcp", b"{}", {"Content-Type": "application/json"}).status == 403
