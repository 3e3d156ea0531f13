"""The client for code that awaits: the same methods, the same flows."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

import httpx

from sallyport_agent import flows
from sallyport_agent.answers import Action, Credentials, Request, Result
from sallyport_agent.client import log
from sallyport_agent.flows import About, Asking, Call, Flow, Pause, Progress, Reply
from sallyport_agent.refusals import NoAnswer, SallyportError
from sallyport_agent.transport import TIMEOUT, endpoint, prepared, reply_of

if TYPE_CHECKING:
    import boto3

T = TypeVar("T")


class AsyncClient:
    """As `Client`, to be awaited. `on_progress` may be a coroutine function."""

    def __init__(
        self,
        api_url: str | None = None,
        *,
        session: boto3.Session | None = None,
        region: str | None = None,
        on_progress: Callable[[Progress], object] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._base, auth = endpoint(api_url, session, region)
        self._http = httpx.AsyncClient(auth=auth, timeout=TIMEOUT, transport=transport)
        self._on_progress = on_progress

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def actions(self) -> list[Action]:
        """What you may ask for."""
        return await self._run(flows.actions())

    async def request(
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
        return await self._run(asked)

    async def get(self, request_id: str) -> Request:
        """The request as it is now."""
        return await self._run(flows.look(request_id))

    async def wait(
        self,
        request_id: str,
        timeout_seconds: float | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Request:
        """The request once it is not pending any more. Raises StillPending after `timeout_seconds` (default: never)."""
        return await self._run(flows.wait(request_id, timeout_seconds), on_progress)

    async def credentials(self, request_id: str, timeout_seconds: float | None = 0) -> Credentials:
        """The credential of an approved request, once. Raises NotApproved, StillPending, Lost."""
        await self._run(flows.approved(request_id, timeout_seconds))
        return await self._run(flows.credentials(request_id))

    async def result(self, request_id: str, timeout_seconds: float | None = 0) -> Result:
        """Has the approved call made, once, and returns its masked result. Raises NotApproved, StillPending, Lost."""
        await self._run(flows.approved(request_id, timeout_seconds))
        return await self._run(flows.result(request_id))

    async def cancel(self, request_id: str) -> Request:
        """Take a pending request back."""
        return await self._run(flows.cancel(request_id))

    async def done(self, request_id: str, outcome: Mapping[str, Any] | None = None) -> Request:
        """End the grant now: its credential stops working.

        `outcome` goes into the evidence: `{"outcome": "done" | "failed" | "unused", "note": "…"}`, the note masked.
        """
        return await self._run(flows.done(request_id, outcome))

    @asynccontextmanager
    async def action(
        self,
        action: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        reason: str,
        timeout_seconds: float | None = None,
        **more: Unpack[Asking],
    ) -> AsyncIterator[Credentials]:
        """Ask, wait for a person, redeem; end the grant on leaving. Raises Refused, NotApproved, StillPending, Lost."""
        asked = await self.request(action, parameters, reason=reason, **more)
        credentials = await self.credentials(asked.request_id, timeout_seconds)
        try:
            yield credentials
        except BaseException:
            await self._leave(asked.request_id, "failed")
            raise
        await self._leave(asked.request_id, "done")

    async def _leave(self, request_id: str, outcome: str) -> None:
        try:
            # A task that is being cancelled still gives back what it holds.
            await asyncio.shield(self.done(request_id, {"outcome": outcome}))
        except SallyportError as error:
            log.warning("the grant of request %s was not ended early: %s", request_id, error)

    async def execute(
        self,
        action: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        reason: str,
        timeout_seconds: float | None = None,
        **more: Unpack[About],
    ) -> Result:
        """Ask, wait for a person, have the call made. Raises Refused, NotApproved, StillPending, Lost."""
        asked = await self.request(action, parameters, reason=reason, **more)
        return await self.result(asked.request_id, timeout_seconds)

    async def _run(self, flow: Flow[T], on_progress: Callable[[Progress], object] | None = None) -> T:
        tell = on_progress or self._on_progress
        try:
            step = flow.send(None)
            while True:
                try:
                    reply = await self._do(step, tell)
                except NoAnswer as lost:
                    step = flow.throw(lost)
                else:
                    step = flow.send(reply)
        except StopIteration as over:
            return over.value  # type: ignore[no-any-return]  # what the flow returns

    async def _do(self, step: Call | Pause | Progress, tell: Callable[[Progress], object] | None) -> Reply | None:
        if isinstance(step, Call):
            try:
                return reply_of(await self._http.request(**prepared(self._base, step)))
            except httpx.HTTPError as error:
                raise NoAnswer(f"nobody answers at {self._base}: {type(error).__name__}") from None
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
        elif tell is not None:
            said = tell(step)
            if inspect.isawaitable(said):
                await said
        return None
