"""Background processes that we start, recognise later by pid and command line, and stop."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """A process of ours: `marker` is a piece of its command line, because the kernel reuses pids."""

    pid: int
    marker: str

    def alive(self) -> bool:
        """Whether this very process still runs."""
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)
        shown = subprocess.run(
            ["ps", "-ww", "-o", "args=", "-p", str(self.pid)], capture_output=True, text=True, check=False
        )
        return self.marker in shown.stdout

    def stop(self, *, patience: float = 10.0) -> bool:
        """Ask it to end with SIGINT, and kill it with SIGKILL after `patience` seconds. False when it was gone
        already."""
        if not self.alive():
            return False
        for insistence in (signal.SIGINT, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, insistence)
            if self._gone_within(patience):
                break
        return True

    def _gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.alive():
                return True
            time.sleep(0.05)
        return False


def spawn(command: Sequence[str], *, marker: str, log: Path, cwd: Path, env: Mapping[str, str]) -> Process:
    """Start a command detached from this terminal, with its output in `log`."""
    if marker not in " ".join(command):
        raise ValueError(f"the command line does not contain its marker {marker!r}")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        child = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=dict(env),
            start_new_session=True,
        )
    # Python warns when a running child's handle is dropped; the pid is all that we keep of it.
    child.returncode = 0
    return Process(pid=child.pid, marker=marker)


def write_record(path: Path, record: Mapping[str, object]) -> None:
    """Write a JSON file that only its owner can read, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(path.suffix + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as sink:
        json.dump(record, sink, indent=2, sort_keys=True)
        sink.write("\n")
    draft.replace(path)


def read_record(path: Path) -> dict[str, object] | None:
    """What `write_record` wrote, or None when there is nothing (readable) there."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return record if isinstance(record, dict) else None
