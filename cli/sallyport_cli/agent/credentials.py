"""`sallyport credentials`: an approved request as a `credential_process` of any AWS SDK.

AWS documents the protocol under "Sourcing credentials with an external process": JSON on stdout and exit code 0, or an
error on stderr. SDKs do not wait forever: Go's gives up after 60 s, Rust's after 5.
"""

from __future__ import annotations

import argparse
import configparser
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from sallyport_cli.agent.connection import api_url_of, client_of
from sallyport_cli.agent.kept import Busy, Kept, works
from sallyport_cli.errors import UsageError

LONGEST_SECONDS = 50
# Set while this process looks for credentials of its own, because if those came from this very command, it would wait
# for itself forever.
_UNDER_WAY = "SALLYPORT_CREDENTIALS_UNDER_WAY"


def kept_before(arguments: argparse.Namespace) -> int | None:
    """Answer from the cache; None when it has nothing. This path imports nothing slow."""
    _not_within_itself()
    found = Kept(api_url_of(arguments), arguments.request).get()
    return None if found is None else _answer(arguments.request, found)


def credentials(arguments: argparse.Namespace) -> int:
    """Print the credential, redeeming the approval the first time. It never asks for an approval."""
    _not_within_itself()
    kept = Kept(api_url_of(arguments), arguments.request)
    until = time.monotonic() + min(arguments.wait, LONGEST_SECONDS)
    try:
        with kept.alone(until - time.monotonic()):
            return _answer(arguments.request, kept.get() or _redeemed(arguments, kept, until))
    except Busy:
        print(f"{arguments.request} is being redeemed by another process; come back", file=sys.stderr)
        return 3


def _not_within_itself() -> None:
    if os.environ.get(_UNDER_WAY):
        raise UsageError("this profile's own credentials come from itself: add --profile with the agent's profile")


def _answer(request_id: str, found: dict[str, Any]) -> int:
    if not works(found):
        print(f"the credential of {request_id} ended at {found['Expiration']}; make a new request", file=sys.stderr)
        return 1
    print(json.dumps(found))
    return 0


def _redeemed(arguments: argparse.Namespace, kept: Kept, until: float) -> dict[str, Any]:
    """Raises StillPending when nobody has decided by `until`."""
    _step_out_of_own_profile(arguments)
    os.environ[_UNDER_WAY] = "1"
    try:
        with client_of(arguments) as client:
            credential = client.credentials(arguments.request, max(0.0, until - time.monotonic())).process()
    finally:
        del os.environ[_UNDER_WAY]
    kept.put(credential)
    return credential


def _step_out_of_own_profile(arguments: argparse.Namespace) -> None:
    """An SDK that runs with AWS_PROFILE set starts this command with it set, but signing needs the agent's own
    credentials."""
    name = os.environ.get("AWS_PROFILE")
    if name and not arguments.profile and (arguments.aws_config or _is_ours(name)):
        del os.environ["AWS_PROFILE"]


def _is_ours(profile: str) -> bool:
    config = configparser.RawConfigParser()
    try:
        config.read(os.environ.get("AWS_CONFIG_FILE") or Path.home() / ".aws" / "config", encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return False
    command = config.get(f"profile {profile}", "credential_process", fallback="")
    return " credentials " in command and "--request" in command
