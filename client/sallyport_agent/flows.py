"""What the client does, without doing it: each flow yields calls and pauses, and is sent the replies.

The two clients differ in how they carry these out, and in nothing else.
"""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict, TypeVar, Unpack
from urllib.parse import quote

from sallyport_agent.answers import Action, Credentials, Request, Result
from sallyport_agent.refusals import Lost, NoAnswer, NotApproved, Refused, StillPending

T = TypeVar("T")

# The API waits at most 25 s in a call (docs/openapi.yaml).
_LONGEST_POLL_SECONDS = 20
# A deployment without capacity for waiting answers at once; asking it more often than this gains nothing.
_PAUSE_SECONDS = 2.0
# Pauses before retrying a call that did no harm; Retry-After is obeyed up to the longest of them.
_BACK_OFF_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call. `repeatable`: making it twice has the same effect as making it once."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """`body` is the JSON object of the answer, empty when it has none."""

    status: int
    body: Mapping[str, Any] = field(repr=False)
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Time to let pass."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Progress:
    """What a progress callback is told each time a wait has brought no decision yet."""

    request: Request
    waited_seconds: float


class About(TypedDict, total=False):
    """What a request may say beside its reason: what helps to decide, and the id of whom the agent acts for."""

    context: Any
    on_behalf_of: str | None


class Asking(About, total=False):
    """The same for a request for a credential, and how long the credential should work."""

    duration_seconds: int | None


Flow = Generator[Call | Pause | Progress, Reply | None, T]


def _answer(call: Call) -> Flow[Mapping[str, Any]]:
    """Make the call, again where that does no harm. Raises Refused, NoAnswer."""
    for seconds in (*_BACK_OFF_SECONDS, None):
        wanted = seconds
        try:
            reply = yield call
            assert reply is not None  # a flow that yields a call is always sent a reply
            if reply.status < 400:
                return reply.body
            refused = Refused(reply.status, reply.body, reply.retry_after)
            if seconds is not None and reply.retry_after is not None:
                wanted = max(reply.retry_after, seconds)
            if not _may_help(call, refused, wanted):
                raise refused
        except NoAnswer:
            if seconds is None or not call.repeatable:
                raise
        assert wanted is not None
        yield Pause(wanted)
    raise AssertionError("the last try returns or raises")


def _may_help(call: Call, refused: Refused, seconds: float | None) -> bool:
    passing = refused.status == 429 or refused.status >= 500
    return (
        call.repeatable and passing and refused.retryable and seconds is not None and seconds <= _BACK_OFF_SECONDS[-1]
    )


def _path(request_id: str, below: str = "") -> str:
    # An id may come from a model, which must not choose another route with it.
    return f"/v1/requests/{quote(request_id, safe='')}{below}"


def actions() -> Flow[list[Action]]:
    found = yield from _answer(Call("GET", "/v1/actions"))
    return [Action.of(entry) for entry in found["actions"]]


def submit(
    action: str,
    parameters: Mapping[str, Any] | None,
    *,
    reason: str,
    idempotency_key: str | None = None,
    **more: Unpack[Asking],
) -> Flow[Request]:
    said = {"action": action, "parameters": dict(parameters or {}), "reason": reason, **more}
    body = {name: value for name, value in said.items() if value is not None}
    key = {"Idempotency-Key": idempotency_key or uuid.uuid4().hex}
    return Request.of((yield from _answer(Call("POST", "/v1/requests", body=body, headers=key))))


def look(request_id: str) -> Flow[Request]:
    return Request.of((yield from _answer(Call("GET", _path(request_id)))))


def wait(request_id: str, timeout: float | None = None) -> Flow[Request]:
    """The request once it is not pending any more. Raises StillPending after `timeout` seconds."""
    began = time.monotonic()
    # A long poll waits for a change, so look first for what was decided before it began.
    request = yield from look(request_id)
    while request.pending:
        asked = time.monotonic()
        left = float(_LONGEST_POLL_SECONDS) if timeout is None else began + timeout - asked
        if left <= 0:
            raise StillPending(request)
        yield Progress(request, asked - began)
        query = {"wait": str(min(_LONGEST_POLL_SECONDS, math.ceil(left)))}
        request = Request.of((yield from _answer(Call("GET", _path(request_id), query))))
        if request.pending and time.monotonic() - asked < min(_PAUSE_SECONDS, left):
            yield Pause(min(_PAUSE_SECONDS, left))
    return request


def approved(request_id: str, timeout: float | None = None) -> Flow[Request]:
    """The request once it is approved. Raises NotApproved, StillPending."""
    request = yield from wait(request_id, timeout)
    if not request.approved:
        raise NotApproved(request)
    return request


def credentials(request_id: str) -> Flow[Credentials]:
    """Redeem the approval. Raises Lost when it is not known whether it was."""
    return Credentials.of((yield from _once(_path(request_id, "/credentials"), request_id)))


def result(request_id: str) -> Flow[Result]:
    """Have the approved call made. Raises Lost when it is not known whether it was."""
    return Result.of((yield from _once(_path(request_id, "/result"), request_id)))


def _once(path: str, request_id: str) -> Flow[Mapping[str, Any]]:
    try:
        return (yield from _answer(Call("POST", path, repeatable=False)))
    except NoAnswer:
        raise Lost(request_id) from None


def cancel(request_id: str) -> Flow[Request]:
    return Request.of((yield from _answer(Call("DELETE", _path(request_id)))))


def done(request_id: str, outcome: Mapping[str, Any] | None = None) -> Flow[Request]:
    """Give the grant back. `outcome` is what the evidence should say came of it."""
    return Request.of((yield from _answer(Call("DELETE", _path(request_id, "/grant"), body=outcome))))
