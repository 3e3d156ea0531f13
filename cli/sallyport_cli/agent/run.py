"""`sallyport run`: ask, wait, and run a command with what was approved; or have Sallyport make the one call."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sallyport_cli.agent import parameters
from sallyport_cli.agent.connection import Teller, client_of, local
from sallyport_cli.errors import UsageError

if TYPE_CHECKING:
    from sallyport_agent import Client, Credentials

# Every variable through which an AWS SDK would find an identity other than the approved one.
_OTHERS = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_SECURITY_TOKEN",
)


def run(arguments: argparse.Namespace) -> int:
    """The command's own exit code; 1 when it was not approved."""
    command: list[str] = arguments.command
    with client_of(arguments, Teller()) as client:
        action = parameters.action_of(client, arguments.action)
        said = parameters.said(arguments, lambda: action)
        execute = action is not None and action.delivery == "execute"
        if execute and command:
            raise UsageError(f"Sallyport makes the call of {arguments.action} itself: leave the command out")
        if not execute and not command and action is not None:
            raise UsageError("say what to run with the credential: … -- COMMAND [ARGUMENT…]")
        if execute:
            done = client.execute(arguments.action, **_without_duration(said), timeout_seconds=arguments.wait)
            print(json.dumps({"request_id": done.request_id, "code": done.code, "result": done.value}, indent=2))
            return 0 if done.ok else 1
        return _with_credential(arguments, client, said, command)


def _without_duration(said: dict[str, Any]) -> dict[str, Any]:
    if said.pop("duration_seconds"):
        raise UsageError("--duration is for actions that give a credential")
    return said


def _with_credential(
    arguments: argparse.Namespace, client: Client, said: dict[str, Any], command: Sequence[str]
) -> int:
    asked = client.request(arguments.action, **said)
    credentials = client.credentials(asked.request_id, arguments.wait)
    code = 1
    try:
        code = _child(command, _environment(arguments, credentials))
        return code
    finally:
        _end(client, asked.request_id, "done" if code == 0 else "failed")


def _end(client: Client, request_id: str, outcome: str) -> None:
    from sallyport_agent import SallyportError

    try:
        client.done(request_id, {"outcome": outcome})
    except SallyportError as error:
        # The command has run, and its exit code is what counts; the credential ends by itself.
        print(f"sallyport: the grant of {request_id} was not ended early: {error}", file=sys.stderr)


def _environment(arguments: argparse.Namespace, credentials: Credentials) -> dict[str, str]:
    found = {name: value for name, value in os.environ.items() if name not in _OTHERS} | credentials.environment()
    if arguments.stack:
        stack, _ = local(arguments)
        found |= {"AWS_ENDPOINT_URL": stack["aws_endpoint_url"], "AWS_REGION": stack["region"]}
    elif arguments.region:
        found["AWS_REGION"] = arguments.region
    if "AWS_REGION" in found:
        found["AWS_DEFAULT_REGION"] = found["AWS_REGION"]
    return found


def _child(command: Sequence[str], environment: dict[str, str]) -> int:
    """Its exit code, or 128 and the signal that ended it, as shells have it."""
    try:
        child = subprocess.Popen(command, env=environment)  # noqa: S603 - running it is what was asked for
    except OSError as error:
        print(f"sallyport: {command[0]} cannot be started: {error.strerror}", file=sys.stderr)
        return 127
    # Ctrl-C reaches the child anyway; a signal sent only to this process is passed on. Either way the grant is still
    # ended.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN), signal.getsignal(signal.SIGTERM)
    signal.signal(signal.SIGTERM, lambda number, _: child.send_signal(number))
    try:
        code = child.wait()
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])
    return code if code >= 0 else 128 - code
