"""Every example of client/examples, run as it stands: asked, approved by a person, done, and given back."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.driver import Live, export
from tests.e2e.test_agent_verbs import approve, pending, types

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "client" / "examples"
PYTHON = str(ROOT / ".venv-agents" / "bin" / "python")
# A key id, a secret's or token's name, or anything as long and as dense as one of them.
CREDENTIAL = re.compile(r"\b(AKIA|ASIA|LSIA)[A-Z0-9]{12,}|SecretAccessKey|SessionToken|[A-Za-z0-9+/]{40,}")
NAMES = {"1.json", "2.json", "years/3.json"}
SHOWN = dict(
    re.findall(
        r"^`client/examples/([\w.]+)`[^\n]*\n\n```\w+\n(.*?)^```$",
        (ROOT / "docs" / "agents-examples.md").read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
)


@pytest.fixture
def environment(live: Live, frameworks: Path, tmp_path: Path) -> dict[str, str]:
    """Of an agent: its own AWS configuration, the deployment's URL, and nothing of whoever runs the test."""
    keys = live.stack["agents"]["export-bot"]
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(
        f"[default]\nregion = {live.stack['region']}\naws_access_key_id = {keys['access_key_id']}\n"
        f"aws_secret_access_key = {keys['secret_access_key']}\n",
        encoding="utf-8",
    )
    return {
        "HOME": str(tmp_path),
        "PATH": os.pathsep.join((str(frameworks.parent), str(ROOT / ".venv" / "bin"), os.environ["PATH"])),
        "PYTHONPATH": os.pathsep.join((str(ROOT / "client"), str(ROOT))),
        "SALLYPORT_API_URL": live.stack["api_url"],
        "AWS_ENDPOINT_URL": live.stack["aws_endpoint_url"],
        "AWS_EC2_METADATA_DISABLED": "true",
        "OPENAI_AGENTS_DISABLE_TRACING": "1",
    }


def id_of(live: Live, before: set[str], runs: Callable[[], bool]) -> str:
    """The request that was not there before, once its card is made; empty when the program ends without one."""
    while runs():
        listed = live.call("petra.approver", "GET", "/v1/requests?status=pending").json["requests"]
        new = [each["request_id"] for each in listed if each["request_id"] not in before and each["presented_digest"]]
        if new:
            return str(new[0])
        time.sleep(0.5)  # a listing is work for the emulator, which the programs wait for
    return ""


@pytest.fixture
def parameters(live: Live) -> Iterator[dict[str, Any]]:
    """Of an export that nobody has asked for before, of three objects that are there for it."""
    asked: dict[str, Any] = export()["parameters"]
    asked["prefix"] = asked["destination_prefix"]
    s3, keys = live.client("s3"), [asked["prefix"] + name for name in NAMES]
    for key in keys:
        s3.put_object(Bucket=asked["bucket"], Key=key, Body=b"{}")
    yield asked
    for key in keys:
        s3.delete_object(Bucket=asked["bucket"], Key=key)


def run(
    live: Live, command: list[str], environment: dict[str, str], decide: Callable[[Live, str], object] = approve
) -> tuple[str, str]:
    """What the command said, and the request that it made, on which a person decided meanwhile."""
    before = pending(live)
    started = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=environment["HOME"]
    )
    with ThreadPoolExecutor(1) as reading:
        ended = reading.submit(started.communicate, timeout=120)
        request_id = id_of(live, before, lambda: not ended.done())
        if request_id:
            decide(live, request_id)
        out, err = ended.result()
    assert (started.returncode, bool(request_id)) == (0, True), err
    return out, request_id


def play(example: str, model: str, script: str, given: dict[str, Any]) -> list[str]:
    program = [PYTHON, "-m", "tests.agents.play"]
    return [*program, str(EXAMPLES / f"{example}.py"), model, script, json.dumps(given)]


def exported(live: Live, parameters: dict[str, Any]) -> set[str]:
    """The names of what lies at the destination, beneath the prefix."""
    prefix = parameters["destination_prefix"]
    listed = live.client("s3").list_objects_v2(Bucket=parameters["destination_bucket"], Prefix=prefix)
    return {each["Key"].removeprefix(prefix) for each in listed.get("Contents", [])}


def once_and_given_back(live: Live, request_id: str) -> bool:
    happened = types(live, request_id)
    return [happened.count(each) for each in ("request.submitted", "grant.redeemed", "grant.revoked")] == [1, 1, 1]


MODELS = {
    "openai_agents_export": ("openai_agents", "export_by_mcp"),
    "strands_export": ("strands", "export_by_mcp"),
    "langgraph_export": ("langgraph", "export_by_catalogue"),
}


@pytest.mark.parametrize("example", MODELS)
def test_a_model_exports_what_a_person_approved(
    live: Live, environment: dict[str, str], parameters: dict[str, Any], example: str
) -> None:
    said, request_id = run(live, play(example, *MODELS[example], parameters), environment)
    assert exported(live, parameters) == NAMES, said
    assert once_and_given_back(live, request_id), types(live, request_id)
    assert len(json.loads(said)["heard"]) > 1
    assert not CREDENTIAL.search(said)


def test_a_model_reads_a_masked_row_by_a_tool_of_the_catalogue(live: Live, environment: dict[str, str]) -> None:
    listed = live.call("export-bot", "GET", "/v1/actions/dynamodb.query_masked").json
    said, request_id = run(live, play("pydantic_ai_query", "pydantic_ai", "query", listed["example"]), environment)
    rows = json.loads(json.loads(said)["told"])
    assert [set(row) for row in rows] == [set(listed["example"]["parameters"]["attributes"])]
    assert not CREDENTIAL.search(said)
    assert types(live, request_id).count("grant.redeemed") == 1


def test_a_model_is_told_why_a_person_said_no(
    live: Live, environment: dict[str, str], parameters: dict[str, Any]
) -> None:
    def deny(live: Live, request_id: str) -> None:
        shown = live.call("petra.approver", "GET", f"/v1/requests/{request_id}").json["presented_digest"]
        body = {"decision": "deny", "presented_digest": shown, "reason": "Use the copy of last week"}
        assert live.call("petra.approver", "POST", f"/v1/requests/{request_id}/decisions", body).status == 200

    command = play("langgraph_export", *MODELS["langgraph_export"], parameters)
    said, _ = run(live, command, environment, deny)
    assert "denied: Use the copy of last week" in said
    assert not exported(live, parameters)


@pytest.mark.parametrize("example", ["boto3_export.py", "aws_cli_run.sh", "aws_cli_profile.sh"])
def test_a_program_exports_what_a_person_approved(
    live: Live, environment: dict[str, str], parameters: dict[str, Any], example: str
) -> None:
    program = [PYTHON] if example.endswith(".py") else ["/bin/sh"]
    given = [parameters["prefix"], parameters["destination_prefix"]]
    said, request_id = run(live, [*program, str(EXAMPLES / example), *given], environment)
    assert exported(live, parameters) == NAMES, said
    assert once_and_given_back(live, request_id), types(live, request_id)


def test_the_page_shows_every_example_as_it_is_and_each_fits_on_a_screen() -> None:
    there = {each.name: each.read_text(encoding="utf-8") for each in EXAMPLES.iterdir() if each.is_file()}
    assert there == SHOWN
    assert {name: lines for name, text in there.items() if (lines := len(text.splitlines())) >= 40} == {}
