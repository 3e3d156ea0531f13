"""How a port says that it did not do what it was asked."""

from __future__ import annotations

from sallyport.domain.channels import Trouble


class Conflict(Exception):
    """Somebody else saved first. Load again and decide again."""


class Exists(Exception):
    """An identical request is undecided or not yet redeemed, or the idempotency key is taken. `request_id` is the one
    that exists."""

    def __init__(self, request_id: str, *, by_key: bool, sameness: str) -> None:
        super().__init__(request_id)
        self.request_id = request_id
        self.by_key = by_key
        self.sameness = sameness


class PortFailed(Exception):
    """A service did not do what it was asked. `code` is stable; whatever the service said stays out of it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ChatFailed(PortFailed):
    """A channel did not do what it was asked. `retry_after`: for how many seconds it wants to be left alone."""

    def __init__(self, trouble: Trouble, retry_after: int = 0) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.retry_after = retry_after


class TooManyRequests(Exception):
    """One of the agent's limits stopped the transaction: too many `pending`, or too many in the hour. Nothing was
    stored."""

    def __init__(self, *, pending: bool) -> None:
        super().__init__()
        self.pending = pending
