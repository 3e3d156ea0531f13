"""A Sallyport to call: its answers in turn, and what it was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
import httpx

URL = "https://abc123.execute-api.eu-west-1.amazonaws.com/live"
ID = "req-0f8fad5bd9cb469fa1657086"
KEYS = {
    "Version": 1,
    "AccessKeyId": "ASIAEXAMPLE",
    "SecretAccessKey": "example-secret",
    "SessionToken": "example-token",
    "Expiration": "2026-11-02T10:15:00.000Z",
    "request_id": ID,
}


def view(status: str, **more: Any) -> dict[str, Any]:
    return {"request_id": ID, "status": status, "expires_at": "2026-11-02T11:00:00.000Z", "decisions": [], **more}


def problem(status: int, code: str, headers: Mapping[str, str] | None = None, **more: Any) -> httpx.Response:
    body = {"type": f"urn:sallyport:problem:{code}", "title": "No", "status": status, "code": code, **more}
    return httpx.Response(status, json=body, headers=dict(headers or {}))


@dataclass
class Sallyport(httpx.MockTransport):
    """Answers each call with the next of `answers`: a response, an object to send with 200, or an error to raise.

    `catalogue` answers every question for the actions, how often ever it is asked.
    """

    answers: list[Any]
    catalogue: dict[str, Any] | None = None
    asked: list[httpx.Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self._next)

    def _next(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.catalogue is not None and request.url.path.endswith("/v1/actions"):
            return httpx.Response(200, json=self.catalogue)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    @property
    def calls(self) -> list[str]:
        return [f"{request.method} {request.url.path.removeprefix('/live')}" for request in self.asked]

    def said(self, number: int) -> Any:
        return json.loads(self.asked[number].content)


def session(region: str | None = None) -> boto3.Session:
    return boto3.Session("AKIAEXAMPLE", "example", region_name=region)
