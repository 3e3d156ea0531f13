"""Outages on demand: make the next calls of a method fail, so that tests can see what the product does then."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ANY_METHOD = "*"


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure. `after` lets the call take effect and then loses its answer; `hang_seconds` delays the answer."""

    status: int = 200
    error: str = ""
    retry_after: int = 0
    hang_seconds: float = 0.0
    after: bool = False


class FaultError(ValueError):
    """The description of a fault cannot be used."""


class Faults:
    """Failures that wait for their call, by method, and the optional rate limit of chat.postMessage, per channel."""

    def __init__(self, clock: Callable[[], float], post_message_per_second: float = 0.0) -> None:
        self._clock = clock
        self._spacing = 1 / post_message_per_second if post_message_per_second else 0.0
        self._next_post: dict[str, float] = {}
        self._waiting: dict[str, deque[Fault]] = {}
        self._lock = threading.Lock()

    def add(self, method: str, times: int, fault: Fault) -> None:
        with self._lock:
            self._waiting.setdefault(method, deque()).extend([fault] * times)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def take(self, method: str, channel: str = "") -> Fault | None:
        """The failure for the next call of this method, if any; it is used up."""
        with self._lock:
            for name in (method, ANY_METHOD):
                if self._waiting.get(name):
                    return self._waiting[name].popleft()
            if method == "chat.postMessage" and self._spacing:
                now = self._clock()
                if now < self._next_post.get(channel, 0.0):
                    return Fault(status=429, error="ratelimited", retry_after=1)
                self._next_post[channel] = now + self._spacing
        return None


def parse_fault(document: dict[str, Any]) -> tuple[str, int, Fault]:
    """Read `{"method", "times", "error", "status", "retry_after", "hang_seconds", "when"}`; all but method optional."""
    method, times = document.get("method"), document.get("times", 1)
    if not isinstance(method, str) or not method:
        raise FaultError("method: the Web API method that shall fail, or *")
    if not isinstance(times, int) or not 1 <= times <= 1000:
        raise FaultError("times: 1 to 1000")
    status = document.get("status", 429 if document.get("error") == "ratelimited" else 200)
    retry_after = document.get("retry_after", 1 if status == 429 else 0)
    hang = document.get("hang_seconds", 0)
    if not isinstance(status, int) or not 200 <= status <= 599:
        raise FaultError("status: an HTTP status")
    if not isinstance(retry_after, int) or not isinstance(hang, int | float) or not 0 <= hang <= 60:
        raise FaultError("retry_after: whole seconds; hang_seconds: 0 to 60")
    when = document.get("when", "before")
    if when not in ("before", "after"):
        raise FaultError("when: before or after the call took effect")
    error = str(document.get("error", "ratelimited" if status == 429 else "internal_error"))
    return (method, times, Fault(status, error, retry_after, float(hang), when == "after"))
