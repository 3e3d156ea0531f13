"""Everything that can be raised. All of it is a SallyportError; no message quotes what you sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sallyport_agent.answers import Request


class SallyportError(Exception):
    """Anything other than what was asked for."""


class Refused(SallyportError):
    """Sallyport refused a call. `next` says what to do about it, in one sentence."""

    def __init__(self, status: int, problem: Mapping[str, Any], retry_after: float | None = None) -> None:
        self.status = status
        # API Gateway's own refusals carry AWS's body, which has a message and no code.
        self.code = str(problem.get("code") or _gateway_code(status))
        self.title = str(problem.get("title") or problem.get("message") or problem.get("Message") or "refused")
        self.next = str(problem["next"]) if problem.get("next") else None
        self.retryable = bool(problem.get("retryable", status == 429 or status >= 500))
        self.retry_after = retry_after
        self.paths = tuple(str(path) for path in problem.get("paths", ()))
        super().__init__(" ".join(filter(None, (f"{self.title} ({self.code})", self.next))))


def _gateway_code(status: int) -> str:
    return {403: "not_signed_or_not_permitted", 429: "rate_limited"}.get(status, "unavailable")


class NotApproved(SallyportError):
    """The request ended, or was used, without being yours to use now: denied, expired, cancelled, revoked, …"""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.status = request.status
        self.reason = request.reason
        super().__init__(
            f"request {request.request_id} is {request.status}" + (f": {self.reason}" if self.reason else "")
        )


class StillPending(SallyportError, TimeoutError):
    """Nobody has decided yet. `client.wait(request_id)` continues to wait; asking again finds the same request."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.request_id = request.request_id
        super().__init__(f"request {request.request_id} is still waiting for a decision")


class NoAnswer(SallyportError, ConnectionError):
    """Nobody answers at the URL, or the answer is not Sallyport's."""


class Lost(SallyportError):
    """The one answer that is given only once was lost on the way. If it was redeemed, ask with a new request."""

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        super().__init__(f"the answer for request {request_id} was lost; if it is redeemed now, make a new request")
