"""Starting, recognising and stopping: live stacks are kept, dead and half dead ones cleared away, strangers let be."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import emulator, ports, sample_directory, slack_process, stack
from local.account import as_admin


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder of its own for the stack commands; whatever runs in it is stopped afterwards."""
    monkeypatch.setattr(stack, "STATE", tmp_path)
    monkeypatch.setattr(stack, "STACK_FILE", tmp_path / "stack.json")
    # Not the ports on which a developer's own stack may be running.
    monkeypatch.setattr(emulator, "PREFERRED_PORT", ports.any_free())
    monkeypatch.setattr(slack_process, "PREFERRED_PORT", ports.any_free())
    yield tmp_path
    slack_process.stop(tmp_path)
    emulator.stop(tmp_path)


def test_started_emulator_is_found_again_and_stopped_without_remains(state: Path) -> None:
    started = emulator.start(state)
    assert emulator.running(state) == started
    assert as_admin(started).client("sts").get_caller_identity()["Arn"].endswith(":root")
    assert emulator.stop(state) is True
    assert not started.process.alive()
    assert emulator.running(state) is None
    assert {path.name for path in state.iterdir()} == {"emulator.log"}


def test_emulator_listens_on_the_loopback_interface_alone(state: Path) -> None:
    started = emulator.start(state)
    for address, reachable in (("127.0.0.1", True), ("127.0.0.2", False)):
        with socket.socket() as probe:
            assert (probe.connect_ex((address, started.port)) == 0) is reachable


def test_taken_port_is_refused_by_number(state: Path) -> None:
    started = emulator.start(state)
    with pytest.raises(ports.PortTakenError, match=f"port {started.port} on"):
        emulator.start(state / "second", port=started.port)


def test_taken_preferred_port_gives_way_to_a_free_one(state: Path) -> None:
    first = emulator.start(state)
    second = emulator.start(state / "second")
    try:
        assert second.port != first.port
        assert second.healthy()
    finally:
        emulator.stop(state / "second")


def test_recorded_pid_of_a_stranger_is_let_be(state: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        record = {"pid": stranger.pid, "marker": "local.emulator_entry --port 1", "port": 1}
        (state / "emulator.json").write_text(json.dumps({**record, "access_key_id": "", "secret_access_key": ""}))
        assert emulator.stop(state) is False
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_half_a_stack_is_cleared_away_and_named(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alone = emulator.start(state)
    assert stack._parts_alive() == (None, None)
    assert "half up (missing: Slack, stack.json)" in capsys.readouterr().out
    assert not alone.process.alive()


def test_whole_stack_is_kept_until_down(state: Path) -> None:
    account, slack = emulator.start(state), slack_process.start(state, sample_directory.read())
    (state / "stack.json").write_text("{}")
    assert stack._parts_alive() == (account, slack)
    stack.down()
    assert not account.process.alive()
    assert not slack.process.alive()
    assert not (state / "stack.json").exists()


def test_status_and_logs_without_a_stack_say_so(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stack.main(["status"]) == 1
    assert stack.main(["logs"]) == 1
    shown = capsys.readouterr()
    assert "not running" in shown.out
    assert "`make up` starts one" in shown.err


def test_emulator_that_cannot_start_is_an_error_with_its_reason(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator, "ROOT", state)
    with pytest.raises(emulator.EmulatorError, match=r"emulator\.log.*local"):
        emulator.start(state)
    assert emulator.running(state) is None
