"""Agents that speak the Agent Approval Protocol, with their package as it is, by `sallyport aap` on the live stack."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.driver import Live, export
from tests.e2e.test_agent_verbs import SALLYPORT, approve, id_of, pending, types, who

ROOT = Path(__file__).resolve().parents[2]
AGENTS = ("aap_gate", "aap_receiver", "aap_langgraph", "aap_pydantic_ai", "aap_openai_agents")
DENIAL = "Use the copy of last week"


@contextmanager
def serving(environment: dict[str, str], *more: str) -> Iterator[dict[str, str]]:
    """A bridge: its url and token."""
    command = [SALLYPORT, "aap", *more, *who()]
    bridge = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/"
    )
    assert bridge.stdout is not None
    try:
        line = bridge.stdout.readline()
        assert line, bridge.communicate(timeout=30)[1]
        yield json.loads(line)
    finally:
        bridge.send_signal(signal.SIGTERM)
        out, err = bridge.communicate(timeout=30)
    assert (bridge.returncode, out) == (0, ""), err


def agent(
    python: Path, name: str, bridge: dict[str, str], environment: dict[str, str], parameters: dict[str, Any]
) -> subprocess.Popen[str]:
    told = environment | {
        "AAP_URL": bridge["url"],
        "AAP_TOKEN": bridge["token"],
        "EXPORT": json.dumps(parameters),
        "AWS_CONFIG_FILE": str(Path(environment["SALLYPORT_CACHE_DIR"]) / "config"),
    }
    command = [str(python), str(ROOT / "tests" / "agents" / f"{name}.py")]
    return subprocess.Popen(command, env=told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/")


def deny(live: Live, request_id: str) -> None:
    shown = live.call("petra.approver", "GET", f"/v1/requests/{request_id}").json["presented_digest"]
    assert live.decide("petra.approver", request_id, "deny", shown, reason=DENIAL).status == 200


@pytest.mark.parametrize("name", AGENTS)
def test_an_approved_call_runs_once_and_a_denied_one_does_not(
    live: Live, environment: dict[str, str], frameworks: Path, name: str
) -> None:
    """Two runs at once over one bridge; whichever asks first is approved."""
    before = pending(live)
    with serving(environment) as bridge:
        runs = [agent(frameworks, name, bridge, environment, export()["parameters"]) for _ in range(2)]
        approved = id_of(live, before)
        shown = live.view("export-bot", approved)["masked"]
        approve(live, approved)
        denied = id_of(live, before | {approved})
        deny(live, denied)
        told = [run.communicate(timeout=120) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], told
    [ran, refused] = sorted((out for out, _ in told), key=lambda out: DENIAL in out)
    assert re.fullmatch(r"[1-9]\d* objects\n", ran), ran
    assert DENIAL in refused
    assert "objects" not in refused
    assert shown["reason"] == "The yearly study needs these records."
    events = live.chain(approved)
    assert [event["type"] for event in events].count("grant.redeemed") == 1
    ended = next(event for event in events if event["type"] == "grant.revoked")
    assert ended["details"]["outcome"] == "done"
    assert "grant.issued" not in types(live, denied)
    assert not list(Path(environment["SALLYPORT_CACHE_DIR"]).glob("*.json"))  # it ended, so it is not kept


def test_a_call_that_policy_refuses_is_denied_with_what_to_do(
    live: Live, environment: dict[str, str], frameworks: Path
) -> None:
    before = pending(live)
    with serving(environment) as bridge:
        parameters = export(parameters={"bucket": "sallyport-elsewhere"})["parameters"] | {"unheard_of": True}
        out, err = agent(frameworks, "aap_gate", bridge, environment, parameters).communicate(timeout=120)
    assert "invalid_parameters" in out, err
    assert pending(live) == before


def test_a_bridge_that_was_killed_costs_no_second_approval(
    live: Live, environment: dict[str, str], frameworks: Path
) -> None:
    before, parameters = pending(live), export()["parameters"]
    with serving(environment) as bridge:
        first = agent(frameworks, "aap_gate", bridge, environment, parameters)
        request_id = id_of(live, before)
        first.kill()
        first.communicate()
    approve(live, request_id)
    with serving(environment) as bridge:
        out, err = agent(frameworks, "aap_gate", bridge, environment, parameters).communicate(timeout=120)
    assert out.strip().endswith(" objects"), out + err
    assert types(live, request_id).count("grant.redeemed") == 1
    assert pending(live) <= before


def test_no_answer_and_no_output_of_the_bridge_has_a_secret(
    live: Live, environment: dict[str, str], frameworks: Path
) -> None:
    before, answers = pending(live), list[str]()
    with serving(environment) as bridge:
        headers = {"Authorization": f"Bearer {bridge['token']}", "Idempotency-Key": uuid.uuid4().hex}
        with httpx.Client(base_url=f"{bridge['url']}/v1", headers=headers, timeout=60) as client:
            body = {"tool": "s3.export", "arguments": export()["parameters"], "timeout": "10m"}
            asked = client.post("/requests", json=body)
            assert asked.status_code == 201, asked.text
            person = threading.Thread(target=lambda: approve(live, id_of(live, before)))
            person.start()
            path = f"/requests/{asked.json()['id']}"
            answers += [client.get(path, params={"wait": "25s"}).text for _ in range(3)]
            person.join()
            answers.append(client.post(f"{path}/consume").text)
        [kept] = [json.loads(each.read_text()) for each in Path(environment["SALLYPORT_CACHE_DIR"]).glob("*.json")]
        assert "AWS_PROFILE=sallyport-req-" in answers[-1]
        told = "".join([*answers, Path(environment["SALLYPORT_CACHE_DIR"], "config").read_text()])
        assert kept["SecretAccessKey"] not in told
        assert kept["SessionToken"] not in told
    assert all(each.stat().st_mode & 0o077 == 0 for each in Path(environment["SALLYPORT_CACHE_DIR"]).iterdir())
