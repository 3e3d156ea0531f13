"""Which deployment an agent's command talks to, and as whom."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sallyport_cli import stack_file
from sallyport_cli.errors import UsageError

if TYPE_CHECKING:
    import boto3

    from sallyport_agent import AsyncClient, Client, Progress

_SAY_EVERY_SECONDS = 15


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How an agent's command finds the deployment and who it is."""
    where = parser.add_argument_group("which deployment, as whom")
    where.add_argument(
        "--api-url", metavar="URL", help="the stack's ApiUrl output (default: the variable SALLYPORT_API_URL)"
    )
    where.add_argument("--region", help="its region, if the URL does not say")
    where.add_argument(
        "--profile", metavar="NAME", help="the AWS profile to sign with (default: your AWS configuration)"
    )
    where.add_argument("--aws-config", metavar="FILE", help="the AWS configuration that has it (default: yours)")
    where.add_argument("--stack", metavar="FILE", help="a local stack instead: .local/stack.json of `make up`")
    where.add_argument(
        "--as", dest="agent", metavar="AGENT", help="with --stack: which agent you are, such as export-bot"
    )


def client_of(arguments: argparse.Namespace, on_progress: Callable[[Progress], object] | None = None) -> Client:
    """Raises UsageError when the deployment or the credentials cannot be found."""
    # Imported late, because it is slow and a cached credential does not need it.
    from sallyport_agent import Client

    url, session, region = _found(arguments)
    return Client(url, session=session, region=region, on_progress=on_progress)


def async_client_of(arguments: argparse.Namespace) -> AsyncClient:
    """As `client_of`, to be awaited."""
    from sallyport_agent import AsyncClient

    url, session, region = _found(arguments)
    return AsyncClient(url, session=session, region=region)


def _found(arguments: argparse.Namespace) -> tuple[str, boto3.Session, str]:
    import boto3
    from botocore.exceptions import BotoCoreError

    from sallyport_agent.transport import region_of

    url = api_url_of(arguments)
    if arguments.aws_config:
        os.environ["AWS_CONFIG_FILE"] = arguments.aws_config
    try:
        if arguments.stack:
            stack, keys = local(arguments)
            session = boto3.Session(keys["access_key_id"], keys["secret_access_key"], region_name=stack["region"])
        else:
            session = boto3.Session(profile_name=arguments.profile, region_name=arguments.region)
        return url, session, region_of(url, session, arguments.region)
    except BotoCoreError as error:
        raise UsageError(str(error)) from None
    except ValueError as error:
        raise UsageError(f"{error}: --region, or AWS_REGION") from None


def signs_from_environment(arguments: argparse.Namespace) -> bool:
    """Whether the agent's own credentials are only in this process's environment, where no other program finds them."""
    if arguments.stack:
        return False
    found = _found(arguments)[1].get_credentials()
    return found is not None and found.method == "env"


def api_url_of(arguments: argparse.Namespace) -> str:
    """The deployment's URL, which is needed to find anything that was kept for it. Raises UsageError."""
    if arguments.stack:
        return str(local(arguments)[0]["api_url"])
    url = arguments.api_url or os.environ.get("SALLYPORT_API_URL")
    if not url:
        raise UsageError("say which deployment: --api-url URL, or --stack .local/stack.json --as AGENT")
    return str(url).rstrip("/")


def local(arguments: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """What `make up` wrote, and the agent's keys in it. Raises UsageError."""
    stack = stack_file.read(arguments.stack, "agents")
    return stack, stack_file.keys_of(stack["agents"], arguments.agent, "which agent you are")


def again(arguments: argparse.Namespace) -> list[str]:
    """The arguments by which another command finds the same deployment as the same agent, from any folder."""
    if arguments.stack:
        return ["--stack", str(Path(arguments.stack).resolve()), "--as", arguments.agent]
    # What this process finds by default is named too, because another program's environment may have another profile
    # (even the one that this is for), or a configuration with nothing else in it.
    profile = arguments.profile or os.environ.get("AWS_PROFILE")
    config = arguments.aws_config or os.environ.get("AWS_CONFIG_FILE") or Path.home() / ".aws" / "config"
    named = {
        "--api-url": api_url_of(arguments),
        "--region": arguments.region,
        "--profile": profile,
        "--aws-config": config,
    }
    return [text for name, value in named.items() if value for text in (name, str(value))]


class Teller:
    """Says on stderr that somebody is still being waited for, every now and then."""

    def __init__(self) -> None:
        self._said = -float(_SAY_EVERY_SECONDS)

    def __call__(self, progress: Progress) -> None:
        if progress.waited_seconds - self._said >= _SAY_EVERY_SECONDS:
            self._said = progress.waited_seconds
            waited = f"{progress.waited_seconds:.0f} s"
            print(f"{progress.request.request_id}: waiting for a decision, {waited}", file=sys.stderr, flush=True)
