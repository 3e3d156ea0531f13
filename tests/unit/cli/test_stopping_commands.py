"""`sallyport halt | resume | halts | revoke | break-glass | review`: what they call, what they say, how they exit."""

import json
from pathlib import Path
from typing import Any

import pytest

from sallyport_cli.connection import Connection, Refused
from sallyport_cli.main import main

VIEW = {"request_id": "req-1", "status": "approved", "presented_digest": "d" * 64, "review": "pending"}
HALTS = {
    "halts": [{"switch": "agent:export-bot", "by": "rosa.security", "at": "2026-11-02T10:00:00.000Z", "reason": "x"}]
}
KEYS = {"access_key_id": "AKIAEXAMPLE", "secret_access_key": "secret"}


class Deployment:
    """What was called, and what it answers."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Any, Any]] = []
        self.answers: dict[str, Any] = {}

    def call(self, method: str, path: str, body: Any = None, query: Any = None) -> dict[str, Any]:
        self.calls.append((method, path, body, query))
        answer = self.answers.get(f"{method} {path}", VIEW)
        if isinstance(answer, Exception):
            raise answer
        found: dict[str, Any] = answer
        return found


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> Deployment:
    made = Deployment()
    monkeypatch.setattr(Connection, "call", lambda _connection, *given, **named: made.call(*given, **named))
    return made


@pytest.fixture
def local(tmp_path: Path) -> list[str]:
    stack = tmp_path / "stack.json"
    said = {"api_url": "http://127.0.0.1:1/live", "region": "us-east-1", "approvers": {"rosa.security": KEYS}}
    stack.write_text(json.dumps(said))
    return ["--stack", str(stack), "--as", "rosa.security"]


@pytest.mark.parametrize(
    ("given", "switch"),
    [([], "all"), (["--agent", "export-bot"], "agent:export-bot"), (["--action", "s3.export"], "action:s3.export")],
)
def test_halt_and_resume_name_their_switch(
    deployment: Deployment, local: list[str], given: list[str], switch: str, capsys: pytest.CaptureFixture[str]
) -> None:
    deployment.answers = {"POST /v1/halts": HALTS, "DELETE /v1/halts": {"halts": []}}
    assert main(["halt", *given, "--reason", "Drill", *local]) == 0
    assert "halted: agent:export-bot" in capsys.readouterr().out
    assert main(["resume", *given, *local]) == 0
    assert capsys.readouterr().out == "nothing is halted\n"
    assert deployment.calls == [
        ("POST", "/v1/halts", {"switch": switch, "reason": "Drill"}, None),
        ("DELETE", "/v1/halts", None, {"switch": switch}),
    ]


def test_halts_lists_as_json(deployment: Deployment, local: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    deployment.answers = {"GET /v1/halts": HALTS}
    assert main(["halts", "--json", *local]) == 0
    assert json.loads(capsys.readouterr().out) == HALTS


def test_refusal_is_exit_code_1_with_its_code(
    deployment: Deployment, local: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    deployment.answers = {"POST /v1/halts": Refused(403, "not_allowed_to_halt", "Policy does not let you")}
    assert main(["halt", "--reason", "x", *local]) == 1
    assert "not_allowed_to_halt" in capsys.readouterr().err
    assert main(["halt", "--reason", "x", "--json", *local]) == 1
    assert json.loads(capsys.readouterr().out) == {"code": "not_allowed_to_halt", "status": 403}


def test_one_request_or_all_of_an_agent_is_revoked(
    deployment: Deployment, local: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["revoke", "req-1", *local]) == 0
    deployment.answers = {"DELETE /v1/agents/export-bot/grants": {"revoked": ["req-1"], "refused": {}}}
    assert main(["revoke", "--agent", "export-bot", *local]) == 0
    assert "req-1: revoked" in capsys.readouterr().out
    assert [path for _, path, _, _ in deployment.calls] == [
        "/v1/requests/req-1/grant",
        "/v1/agents/export-bot/grants",
    ]


def test_grant_that_could_not_be_revoked_is_exit_code_1(
    deployment: Deployment, local: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    refused = {"revoked": ["req-1"], "refused": {"req-2": "revocation_failed"}}
    deployment.answers = {"DELETE /v1/agents/export-bot/grants": refused}
    assert main(["revoke", "--agent", "export-bot", *local]) == 1
    assert "req-2: refused (revocation_failed)" in capsys.readouterr().out


def test_glass_is_broken_only_once_it_is_confirmed(
    deployment: Deployment, local: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["break-glass", "req-1", "--reason", "Down", *local]) == 1
    assert [method for method, *_ in deployment.calls] == ["GET"]
    assert "Nothing is decided" in capsys.readouterr().out
    assert main(["break-glass", "req-1", "--reason", "Down", "--yes", *local]) == 0
    body = {"decision": "approve", "reason": "Down", "presented_digest": "d" * 64, "break_glass": True}
    assert deployment.calls[-1] == ("POST", "/v1/requests/req-1/decisions", body, None)


@pytest.mark.parametrize(("word", "decision"), [("--approve", "approve"), ("--object", "deny")])
def test_review_is_a_decision_about_what_is_shown(
    deployment: Deployment, local: list[str], word: str, decision: str
) -> None:
    assert main(["review", "req-1", word, "--reason", "Right", *local]) == 0
    body = {"decision": decision, "reason": "Right", "presented_digest": "d" * 64}
    assert deployment.calls[-1] == ("POST", "/v1/requests/req-1/decisions", body, None)


@pytest.mark.parametrize(
    "arguments",
    [
        ["halt"],
        ["halt", "--reason", "x", "--agent", "a", "--action", "b"],
        ["revoke"],
        ["revoke", "req-1", "--agent", "a"],
        ["review", "req-1", "--reason", "x"],
        ["break-glass", "req-1"],
    ],
)
def test_wrong_use_is_exit_code_2(deployment: Deployment, local: list[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([*arguments, *local])
    assert left.value.code == 2
    assert deployment.calls == []


@pytest.mark.parametrize(
    "where", [[], ["--stack", "/nowhere/stack.json", "--as", "rosa.security"], ["--api-url", "https://x.example/live"]]
)
def test_deployment_that_is_not_there_is_exit_code_2(
    deployment: Deployment, where: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert main(["halts", *where]) == 2
    assert deployment.calls == []


def test_somebody_who_is_not_in_the_stack_is_told_who_is(
    deployment: Deployment, local: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["halts", *local[:-1], "nobody"]) == 2
    assert "rosa.security" in capsys.readouterr().err
