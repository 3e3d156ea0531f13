"""HTTP calls that the doctor makes without AWS credentials."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, HTTPClientError
from botocore.httpsession import URLLib3Session

_SLOWEST = 15  # seconds


@dataclass(frozen=True, slots=True)
class Answered:
    """No status when nobody answers; `headers` in lower case, and `body` empty where it is not a JSON object."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


def call(method: str, url: str, *, data: bytes = b"", headers: Mapping[str, str] | None = None) -> Answered:
    sent = {"Content-Type": "application/json", **(headers or {})}
    prepared = AWSRequest(method=method, url=url, data=data if method == "POST" else None, headers=sent).prepare()
    try:
        answer = URLLib3Session(timeout=_SLOWEST).send(prepared)
    except (HTTPClientError, BotoCoreError, ValueError):
        return Answered()
    try:
        found = json.loads(answer.content or b"{}")
    except ValueError:
        found = {}
    told = {str(name).lower(): str(value) for name, value in answer.headers.items()}
    return Answered(answer.status_code, told, found if isinstance(found, dict) else {})
