"""`sallyport mcp` as a host starts it: over stdio, by the official SDK, to an export that is done."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from mcp.client import Client as Host
from mcp.client.stdio import StdioServerParameters

from tests.e2e.driver import Live, export
from tests.e2e.test_agent_verbs import LIST, SALLYPORT, approve, id_of, pending, types, who


def talk(environment: dict[str, str], *calls: tuple[str, dict[str, Any]]) -> tuple[list[str], list[Any]]:
    """The names of the tools, and what the calls answer in turn."""

    async def run() -> tuple[list[str], list[Any]]:
        server = StdioServerParameters(command=SALLYPORT, args=["mcp", *who()], env=environment)
        async with Host(server) as host:
            names = [tool.name for tool in (await host.list_tools()).tools]
            return names, [await host.call_tool(name, given) for name, given in calls]

    return asyncio.run(run())


def test_a_host_gets_an_approved_export_done_and_never_sees_a_secret(
    live: Live, environment: dict[str, str], tmp_path: Path
) -> None:
    before, found = pending(live), list[str]()

    def approver() -> None:
        found.append(id_of(live, before))
        approve(live, found[0])

    person = threading.Thread(target=approver)
    person.start()
    given = {**export()["parameters"], "reason": "Move the records of 2025", "context": {"ticket": "INC-42"}}
    names, (first, again) = talk(environment, ("s3_export", given), ("s3_export", given))
    person.join()
    assert "s3_export" in names
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name) for name in names)
    said = first.structured_content
    assert (said["request_id"], said["status"]) == (found[0], "approved"), said
    assert again.structured_content["request_id"] == found[0]

    # The host's own shell has nothing but the prefix.
    command = f"{said['use']} {shlex.join([sys.executable, '-c', LIST])}"
    bare = {
        "PATH": environment["PATH"],
        "HOME": str(tmp_path),
        "SALLYPORT_CACHE_DIR": environment["SALLYPORT_CACHE_DIR"],
    }
    for _ in range(2):
        done = subprocess.run(
            ["/bin/sh", "-c", command], env=bare, capture_output=True, text=True, check=False, timeout=120, cwd="/"
        )
        assert done.returncode == 0, done.stderr
        assert int(done.stdout) > 0
    assert types(live, found[0]).count("grant.redeemed") == 1
    kept = json.loads(next(Path(environment["SALLYPORT_CACHE_DIR"]).glob("*.json")).read_text())
    seen = f"{first!r}{again!r}{done.stderr}" + (Path(environment["SALLYPORT_CACHE_DIR"]) / "config").read_text()
    assert kept["SecretAccessKey"] not in seen
    assert kept["SessionToken"] not in seen

    ended = talk(environment, ("sallyport_done", {"request_id": found[0], "outcome": "done", "note": "Exported"}))[1][0]
    assert not ended.is_error, ended
    revoked = next(event for event in live.chain(found[0]) if event["type"] == "grant.revoked")
    assert revoked["details"]["outcome"] == "done"


def test_a_server_that_is_started_again_finds_the_request_that_it_had_asked_for(
    live: Live, environment: dict[str, str]
) -> None:
    before = pending(live)
    given = {**export()["parameters"], "reason": "Move the records of 2025"}
    asking = subprocess.Popen(
        [SALLYPORT, "mcp", *who()], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "host", "version": "1"}}},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "s3_export", "arguments": given}},
    ]  # fmt: skip
    assert asking.stdin is not None
    for message in messages:
        asking.stdin.write(json.dumps(message) + "\n")
        asking.stdin.flush()
    request_id = id_of(live, before)
    asking.kill()
    asking.communicate()
    approve(live, request_id)
    _, (again,) = talk(environment, ("s3_export", given))
    assert again.structured_content["request_id"] == request_id
    assert again.structured_content["status"] == "approved"
    assert pending(live) <= before
