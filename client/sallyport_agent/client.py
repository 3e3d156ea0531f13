"""The client for code that blocks."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

import httpx

from sallyport_agent import flows
from sallyport_agent.answers import Action, Credentials, Request, Result
from sallyport_agent.flows import About, Asking, Call, Flow, Pause, Progress, Reply
from sallyport_agent.refusals import NoAnswer, SallyportError
from sallyport_agent.transport import TIMEOUT, endpoint, prepared, reply_of

if TYPE_CHECKING:
    import boto3

T = TypeVar("T")
log = logging.getLogger("sallyport_agent")


class Client:
    """One deployment, as one agent sees it.

    `api_url` is the stack's ApiUrl output (default: the variable SALLYPORT_API_URL); calls are signed with `session`'s
    credentials (default: whatever boto3 finds). `on_progress` is called after each wait that brought no decision.
    Raises ValueError when the URL or the region is unknown.
    """

    def __init__(
        self,
        api_url: str | None = None,
        *,
        session: boto3.Session | None = None,
        region: str | None = None,
        on_progress: Callable[[Progress], object] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._base, auth = endpoint(api_url, session, region)
        self._http = httpx.Client(auth=auth, timeout=TIMEOUT, transport=transport)
        self._on_progress = on_progress

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def actions(self) -> list[Action]:
        """What you may ask for."""
        return self._run(flows.actions())

    def request(
        self,
        action: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        reason: str,
        idempotency_key: str | None = None,
        **more: Unpack[Asking],
    ) -> Request:
        """Ask, and do not wait. While an identical request is pending or approved, that one is returned."""
        asked = flows.submit(action, parameters, reason=reason, idempotency_key=idempotency_key, **more)
        return self._run(asked)

    def get(self, request_id: str) -> Request:
        """The request as it is now."""
        return self._run(flows.look(request_id))

    def wait(self, request_id: str, timeout_seconds: float | None = None) -> Request:
        """The request once it is not pending any more. Raises StillPending after `timeout_seconds` (default: never)."""
        return self._run(flows.wait(request_id, timeout_seconds))

    def credentials(self, request_id: str, timeout_seconds: float | None = 0) -> Credentials:
        """The credential of an approved request, once. Raises NotApproved, StillPending, Lost."""
        self._run(flows.approved(request_id, timeout_seconds))
        return self._run(flows.credentials(request_id))

    def result(self, request_id: str, timeout_seconds: float | None = 0) -> Result:
        """Has the approved call made, once, and returns its masked result. Raises NotApproved, StillPending, Lost."""
        self._run(flows.approved(request_id, timeout_seconds))
        return self._run(flows.result(request_id))

    def cancel(self, request_id: str) -> Request:
        """Take a pending request back."""
        return self._run(flows.cancel(request_id))

    def done(self, request_id: str, outcome: Mapping[str, Any] | None = None) -> Request:
        """End the grant now: its credential stops working.

        `outcome` goes into the evidence: `{"outcome": "done" | "failed" | "unused", "note": "…"}`, the note masked.
        """
        return self._run(flows.done(request_id, outcome))

    @contextmanager
    def action(
        self,
        action: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        reason: str,
        timeout_seconds: float | None = None,
        **more: Unpack[Asking],
    ) -> Iterator[Credentials]:
        """Ask, wait for a person, redeem; end the grant on leaving. Raises Refused, NotApproved, StillPending, Lost."""
        asked = self.request(action, parameters, reason=reason, **more)
        credentials = self.credentials(asked.request_id, timeout_seconds)
        try:
            yield credentials
        except BaseException:
            self._leave(asked.request_id, "failed")
            raise
        self._leave(asked.request_id, "done")

    def _leave(self, request_id: str, outcome: str) -> None:
        try:
            self.done(request_id, {"outcome": outcome})
        except SallyportError as error:
            # What the block raised matters more, and the credential ends by itself.
            log.warning("the grant of request %s was not ended early: %s", request_id, error)

    def execute(
        self,
        action: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        reason: str,
        timeout_seconds: float | None = None,
        **more: Unpack[About],
    ) -> Result:
        """Ask, wait for a person, have the call made. Raises Refused, NotApproved, StillPending, Lost."""
        asked = self.request(action, parameters, reason=reason, **more)
        return self.result(asked.request_id, timeout_seconds)

    def _run(self, flow: Flow[T]) -> T:
        reply: Reply | None = None
        try:
            step = flow.send(None)
            while True:
                try:
                    reply = self._do(step)
                except NoAnswer as lost:
                    step = flow.throw(lost)
                else:
                    step = flow.send(reply)
        except StopIteration as over:
            return over.value  # type: ignore[no-any-return]  # what the flow returns

    def _do(self, step: Call | Pause | Progress) -> Reply | None:
        if isinstance(step, Call):
            try:
                return reply_of(self._http.request(**prepared(self._base, step)))
            except httpx.HTTPError as error:
                raise NoAnswer(f"nobody answers at {self._base}: {type(error).__name__}") from None
        if isinstance(step, Pause):
            time.sleep(step.seconds)
        elif self._on_progress is not None:
            self._on_progress(step)
        return None
