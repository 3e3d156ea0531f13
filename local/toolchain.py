"""The programs that the local stack needs, and the surroundings in which the SAM CLI runs."""

import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from local.account import Account
from local.emulator import REGION, ROOT

PYTHON = (3, 13)


class ToolMissingError(Exception):
    """Something must be installed first; the message says what and how."""


def check() -> None:
    """Raise ToolMissingError unless this Python is 3.13 and `python3.13`, the SAM CLI and `ps` are installed."""
    if sys.version_info[:2] != PYTHON:
        raise ToolMissingError(f"Python 3.13 is needed, this is {platform.python_version()}: see CONTRIBUTING.md")
    if shutil.which("python3.13", path=_search_path()) is None:
        raise ToolMissingError("`sam build` needs `python3.13` on the PATH: install Python 3.13, see CONTRIBUTING.md")
    if not Path(sam()).is_file():
        raise ToolMissingError(f"{sam()} is missing: run `make venv` (or delete .venv and run make again)")
    if shutil.which("ps") is None:
        raise ToolMissingError("`ps` is missing (package procps): it tells our processes from others")


def sam() -> str:
    """The SAM CLI of the environment that runs us."""
    return str(Path(sys.prefix) / "bin" / "sam")


def architecture() -> str:
    """The host's architecture as Lambda names it: what the emulator can run."""
    return "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"


def sam_environment(account: Account | None, scratch: Path) -> Mapping[str, str]:
    """The whole environment of a `sam` command: no telemetry, no version check, no profile of the user's."""
    scratch.mkdir(parents=True, exist_ok=True)
    # The SAM CLI asks the package index for a newer version once a week unless it believes it just did.
    (scratch / "metadata.json").write_text(
        json.dumps({"telemetryEnabled": False, "lastVersionCheck": time.time()}), encoding="utf-8"
    )
    environment = {
        name: value
        for name, value in os.environ.items()
        # Proxies and indexes may be needed by pip; nothing of AWS's is ours.
        if not name.startswith(("AWS_", "SAM_", "PYTHON"))
    }
    environment |= {
        "PATH": _search_path(),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DEFAULT_REGION": REGION,
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.2",
        "__SAM_CLI_APP_DIR": str(scratch),
    }
    if account is not None:
        environment |= {
            "AWS_ENDPOINT_URL": account.endpoint_url,
            "AWS_ACCESS_KEY_ID": account.access_key_id,
            "AWS_SECRET_ACCESS_KEY": account.secret_access_key,
        }
    return environment


def _search_path() -> str:
    """The user's PATH, after the environment's own programs."""
    return os.pathsep.join([str(Path(sys.prefix) / "bin"), os.environ.get("PATH", os.defpath)])


__all__ = ["ROOT", "ToolMissingError", "architecture", "check", "sam", "sam_environment"]
