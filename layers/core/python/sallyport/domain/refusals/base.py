"""What every refusal says about itself."""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """Base of all refusals. `code`, `http_status`, `retryable` and `next_step` are part of the HTTP interface.

    `title` says what is wrong, `next_step` in one plain sentence what to do about it: what to change, whom to ask, when
    to come back. `retryable`: the very same call may succeed later without the caller changing anything; `retry_after`
    is then the seconds after which trying makes sense, None where time alone does not help.

    `paths` are places that a schema declares. A name that a caller made up is among them only where it was asked for
    and nothing in it is sensitive (`contracts.requests`). No sentence ever quotes what was sent.
    """

    code: ClassVar[str] = "refused"
    http_status: ClassVar[int] = 403
    title: ClassVar[str] = "Refused"
    # What the log line says instead of the code, where an alarm listens for it.
    logged: ClassVar[str | None] = None
    retryable: bool = False
    next_step: str = ""
    retry_after: int | None = None

    def __init__(
        self,
        *paths: str,
        next_step: str | None = None,
        retryable: bool | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(self.code)
        self.paths = paths
        self.next_step = next_step or self.next_step
        self.retryable = self.retryable if retryable is None else retryable
        self.retry_after = self.retry_after if retry_after is None else retry_after

    @property
    def outcome(self) -> str:
        """What the log line says."""
        return self.logged or self.code
