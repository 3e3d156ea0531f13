"""Requests as tasks, for hosts that support them (MCP extension `io.modelcontextprotocol/tasks`, SEP-2663).

A task is a request: it has the request's id and lives where the request does, so it survives both ends being restarted.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import mcp_types as types
from mcp.server import ServerRequestContext
from mcp.server.context import CallNext, HandlerResult
from mcp.server.extension import Extension, MethodBinding
from mcp.shared.exceptions import MCPError

from sallyport_agent import Request
from sallyport_cli.mcp.house import Answer, House

TASKS = "io.modelcontextprotocol/tasks"
_POLL_MS = 5000


class TaskResult(types.Result):
    """A task as the host gets it; what is None is left out."""

    result_type: Literal["task", "complete"]
    task_id: str
    status: Literal["working", "completed", "cancelled"]
    status_message: str | None = None
    created_at: str
    last_updated_at: str
    ttl_ms: int | None = None
    poll_interval_ms: int | None = None
    result: dict[str, Any] | None = None


class TaskParams(types.RequestParams):
    task_id: str


class Tasks(Extension):
    """Answers a call whose request is pending with a task, where the host has said that it supports tasks."""

    identifier = TASKS

    def __init__(self, house: House, result_of: Any) -> None:
        self._house, self._result_of = house, result_of
        # The call of a request is made once; a host may ask for its result again.
        self._results: dict[str, Answer] = {}

    def methods(self) -> tuple[MethodBinding, ...]:
        return (
            MethodBinding("tasks/get", TaskParams, self._get),
            MethodBinding("tasks/cancel", TaskParams, self._cancel),
            MethodBinding("tasks/update", TaskParams, self._update),
        )

    async def intercept_tool_call(
        self, params: types.CallToolRequestParams, ctx: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        found = await call_next(ctx)
        said = found.structured_content if isinstance(found, types.CallToolResult) else None
        if not _takes_tasks(ctx) or params.name.startswith("sallyport_") or not said or said["status"] != "pending":
            return found
        request = await self._house.client.get(said["request_id"])
        return self._told(request, "task", "working")

    async def _get(self, _: ServerRequestContext[Any, Any], params: TaskParams) -> TaskResult:
        request = await self._request(params.task_id)
        if request.pending:
            return self._told(request, "complete", "working")
        if request.status == "cancelled":
            return self._told(request, "complete", "cancelled")
        if params.task_id not in self._results:
            self._results[params.task_id] = await self._house.wait(params.task_id, lambda _: None)
        answer: types.CallToolResult = self._result_of(self._results[params.task_id])
        told = self._told(request, "complete", "completed")
        told.result = answer.model_dump(by_alias=True, mode="json", exclude_none=True)
        return told

    async def _cancel(self, _: ServerRequestContext[Any, Any], params: TaskParams) -> types.EmptyResult:
        await self._request(params.task_id)
        await self._house.cancel(params.task_id)
        return types.EmptyResult()

    async def _update(self, _: ServerRequestContext[Any, Any], params: TaskParams) -> types.EmptyResult:
        """Our tasks never ask their host for input, because the person who decides is asked elsewhere."""
        await self._request(params.task_id)
        return types.EmptyResult()

    async def _request(self, task_id: str) -> Request:
        from sallyport_agent import Refused

        try:
            return await self._house.client.get(task_id)
        except Refused:
            raise MCPError(code=types.INVALID_PARAMS, message="there is no such task") from None

    def _told(self, request: Request, kind: Literal["task", "complete"], status: Any) -> TaskResult:
        created = datetime.fromisoformat(request.raw["created_at"])
        # After this nobody decides any more; an approval is kept as long again, to be used.
        lives = (request.expires_at - created) * 2 + timedelta(hours=1)
        return TaskResult(
            result_type=kind,
            task_id=request.request_id,
            status=status,
            status_message="A person has been asked to decide." if status == "working" else None,
            created_at=created.isoformat(),
            last_updated_at=datetime.now(UTC).isoformat(),
            ttl_ms=int(lives.total_seconds() * 1000),
            poll_interval_ms=_POLL_MS,
        )


def _takes_tasks(ctx: ServerRequestContext[Any, Any]) -> bool:
    declared = ctx.session.client_capabilities
    return declared is not None and TASKS in (declared.extensions or {})
