"""HTTP calls, signed with SigV4 for API Gateway."""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from sallyport_agent.flows import Call, Reply
from sallyport_agent.refusals import NoAnswer

if TYPE_CHECKING:
    import boto3

_AWS_HOST = re.compile(r"https?://[a-z0-9-]+\.execute-api\.([a-z0-9-]+)\.", re.IGNORECASE)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# API Gateway ends a call after 29 s.
TIMEOUT = httpx.Timeout(35, connect=10)


class Signed(httpx.Auth):
    """Signs every call with the session's credentials as they are at that moment, because roles and sign-ins renew
    theirs."""

    requires_request_body = True

    def __init__(self, session: boto3.Session, region: str) -> None:
        self._session, self._region = session, region

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        found = self._session.get_credentials()
        if found is None:
            raise NoAnswer("there are no AWS credentials to sign with: set AWS_PROFILE, or sign in")
        signed = {name: value for name, value in request.headers.items() if name in ("content-type", "idempotency-key")}
        aws = AWSRequest(request.method, str(request.url), headers=signed, data=request.content)
        SigV4Auth(found.get_frozen_credentials(), "execute-api", self._region).add_auth(aws)
        for name, value in aws.headers.items():
            request.headers[name] = value
        yield request


def endpoint(api_url: str | None, session: boto3.Session | None, region: str | None) -> tuple[str, Signed]:
    """The base URL, and how calls to it are signed. Raises ValueError if no call can be made with them."""
    import boto3

    base = httpx.URL((api_url or os.environ.get("SALLYPORT_API_URL") or "").rstrip("/"))
    if base.scheme != "https" and base.host not in _LOOPBACK:
        raise ValueError("the API's URL must be https: pass api_url, or set SALLYPORT_API_URL")
    session = session or boto3.Session()
    return str(base), Signed(session, region_of(str(base), session, region))


def region_of(api_url: str, session: boto3.Session, region: str | None = None) -> str:
    """The region that calls are signed for: the one given, the URL's own, or the session's. Raises ValueError."""
    found = region or region_in(api_url) or session.region_name
    if not found:
        raise ValueError("which region is not known: pass region, or set AWS_REGION")
    return str(found)


def region_in(api_url: str) -> str | None:
    """The region that API Gateway's own URLs name; None for a domain of the deployment's own."""
    match = _AWS_HOST.match(api_url)
    return match[1].lower() if match else None


def prepared(base: str, call: Call) -> dict[str, Any]:
    """The arguments of `httpx.Client.request` for a call."""
    made: dict[str, Any] = {"method": call.method, "url": base + call.path, "headers": dict(call.headers)}
    if call.query:
        made["params"] = dict(call.query)
    if call.body is not None:
        made["json"] = dict(call.body)
    return made


def reply_of(response: httpx.Response) -> Reply:
    """Raises NoAnswer for a success without a JSON object, because then it was not Sallyport that answered."""
    try:
        body = response.json() if response.content else {}
    except ValueError:
        body = None
    if not isinstance(body, dict):
        if response.status_code < 400:
            raise NoAnswer("what answers at this URL is not Sallyport")
        body = {}
    return Reply(response.status_code, body, _seconds(response.headers.get("retry-after")))


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and text.isdigit() else None
