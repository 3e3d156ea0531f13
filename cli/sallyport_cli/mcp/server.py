"""The Model Context Protocol's side: which tools there are, and what a call answers."""

from __future__ import annotations

import json
from typing import Any

import mcp_types as types
from mcp.server import NotificationOptions, Server, ServerRequestContext
from mcp.server.extension import compose_tool_call_handler
from mcp.server.stdio import stdio_server

from sallyport_agent import Action, Progress, SallyportError
from sallyport_cli.mcp.house import Answer, House
from sallyport_cli.mcp.tasks import Tasks

_REQUEST = {
    "request_id": {
        "type": "string",
        "pattern": "^req-[0-9a-f]{24}$",
        "description": "As a tool of Sallyport returned it.",
    }
}
_OUTCOME = {
    "outcome": {"type": "string", "enum": ["done", "failed"], "description": "What came of it."},
    "note": {"type": "string", "maxLength": 4000, "description": "A note for the audit trail."},
}
_INSTRUCTIONS = (
    "Each tool asks a person to approve one privileged action on AWS, shows them the reason you give, and waits. Give "
    "a reason that lets a person decide. A result with status pending is not a failure: continue with other work and "
    "call sallyport_wait, or call the tool again with the same arguments. Never ask for more than the task needs."
)


def tool_of(action: Action) -> types.Tool:
    """What a host is told about an action. The hints are the tier's: from medium up it may not be taken back."""
    risk = action.raw.get("risk")
    return types.Tool(
        name=str(action.raw["tool_name"]),
        title=action.raw.get("title"),
        description=action.description,
        input_schema=action.raw["input_schema"],
        annotations=types.ToolAnnotations(
            read_only_hint=False, destructive_hint=risk != "low", idempotent_hint=risk == "low", open_world_hint=True
        ),
    )


def own_tools() -> list[types.Tool]:
    """The three that go with every action."""
    return [
        _own("sallyport_wait", "Wait for a person's decision on a request, up to 45 seconds.", read_only=True),
        _own("sallyport_cancel", "Withdraw a request that is still pending."),
        _own("sallyport_done", "End an approval that you no longer need: its credential stops working.", _OUTCOME),
    ]


def _own(name: str, description: str, more: dict[str, Any] | None = None, *, read_only: bool = False) -> types.Tool:
    schema = {"type": "object", "additionalProperties": False, "required": ["request_id"]}
    hints = types.ToolAnnotations(
        read_only_hint=read_only, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    )
    return types.Tool(
        name=name,
        description=description,
        input_schema={**schema, "properties": {**_REQUEST, **(more or {})}},
        annotations=hints,
    )


def server_of(house: House) -> Server[Any]:
    """The server, for any transport."""

    async def list_tools(
        _: ServerRequestContext[Any], __: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[*map(tool_of, await house.actions()), *own_tools()])

    async def call_tool(
        context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        async def on_progress(progress: Progress) -> None:
            words = f"{progress.request.request_id}: waiting for a person's decision"
            await context.session.report_progress(progress.waited_seconds, message=words)

        try:
            return result_of(await _answer(house, params.name, dict(params.arguments or {}), on_progress))
        except SallyportError as error:
            return result_of(Answer({"request_id": None, "status": "unavailable", "reason": str(error)}, is_error=True))

    tasks = Tasks(house, result_of)
    made = Server(
        "sallyport",
        title="Sallyport",
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=compose_tool_call_handler([tasks], call_tool),  # type: ignore[arg-type]  # it returns a task too
    )
    for method in tasks.methods():
        made.add_request_handler(method.method, method.params_type, method.handler)
    made.extensions[tasks.identifier] = tasks.settings()
    return made


async def _answer(house: House, name: str, given: dict[str, Any], on_progress: Any) -> Answer:
    if name == "sallyport_wait":
        return await house.wait(_request_id(given), on_progress)
    if name == "sallyport_cancel":
        return await house.cancel(_request_id(given))
    if name == "sallyport_done":
        return await house.done(_request_id(given), {key: given[key] for key in _OUTCOME if key in given})
    action = next((each for each in await house.actions() if each.raw.get("tool_name") == name), None)
    if action is None:
        reason = "There is no such tool, or you may not ask for it."
        return Answer(
            {"request_id": None, "status": "refused", "reason": reason, "next": "List the tools."}, is_error=True
        )
    return await house.ask(action, given, on_progress)


def _request_id(given: dict[str, Any]) -> str:
    return str(given.get("request_id", ""))


def result_of(answer: Answer) -> types.CallToolResult:
    """Structured, and the same as text for hosts that show text alone."""
    text = types.TextContent(type="text", text=json.dumps(answer.said, ensure_ascii=False))
    return types.CallToolResult(content=[text], structured_content=answer.said, is_error=answer.is_error)


async def serve(house: House) -> None:
    """Over stdin and stdout, until they close."""
    server = server_of(house)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options(NotificationOptions()))
