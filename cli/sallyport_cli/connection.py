"""A deployment's API, called with a person's own IAM credentials."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session
from botocore.session import Session

from sallyport_cli import stack_file
from sallyport_cli.errors import UsageError

# API Gateway ends a call after 29 s.
_TIMEOUT_SECONDS = 35


class Refused(Exception):
    """Sallyport's answer is no: `code` of its problem response, or what the gateway said. Exit code 1."""

    def __init__(self, status: int, code: str, title: str, next_step: str = "") -> None:
        said = f"{title} ({code}, {status})" if title else f"{code} ({status})"
        super().__init__(f"{said}. {next_step}" if next_step else said)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Connection:
    """One deployment as one principal sees it."""

    api_url: str
    region: str
    credentials: Credentials = field(repr=False)

    def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, query: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """The answer's JSON object. Raises Refused for an error response, UsageError when nobody answers."""
        url = self.api_url.rstrip("/") + path + (f"?{urlencode(query)}" if query else "")
        data = None if body is None else json.dumps(body).encode()
        request = AWSRequest(method=method, url=url, data=data, headers={"Content-Type": "application/json"})
        SigV4Auth(self.credentials, "execute-api", self.region).add_auth(request)
        try:
            answer = URLLib3Session(timeout=_TIMEOUT_SECONDS).send(request.prepare())
        except BotoCoreError:
            raise UsageError(f"nobody answers at {self.api_url}") from None
        try:
            found = json.loads(answer.content or b"{}")
        except ValueError:
            found = {}
        if answer.status_code >= 400:
            code = found.get("code") or found.get("message") or found.get("Message") or "no_answer"
            raise Refused(answer.status_code, str(code), str(found.get("title") or ""), str(found.get("next") or ""))
        return dict(found)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How a command finds the deployment and who it is."""
    where = parser.add_argument_group("which deployment, as whom")
    where.add_argument("--api-url", metavar="URL", help="the stack's ApiUrl output; signs with your AWS credentials")
    where.add_argument("--region", help="its region, if the URL does not say")
    where.add_argument("--stack", metavar="FILE", help="a local stack instead: .local/stack.json of `make up`")
    where.add_argument("--as", dest="person", metavar="PERSON", help="with --stack: who you are, such as rosa.security")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")


def connect(arguments: argparse.Namespace) -> Connection:
    """Raises UsageError when the deployment or the credentials cannot be found."""
    from sallyport_agent.transport import region_in  # imports httpx, which other commands do not need

    if arguments.stack:
        return _local(arguments.stack, arguments.person)
    if not arguments.api_url:
        raise UsageError("say which deployment: --api-url URL, or --stack .local/stack.json --as PERSON")
    session = Session()
    found = session.get_credentials()
    if found is None:
        raise UsageError("no AWS credentials: set AWS_PROFILE, or sign in")
    region = arguments.region or region_in(arguments.api_url) or session.get_config_variable("region")
    if not region:
        raise UsageError("say the region: --region, or AWS_REGION")
    frozen = found.get_frozen_credentials()
    return Connection(arguments.api_url, region, _keys(frozen))


def _keys(frozen: Any) -> Credentials:
    return Credentials(frozen.access_key, frozen.secret_key, frozen.token)


def _local(stack: str, person: str | None) -> Connection:
    said = stack_file.read(stack, "approvers")
    keys = stack_file.keys_of(said["approvers"], person)
    return Connection(said["api_url"], said["region"], Credentials(keys["access_key_id"], keys["secret_access_key"]))


def run(arguments: argparse.Namespace) -> int:
    """Connect, do what the command is for, and print the answer. A refusal is exit code 1."""
    try:
        answer, words = arguments.does(arguments, connect(arguments))
    except Refused as refused:
        if arguments.json:
            print(json.dumps({"code": refused.code, "status": refused.status}))
        else:
            print(f"refused: {refused}", file=sys.stderr)
        return 1
    print(json.dumps(answer) if arguments.json else words)
    return 1 if answer.get("refused") else 0
