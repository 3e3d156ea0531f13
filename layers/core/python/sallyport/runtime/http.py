"""From API Gateway's event to a call, from a refusal to a problem response (RFC 9457)."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sallyport.domain.ports import PortFailed
from sallyport.domain.refusals import MalformedRequest, NotFound, Refusal, Unavailable, UnknownCaller
from sallyport.domain.requests import REQUEST_ID
from sallyport.masking import MaskingFailed
from sallyport.runtime.log import log_call
from sallyport.runtime.outcomes import OutcomeClass

_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:(iam|sts)::\d{12}:[\w+=,.@/-]+")


@dataclass(frozen=True, slots=True)
class Call:
    """An HTTP call. `headers` are lower-case and single; a header sent twice is left out."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    principal: str | None
    # The method and the route as the template names it; set by API Gateway, never by a caller.
    method: str = ""
    resource: str = ""

    @property
    def caller(self) -> str:
        """The IAM principal that API Gateway verified. Raises UnknownCaller when there is none."""
        if self.principal is None or not _PRINCIPAL.fullmatch(self.principal):
            raise UnknownCaller
        return self.principal

    @property
    def request_id(self) -> str:
        """The id in the path. Raises NotFound for what cannot be one."""
        found = self.path.get("request_id", "")
        if not REQUEST_ID.fullmatch(found):
            raise NotFound
        return found

    def number(self, name: str, default: int, maximum: int) -> int:
        """A query parameter from 0 to `maximum`. Raises MalformedRequest."""
        text = self.query.get(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= maximum):
            raise MalformedRequest(f"?{name}", next_step=f"Send `{name}` as a whole number from 0 to {maximum}.")
        return int(text)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response; `outcome` and `kind` are what the log line says where that is more than the status. `retry_after` are
    the seconds after which the same call may succeed; `headers` go beside ours, or in place of one."""

    status: int
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    request_id: str | None = None
    outcome: str | None = None
    kind: OutcomeClass = OutcomeClass.DONE
    retry_after: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


type Route = Callable[[Call], Answer]


def http_handler(route: Route) -> Callable[[dict[str, Any], object], dict[str, Any]]:
    """Wrap a route as a Lambda handler: every refusal is a problem response, and nothing unforeseen gets out."""

    def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
        started = time.perf_counter()
        error: BaseException | None = None
        try:
            answer = route(_call(event))
            outcome = answer.outcome or str(answer.status)
        except Refusal as refusal:
            answer, outcome, error = _problem(refusal), refusal.outcome, refusal.__cause__
        except (PortFailed, MaskingFailed) as failed:
            answer, outcome = _problem(Unavailable()), failed.code
        except Exception as unforeseen:  # noqa: BLE001 - an emulator or a misconfigured stage would quote it to the caller
            answer, outcome, error = _problem(Unavailable()), "unforeseen", unforeseen
        log_call(started, outcome, answer.kind, request_id=answer.request_id or _path_id(event), error=error)
        return _response(answer)

    return handler


def _path_id(event: object) -> str | None:
    """The request's id in the path, for the log line of a refusal; None for what cannot be one."""
    path = event.get("pathParameters") if isinstance(event, dict) else None
    found = path.get("request_id") if isinstance(path, dict) else None
    return found if isinstance(found, str) and REQUEST_ID.fullmatch(found) else None


def _call(event: dict[str, Any]) -> Call:
    """Raises MalformedRequest for an event that API Gateway's REST proxy would not send."""
    try:
        many: dict[str, list[str]] = event.get("multiValueHeaders") or {}
        headers = {name.lower(): values[0] for name, values in many.items() if len(values) == 1}
        if not many:
            headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        body = event.get("body") or ""
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode("utf-8")
        return Call(
            path=event.get("pathParameters") or {},
            query=event.get("queryStringParameters") or {},
            headers=headers,
            body=raw,
            principal=event["requestContext"]["identity"].get("userArn"),
            method=event.get("httpMethod") or "",
            resource=event.get("resource") or "",
        )
    except (KeyError, TypeError, AttributeError, ValueError, binascii.Error):
        raise MalformedRequest from None


def _problem(refusal: Refusal) -> Answer:
    body: dict[str, Any] = {
        "type": f"urn:sallyport:problem:{refusal.code}",
        "title": refusal.title,
        "status": refusal.http_status,
        "code": refusal.code,
        "retryable": refusal.retryable,
        "next": refusal.next_step,
    }
    if refusal.paths:
        body["paths"] = list(refusal.paths)
    kind = OutcomeClass.FAILED if refusal.http_status >= 500 else OutcomeClass.REFUSED
    return Answer(refusal.http_status, body, kind=kind, retry_after=refusal.retry_after)


def _response(answer: Answer) -> dict[str, Any]:
    kind = "application/problem+json" if answer.status >= 400 else "application/json"
    headers = {"Content-Type": kind, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if answer.retry_after is not None:
        headers["Retry-After"] = str(answer.retry_after)
    return {
        "statusCode": answer.status,
        "headers": headers | dict(answer.headers),
        "body": "" if answer.body is None else json.dumps(answer.body, ensure_ascii=True),
    }
