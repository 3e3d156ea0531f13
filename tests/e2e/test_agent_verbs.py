"""The agent's command line on the live stack: one approval and one redemption, whoever uses them and however often."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.driver import Live, export

ROOT = Path(__file__).resolve().parents[2]
SALLYPORT = str(ROOT / ".venv" / "bin" / "sallyport")
LIST = (
    "import boto3; s3 = boto3.client('s3');"
    "print(s3.list_objects_v2(Bucket='sallyport-sample-data', Prefix='patients/2025/')['KeyCount'])"
)


def words(*more: str, parameters: dict[str, Any]) -> list[str]:
    given = [word for name, value in parameters.items() for word in ("--param", f"{name}={value}")]
    return [SALLYPORT, *more[:2], *given, "--reason", "Move the records of 2025", *who(), *more[2:]]


def who() -> list[str]:
    return ["--stack", str(ROOT / ".local" / "stack.json"), "--as", "export-bot"]


def run(command: list[str], environment: dict[str, str], **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=environment | more, capture_output=True, text=True, check=False, timeout=120, cwd="/"
    )


def id_of(live: Live, seen: set[str]) -> str:
    """The request that was not there before, once its card is made."""
    for _ in range(300):
        listed = live.call("petra.approver", "GET", "/v1/requests?status=pending").json["requests"]
        new = [each["request_id"] for each in listed if each["request_id"] not in seen and each["presented_digest"]]
        if new:
            return str(new[0])
        time.sleep(0.1)
    raise AssertionError("nobody asked")


def pending(live: Live) -> set[str]:
    listed = live.call("petra.approver", "GET", "/v1/requests?status=pending").json["requests"]
    return {each["request_id"] for each in listed}


def approve(live: Live, request_id: str) -> None:
    shown = live.call("petra.approver", "GET", f"/v1/requests/{request_id}").json["presented_digest"]
    assert live.decide("petra.approver", request_id, "approve", shown).status == 200


def types(live: Live, request_id: str) -> list[str]:
    return [event["type"] for event in live.chain(request_id)]


def test_a_command_runs_once_it_is_approved_and_its_grant_ends_with_it(live: Live, environment: dict[str, str]) -> None:
    before, found = pending(live), list[str]()

    def approver() -> None:
        found.append(id_of(live, before))
        approve(live, found[0])

    person = threading.Thread(target=approver)
    person.start()
    command = words("run", "s3.export", "--", sys.executable, "-c", LIST, parameters=export()["parameters"])
    done = run(command, environment)
    person.join()
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0
    assert types(live, found[0]).count("grant.redeemed") == 1
    assert "grant.revoked" in types(live, found[0])
    assert live.call("export-bot", "GET", f"/v1/requests/{found[0]}").json["status"] in ("revoked", "closed")


def test_four_sessions_of_one_profile_cost_one_approval_and_one_redemption(
    live: Live, environment: dict[str, str], tmp_path: Path
) -> None:
    asked = run(words("request", "s3.export", parameters=export()["parameters"]), environment)
    assert asked.returncode == 0, asked.stderr
    request_id = asked.stdout.split()[0]
    added = run([SALLYPORT, "profile", "add", "export", "--request", request_id, *who()], environment)
    assert added.stdout.strip() == f"AWS_CONFIG_FILE={tmp_path / 'config'} AWS_PROFILE=export", added.stderr
    approve(live, id_of(live, set()) if request_id not in pending(live) else request_id)
    stack = live.stack
    with ThreadPoolExecutor(4) as sessions:
        started = [
            sessions.submit(
                run,
                [sys.executable, "-c", LIST],
                environment,
                AWS_PROFILE="export",
                AWS_REGION=stack["region"],
                AWS_ENDPOINT_URL=stack["aws_endpoint_url"],
            )
            for _ in range(4)
        ]
        ended = [each.result() for each in started]
    assert [each.returncode for each in ended] == [0] * 4, [each.stderr for each in ended]
    assert types(live, request_id).count("grant.redeemed") == 1
    assert types(live, request_id).count("request.submitted") == 1
    kept = json.loads(next((tmp_path / "cache").glob("*.json")).read_text())
    told = "".join(f"{each.stdout}{each.stderr}" for each in (*ended, asked, added)) + (tmp_path / "config").read_text()
    assert kept["SecretAccessKey"] not in told
    assert kept["SessionToken"] not in told


def test_a_denial_ends_the_wait_with_the_reason(live: Live, environment: dict[str, str]) -> None:
    before = pending(live)
    command = words("request", "s3.export", "--wait", parameters=export()["parameters"])
    waiting = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/"
    )
    request_id = id_of(live, before)
    shown = live.call("petra.approver", "GET", f"/v1/requests/{request_id}").json["presented_digest"]
    body = {"decision": "deny", "presented_digest": shown, "reason": "Use the copy of last week"}
    assert live.call("petra.approver", "POST", f"/v1/requests/{request_id}/decisions", body).status == 200
    out, err = waiting.communicate(timeout=60)
    assert (waiting.returncode, out) == (1, f"{request_id} denied\n")
    assert "Use the copy of last week" in err


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_an_agent_that_is_stopped_while_it_waits_finds_its_request_again(
    live: Live, environment: dict[str, str], end: signal.Signals
) -> None:
    before, parameters = pending(live), export()["parameters"]
    command = words("run", "s3.export", "--", sys.executable, "-c", LIST, parameters=parameters)
    # A shell that runs the tests in the background has them ignore Ctrl-C, and so would the agent.
    before_us = signal.signal(signal.SIGINT, signal.default_int_handler)
    waiting = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/")
    signal.signal(signal.SIGINT, before_us)
    request_id = id_of(live, before)
    waiting.send_signal(end)
    waiting.communicate(timeout=60)
    approve(live, request_id)
    done = run(command, environment)
    assert done.returncode == 0, done.stderr
    assert pending(live) <= before
    assert types(live, request_id).count("grant.redeemed") == 1
