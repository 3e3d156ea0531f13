"""The pieces of the local stack that need no process."""

import os
from pathlib import Path

import pytest

from local import deploy, logs, processes, sample_directory, toolchain
from local.processes import Process


def test_api_url_of_aws_becomes_the_emulators() -> None:
    url = "https://ab12cd34.execute-api.us-east-1.amazonaws.com/v1"
    assert deploy.local_api_url(url, "http://127.0.0.1:4580") == "http://127.0.0.1:4580/_aws/execute-api/ab12cd34/v1"
    assert deploy.local_api_url(url + "/", "http://127.0.0.1:4580").endswith("/ab12cd34/v1")


def test_other_urls_are_not_taken_for_an_api() -> None:
    with pytest.raises(ValueError, match="not an execute-api URL"):
        deploy.local_api_url("https://example.com/v1", "http://127.0.0.1:4580")


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("10m", 600), ("2h", 7200), ("1d", 86400)])
def test_durations(text: str, seconds: int) -> None:
    assert logs.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "10", "m", "-1m", "1.5h", "10m "])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        logs.seconds(text)


def test_log_line_shows_time_function_and_message() -> None:
    line = logs.Line(1_700_000_000_123, "MaskPayload", "done\n")
    assert str(line).split() == ["22:13:20.123", "MaskPayload", "done"]


def test_directory_gives_every_agent_and_person_their_iam_user() -> None:
    directory = sample_directory.read()
    agents = {agent.id: agent for agent in directory.agents}
    people = {person.id: person for person in directory.people}
    assert agents["export-bot"].iam_user == "sallyport-agent-export-bot"
    assert agents["export-bot"].owner != agents["triage-bot"].owner
    assert {agent.owner for agent in directory.agents} <= set(people)
    assert people["petra.approver"].iam_user == "sallyport-person-petra.approver"
    assert people["petra.approver"].groups == ("data-approvers", "security")
    assert len(people) >= 6


def test_directory_entry_without_an_iam_user_gets_no_account(tmp_path: Path) -> None:
    file = tmp_path / "directory.yaml"
    file.write_text(
        "people:\n  ann:\n    name: Ann\n    slack: U1\n    principals: ['arn:aws:iam::1:role/ann']\n"
        "agents:\n  bot:\n    owner: ann\n    principals: ['arn:aws:iam::1:user/path/bot']\n"
    )
    directory = sample_directory.read(file)
    assert directory.people == ()
    assert [agent.iam_user for agent in directory.agents] == ["path/bot"]


def test_sam_runs_without_telemetry_and_without_the_users_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "PYTHONPATH", "SAM_CLI_POLL_DELAY"):
        monkeypatch.setenv(name, "the user's")
    environment = toolchain.sam_environment(None, tmp_path)
    assert "the user's" not in environment.values()
    assert environment["SAM_CLI_TELEMETRY"] == "0"
    assert environment["AWS_CONFIG_FILE"] == os.devnull
    assert (tmp_path / "metadata.json").is_file()


def test_another_python_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "PYTHON", (3, 99))
    with pytest.raises(toolchain.ToolMissingError, match=r"Python 3\.13 is needed"):
        toolchain.check()


def test_process_with_another_command_line_is_not_ours() -> None:
    ours = Process(os.getpid(), "python")
    stranger = Process(os.getpid(), "local.emulator_entry --port 1")
    assert ours.alive()
    assert not stranger.alive()
    assert stranger.stop() is False


def test_record_is_private_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "record.json"
    processes.write_record(path, {"b": 1, "a": "x"})
    assert processes.read_record(path) == {"a": "x", "b": 1}
    assert path.stat().st_mode & 0o077 == 0


def test_torn_record_counts_as_none(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    assert processes.read_record(path) is None
    path.write_text('{"pid": 1')
    assert processes.read_record(path) is None
