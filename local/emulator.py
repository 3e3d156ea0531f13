"""Starts and stops the emulated AWS account: ministack, with IAM enforced, on 127.0.0.1.

Under AUTH ministack verifies signatures and evaluates IAM for every caller but the account's root, which is whoever
holds the key pair in the server's own AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (see emulator_patches/admin_key).
That pair is created again at every start and is the stack's `admin`. Root bypasses bucket and key policies; to see
a deny, use an IAM user.
"""

import os
import secrets
import shutil
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from local import ports
from local.processes import Process, read_record, spawn, write_record

REGION = "us-east-1"
ACCOUNT_ID = "000000000000"
PREFERRED_PORT = 4580
START_SECONDS = 60.0
ROOT = Path(__file__).resolve().parent.parent


class EmulatorError(Exception):
    """The emulator did not start; the message says where to look."""


@dataclass(frozen=True)
class Emulator:
    """A running emulator and the root key pair of its account."""

    process: Process
    port: int
    access_key_id: str
    secret_access_key: str = field(repr=False)

    @property
    def endpoint_url(self) -> str:
        """What to put into AWS_ENDPOINT_URL."""
        return f"http://{ports.HOST}:{self.port}"

    def healthy(self) -> bool:
        """Whether it runs and answers."""
        return self.process.alive() and _answers(self.endpoint_url)


def start(state: Path, *, port: int | None = None, patched: bool = True) -> Emulator:
    """Start an emulator that keeps its files under `state`, and wait until it answers (half a second).

    `port`: insist on this one (ports.PortTakenError), else the preferred one or any that is free. Raises
    EmulatorError when it does not come up.
    """
    chosen = ports.choose(PREFERRED_PORT if port is None else port, insist=port is not None)
    state.mkdir(parents=True, exist_ok=True)
    # Lambda workers unpack their code here; the next one has no use for what a killed emulator left behind.
    shutil.rmtree(state / "emulator", ignore_errors=True)
    (state / "emulator" / "tmp").mkdir(parents=True)
    log = state / "emulator.log"
    log.unlink(missing_ok=True)
    access_key_id = "AKIA" + secrets.token_hex(8).upper()
    secret_access_key = secrets.token_urlsafe(30)
    marker = f"local.emulator_entry --port {chosen}"
    command = [sys.executable, "-m", *marker.split(), *([] if patched else ["--unpatched"])]
    environment = _environment(state / "emulator", chosen, access_key_id, secret_access_key)
    process = spawn(command, marker=marker, log=log, cwd=ROOT, env=environment)
    emulator = Emulator(process, chosen, access_key_id, secret_access_key)
    write_record(
        state / "emulator.json",
        {
            "pid": process.pid,
            "marker": marker,
            "port": chosen,
            "access_key_id": access_key_id,
            "secret_access_key": secret_access_key,
        },
    )
    _wait_until_ready(emulator, log)
    return emulator


def running(state: Path) -> Emulator | None:
    """The emulator that `start` recorded under `state`, if it still runs and answers."""
    emulator = _recorded(state)
    return emulator if emulator is not None and emulator.healthy() else None


def stop(state: Path) -> bool:
    """Stop the recorded emulator. False when there was none."""
    emulator = _recorded(state)
    stopped = emulator is not None and emulator.process.stop()
    (state / "emulator.json").unlink(missing_ok=True)
    shutil.rmtree(state / "emulator", ignore_errors=True)
    return stopped


def _recorded(state: Path) -> Emulator | None:
    record = read_record(state / "emulator.json")
    if record is None:
        return None
    return Emulator(
        Process(int(str(record["pid"])), str(record["marker"])),
        int(str(record["port"])),
        str(record["access_key_id"]),
        str(record["secret_access_key"]),
    )


def _environment(scratch: Path, port: int, access_key_id: str, secret_access_key: str) -> dict[str, str]:
    """The whole environment of the emulator. Lambda workers inherit it, so nothing from the user's shell may be in
    it."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(scratch),
        "TMPDIR": str(scratch / "tmp"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "AUTH": "true",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": ports.HOST,
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT_ID,
        "AWS_ACCESS_KEY_ID": access_key_id,
        "AWS_SECRET_ACCESS_KEY": secret_access_key,
        "AWS_EC2_METADATA_DISABLED": "true",
        "LAMBDA_EXECUTOR": "local",
        # Listeners of services that we do not use.
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "PYTHONUNBUFFERED": "1",
    }


def _wait_until_ready(emulator: Emulator, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if _answers(emulator.endpoint_url):
            return
        if not emulator.process.alive():
            break
        time.sleep(0.05)
    emulator.process.stop()
    tail = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
    raise EmulatorError(f"the emulator did not start ({log}): " + " | ".join(tail))


def _answers(endpoint_url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint_url}/_ministack/health", timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
