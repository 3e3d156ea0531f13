"""The agent's verbs on the command line: what they ask, print and leave."""

from __future__ import annotations

import configparser
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import sallyport_agent
from sallyport_cli.main import main
from tests.unit.client.sallyport import ID, KEYS, URL, Sallyport, problem, view

EXPORT = {
    "type": "object",
    "properties": {"bucket": {"type": "string"}, "keys": {"type": "array"}},
    "required": ["bucket"],
}
ACTIONS = {
    "actions": [
        {
            "name": "s3.export",
            "title": "Export",
            "description": "Export",
            "delivery": "credential",
            "parameters": EXPORT,
        },
        {"name": "ecs.restart_service", "description": "Restart", "delivery": "execute", "parameters": {}},
    ]
}
LATER = {**KEYS, "Expiration": "2999-01-01T00:00:00.000Z"}

type Answering = Callable[..., Sallyport]


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Answering:
    """The deployment at URL answers so, in turn."""
    for name in ("AWS_PROFILE", "SALLYPORT_CREDENTIALS_UNDER_WAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "SALLYPORT_API_URL": URL,
        "SALLYPORT_CACHE_DIR": str(tmp_path / "cache"),
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sallyport_agent.client.time.sleep", lambda seconds: None)
    real = sallyport_agent.Client

    def answer(*answers: Any) -> Sallyport:
        house = Sallyport(list(answers))
        monkeypatch.setattr(sallyport_agent, "Client", partial(real, transport=house))
        return house

    return answer


def ran(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main(arguments)
    told = capsys.readouterr()
    return code, told.out, told.err


def test_a_request_is_made_of_what_the_command_line_says(
    answering: Answering, capsys: pytest.CaptureFixture[str]
) -> None:
    house = answering(ACTIONS, view("pending"))
    code, out, _ = ran(
        "request", "s3.export", "--param", "bucket=12", "--param", "keys=[1, 2]", "--reason", "Study",
        "--context", '{"ticket": 4711}', capsys=capsys,
    )  # fmt: skip
    assert (code, out) == (0, f"{ID} pending\n")
    assert house.said(1) == {
        "action": "s3.export",
        "parameters": {"bucket": "12", "keys": [1, 2]},
        "reason": "Study",
        "context": {"ticket": 4711},
    }


def test_parameters_are_read_from_a_file(
    answering: Answering, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "asked.json").write_text('{"bucket": "b"}')
    house = answering(view("pending"))
    assert (
        ran("request", "s3.export", "--parameters", f"@{tmp_path}/asked.json", "--reason", "x", capsys=capsys)[0] == 0
    )
    assert house.said(0)["parameters"] == {"bucket": "b"}


@pytest.mark.parametrize(
    "given",
    [
        ["--param", "bucket"],
        ["--param", "keys=["],
        ["--parameters", "[]"],
        ["--parameters", "@/no/such/file"],
        ["--context", "{"],
    ],
)
def test_what_cannot_be_read_is_asked_of_nobody(
    given: list[str], answering: Answering, capsys: pytest.CaptureFixture[str]
) -> None:
    house = answering(ACTIONS)
    assert ran("request", "s3.export", *given, "--reason", "x", capsys=capsys)[0] == 2
    assert not any(call.startswith("POST") for call in house.calls)


@pytest.mark.parametrize(
    ("status", "code"), [("approved", 0), ("denied", 1), ("expired", 1), ("cancelled", 1), ("failed", 1)]
)
def test_waiting_ends_with_how_it_ended(
    status: str, code: int, answering: Answering, capsys: pytest.CaptureFixture[str]
) -> None:
    denial = [{"by": "petra.approver", "decision": "deny", "at": "2026-11-02T10:00:00Z", "reason": "Not now"}]
    answering(view("pending"), view(status, decisions=denial if status == "denied" else []))
    found, out, err = ran("wait", ID, capsys=capsys)
    assert (found, out) == (code, f"{ID} {status}\n")
    assert ("Not now" in err) == (status == "denied")


def test_nobody_has_decided_is_an_exit_code_of_its_own(
    answering: Answering, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(view("pending"))
    assert ran("wait", ID, "--timeout", "0", capsys=capsys)[0] == 3
    answering(view("pending"), view("pending"))
    assert ran("request", "s3.export", "--reason", "x", "--wait", "0", capsys=capsys)[0] == 3


def test_a_refusal_says_what_to_do(answering: Answering, capsys: pytest.CaptureFixture[str]) -> None:
    answering(problem(400, "invalid_parameters", paths=["$.parameters.bucket"], next="Say a bucket."))
    code, _, err = ran("request", "s3.export", "--reason", "x", capsys=capsys)
    assert code == 1
    assert all(words in err for words in ("invalid_parameters", "Say a bucket.", "$.parameters.bucket"))


def test_credentials_are_redeemed_once_and_kept_for_this_user_alone(
    answering: Answering, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    house = answering(view("approved"), LATER)
    first = ran("credentials", "--request", ID, capsys=capsys)
    second = ran("credentials", "--request", ID, capsys=capsys)
    assert first == second
    assert json.loads(first[1])["AccessKeyId"] == "ASIAEXAMPLE"
    assert json.loads(first[1])["Version"] == 1
    assert len(house.calls) == 2
    files = list((tmp_path / "cache").iterdir())
    assert files
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o700


def test_a_folder_that_others_can_read_holds_no_credential(
    answering: Answering, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "cache").mkdir(mode=0o755)
    house = answering(view("approved"), LATER)
    code, _, err = ran("credentials", "--request", ID, capsys=capsys)
    assert code == 2
    assert "chmod 700" in err
    assert house.calls == []


def test_a_credential_that_ended_is_neither_answered_nor_asked_for_again(
    answering: Answering, capsys: pytest.CaptureFixture[str]
) -> None:
    house = answering(view("approved"), {**KEYS, "Expiration": "2020-01-01T00:00:00Z"})
    codes = [ran("credentials", "--request", ID, capsys=capsys) for _ in range(2)]
    assert [(code, out) for code, out, _ in codes] == [(1, ""), (1, "")]
    assert len(house.calls) == 2


def test_a_pending_request_is_not_asked_for_again(answering: Answering, capsys: pytest.CaptureFixture[str]) -> None:
    house = answering(view("pending"))
    code, out, _ = ran("credentials", "--request", ID, "--wait", "0", capsys=capsys)
    assert (code, out) == (3, "")
    assert house.calls == [f"GET /v1/requests/{ID}"]


def test_a_profile_that_would_ask_itself_says_so(
    answering: Answering, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALLYPORT_CREDENTIALS_UNDER_WAY", "1")
    answering()
    code, _, err = ran("credentials", "--request", ID, capsys=capsys)
    assert code == 2
    assert "--profile" in err


def test_started_by_its_own_profile_it_signs_as_the_agent(
    answering: Answering, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answering()
    assert ran("profile", "add", "export", "--request", ID, capsys=capsys)[0] == 0
    monkeypatch.setenv("AWS_PROFILE", "export")
    house = answering(view("approved"), LATER)
    assert ran("credentials", "--request", ID, capsys=capsys)[0] == 0
    assert "Credential=AKIAEXAMPLE/" in house.asked[0].headers["Authorization"]


def test_what_is_kept_imports_nothing_slow(
    tmp_path: Path, answering: Answering, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(view("approved"), LATER)
    assert ran("credentials", "--request", ID, capsys=capsys)[0] == 0
    script = (
        "import sys\nfrom sallyport_cli.main import main\n"
        f"code = main(['credentials', '--request', '{ID}'])\n"
        "print(code, sorted({'boto3', 'botocore', 'httpx', 'sallyport_agent'} & set(sys.modules)), file=sys.stderr)"
    )
    paths = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["AccessKeyId"] == "ASIAEXAMPLE"
    assert done.stderr.split(maxsplit=1) == ["0", "[]\n"]


def test_a_profile_stands_beside_the_others(
    answering: Answering, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    answering()
    config = tmp_path / "config"
    config.write_text("# mine\n[profile other]\nregion = eu-west-1\n")
    code, out, _ = ran("profile", "add", "export", "--request", ID, "--region", "us-east-1", capsys=capsys)
    assert (code, out) == (0, f"AWS_CONFIG_FILE={config} AWS_PROFILE=export\n")
    assert config.read_text().startswith("# mine\n[profile other]\nregion = eu-west-1\n")
    assert ran("profile", "add", "export", "--request", ID, capsys=capsys)[0] == 2
    assert ran("profile", "add", "export", "--request", ID, "--region", "us-east-1", "--replace", capsys=capsys)[0] == 0
    read = configparser.RawConfigParser()
    read.read(config)
    assert read.sections() == ["profile other", "profile export"]
    process = read["profile export"]["credential_process"]
    assert process.split()[1:] == [
        *("credentials", "--request", ID, "--api-url", URL, "--region", "us-east-1"),
        *("--aws-config", str(config)),
    ]
    assert Path(process.split()[0]).is_absolute()


def test_a_profile_elsewhere_names_the_configuration_that_the_agent_signs_with(
    answering: Answering, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program that uses it is told AWS_CONFIG_FILE, and has nothing else from there to sign with."""
    answering()
    monkeypatch.delenv("AWS_CONFIG_FILE")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_PROFILE", "agent")
    elsewhere = tmp_path / "elsewhere"
    assert ran("profile", "add", "export", "--request", ID, "--config", str(elsewhere), capsys=capsys)[0] == 0
    read = configparser.RawConfigParser()
    read.read(elsewhere)
    process = read["profile export"]["credential_process"].split()
    assert process[-4:] == ["--profile", "agent", "--aws-config", str(tmp_path / ".aws" / "config")]


@pytest.mark.parametrize("name", ["", "a b", "x]\ny", "../x"])
def test_a_profile_has_a_plain_name(name: str, answering: Answering, capsys: pytest.CaptureFixture[str]) -> None:
    answering()
    assert ran("profile", "add", name, "--request", ID, capsys=capsys)[0] == 2


def test_a_command_runs_with_the_credential_and_nothing_else(
    answering: Answering, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/agent")
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/none")
    house = answering(ACTIONS, view("pending"), view("approved"), LATER, view("closed"))
    show = "import json, os; print(json.dumps({k: v for k, v in os.environ.items() if k.startswith('AWS_')})); exit(7)"
    code = main(["run", "s3.export", "--param", "bucket=b", "--reason", "x", "--", sys.executable, "-c", show])
    told = json.loads(capfd.readouterr().out)
    assert code == 7
    assert (told["AWS_ACCESS_KEY_ID"], told["AWS_SESSION_TOKEN"]) == ("ASIAEXAMPLE", "example-token")
    assert not {"AWS_ROLE_ARN", "AWS_CONTAINER_CREDENTIALS_FULL_URI"} & set(told)
    assert "AWS_SESSION_TOKEN" not in os.environ
    assert house.calls[-1] == f"DELETE /v1/requests/{ID}/grant"
    assert house.said(-1) == {"outcome": "failed"}


@pytest.mark.parametrize(("command", "code"), [("import os; os.kill(os.getpid(), 9)", 137), (None, 127)])
def test_a_command_that_dies_or_is_not_there_costs_no_grant(
    command: str | None, code: int, answering: Answering, capfd: pytest.CaptureFixture[str]
) -> None:
    house = answering(ACTIONS, view("approved"), view("approved"), LATER, view("closed"))
    words = [sys.executable, "-c", command] if command else ["/no/such/program"]
    assert main(["run", "s3.export", "--reason", "x", "--", *words]) == code
    assert house.calls[-1] == f"DELETE /v1/requests/{ID}/grant"


def test_nothing_runs_without_an_approval(
    answering: Answering, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    answering(ACTIONS, view("pending"), view("denied"))
    assert main(["run", "s3.export", "--reason", "x", "--", "touch", str(tmp_path / "ran")]) == 1
    assert not (tmp_path / "ran").exists()


def test_what_sallyport_carries_out_itself_is_printed(answering: Answering, capsys: pytest.CaptureFixture[str]) -> None:
    result = {"request_id": ID, "status": "closed", "code": "ok", "result": {"status": "ACTIVE"}, "complete": True}
    answering(ACTIONS, view("approved"), view("approved"), result)
    code, out, _ = ran("run", "ecs.restart_service", "--reason", "x", capsys=capsys)
    assert (code, json.loads(out)["result"]) == (0, {"status": "ACTIVE"})


@pytest.mark.parametrize(
    "given", [["ecs.restart_service", "--reason", "x", "--", "true"], ["s3.export", "--reason", "x"]]
)
def test_a_command_goes_with_a_credential_alone(
    given: list[str], answering: Answering, capsys: pytest.CaptureFixture[str]
) -> None:
    house = answering(ACTIONS)
    assert ran("run", *given, capsys=capsys)[0] == 2
    assert house.calls == ["GET /v1/actions"]


def test_done_and_cancel_end_it_and_forget_the_credential(
    answering: Answering, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    answering(view("approved"), LATER)
    ran("credentials", "--request", ID, capsys=capsys)
    house = answering(view("closed"))
    assert ran("done", ID, "--note", "Half of it", "--outcome", "failed", capsys=capsys)[:2] == (0, f"{ID} closed\n")
    assert house.said(0) == {"outcome": "failed", "note": "Half of it"}
    assert not list((tmp_path / "cache").glob("*.json"))
    house = answering(view("cancelled"))
    assert ran("cancel", ID, capsys=capsys)[:2] == (0, f"{ID} cancelled\n")
    assert house.calls == [f"DELETE /v1/requests/{ID}"]


def test_what_can_be_asked_for_is_listed_with_its_parameters(
    answering: Answering, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(ACTIONS)
    code, out, _ = ran("actions", capsys=capsys)
    assert code == 0
    assert "s3.export" in out
    assert "--param keys=… (may be left out)" in out


def test_nothing_is_found_without_a_deployment(
    answering: Answering, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answering()
    monkeypatch.delenv("SALLYPORT_API_URL")
    code, _, err = ran("credentials", "--request", ID, capsys=capsys)
    assert code == 2
    assert "--api-url" in err
