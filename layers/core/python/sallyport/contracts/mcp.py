"""The Model Context Protocol over streamable HTTP, without sessions and streams: one JSON-RPC message, one JSON answer.

Transports, 2025-11-25: https://modelcontextprotocol.io/specification/2025-11-25/basic/transports
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sallyport.contracts.json_body import read_object
from sallyport.domain.refusals import JsonTooDeep, MalformedRequest

# Oldest first. Later ones know no `initialize`; a client that speaks both falls back to these.
VERSIONS = ("2025-03-26", "2025-06-18", "2025-11-25")
PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602

_REQUEST = {
    "request_id": {
        "type": "string",
        "pattern": "^req-[0-9a-f]{24}$",
        "description": "As a tool of Sallyport returned it.",
    }
}
_INSTRUCTIONS = (
    "Each tool asks a person to approve one privileged action on AWS, shows them the reason you give, and waits. Give "
    "a reason that lets a person decide. A result with status pending is not a failure: continue with other work and "
    "call sallyport_wait, or call the tool again with the same arguments. Never ask for more than the task needs."
)

type Id = str | int | None


class RpcError(Exception):
    """What a client is told about a message that cannot be carried out; never a word of the message itself."""

    def __init__(self, code: int, message: str, of: Id = None) -> None:
        super().__init__(message)
        self.code, self.message, self.of = code, message, of

    @property
    def http_status(self) -> int:
        """A message that could not be read is a bad request; one that was read has its answer."""
        return 400 if self.code in (PARSE_ERROR, INVALID_REQUEST) else 200


@dataclass(frozen=True, slots=True)
class Message:
    """A request, or with no `id` something that wants no answer: a notification, or a response that nobody asked
    for."""

    method: str
    params: Mapping[str, Any] = field(repr=False)
    id: Id


@dataclass(frozen=True, slots=True)
class ToolUse:
    """`tools/call`."""

    name: str
    arguments: Mapping[str, Any] = field(repr=False)


def read_message(body: bytes) -> Message:
    """The one message in `body`. Raises RpcError, also for a batch; BodyTooLarge."""
    if body.lstrip().startswith(b"["):
        raise RpcError(INVALID_REQUEST, "Send one message at a time: batches are not accepted.")
    try:
        raw = read_object(body)
    except (MalformedRequest, JsonTooDeep) as refused:
        raise RpcError(PARSE_ERROR, refused.next_step) from None
    said_id, method, params = raw.get("id"), raw.get("method", ""), raw.get("params", {})
    if isinstance(said_id, bool) or not isinstance(said_id, str | int | None):
        raise RpcError(INVALID_REQUEST, "The id of a message is text or a whole number.")
    if raw.get("jsonrpc") != "2.0" or not isinstance(method, str) or not (method or {"result", "error"} & raw.keys()):
        raise RpcError(INVALID_REQUEST, "Send a JSON-RPC 2.0 message.", said_id)
    if "id" in raw and said_id is None:
        raise RpcError(INVALID_REQUEST, "The id of a message is text or a whole number.")
    if not isinstance(params, dict):
        raise RpcError(INVALID_PARAMS, "The params of a message are an object.", said_id)
    return Message(method, params, said_id if method else None)


def check_version(header: str | None, message: Message) -> None:
    """Raises RpcError for an unsupported version. Client and server agree on one in `initialize`."""
    if message.method != "initialize" and header is not None and header not in VERSIONS:
        raise RpcError(INVALID_REQUEST, f"MCP-Protocol-Version is one of {', '.join(VERSIONS)} here.", message.id)


def read_tool_use(message: Message) -> ToolUse:
    """Raises RpcError."""
    name, arguments = message.params.get("name"), message.params.get("arguments", {})
    if not isinstance(name, str) or not isinstance(arguments, dict):
        raise RpcError(INVALID_PARAMS, "Send the tool's name, and its arguments as an object.", message.id)
    return ToolUse(name, arguments)


def result(of: Id, value: Mapping[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": of, "result": value}


def error(failed: RpcError) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": failed.of, "error": {"code": failed.code, "message": failed.message}}


def initialized(wanted: object) -> dict[str, Any]:
    """The answer to `initialize`: the version that the client speaks, or the newest that is supported here."""
    return {
        "protocolVersion": wanted if wanted in VERSIONS else VERSIONS[-1],
        "capabilities": {"tools": {"listChanged": False}},
        "serverInfo": {"name": "sallyport", "title": "Sallyport", "version": "1"},
        "instructions": _INSTRUCTIONS,
    }


def tools(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """The answer to `tools/list`, from entries of the catalogue: actions whose call Sallyport makes itself."""
    listed = [_tool(entry) for entry in entries if entry["delivery"] == "execute"]
    return {
        "tools": [
            *listed,
            _own("sallyport_wait", "Wait for a person's decision on a request, up to 20 seconds.", read_only=True),
            _own("sallyport_cancel", "Withdraw a request that is still pending."),
        ]
    }


def called(said: Mapping[str, Any], *, is_error: bool) -> dict[str, Any]:
    """The answer to `tools/call`: structured, and the same as text for hosts that show text alone."""
    text = {"type": "text", "text": json.dumps(said, ensure_ascii=False)}
    return {"content": [text], "structuredContent": said, "isError": is_error}


def _tool(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What a host is told about an action. The hints are the tier's: from medium up it may not be taken back."""
    low = entry["risk"] == "low"
    return {
        "name": entry["tool_name"],
        "title": entry["title"],
        "description": entry["description"],
        "inputSchema": entry["input_schema"],
        "annotations": _hints(read_only=False, destructive=not low, idempotent=low, open_world=True),
    }


def _own(name: str, description: str, *, read_only: bool = False) -> dict[str, Any]:
    schema = {"type": "object", "additionalProperties": False, "required": ["request_id"], "properties": _REQUEST}
    hints = _hints(read_only=read_only, destructive=False, idempotent=True, open_world=False)
    return {"name": name, "description": description, "inputSchema": schema, "annotations": hints}


def _hints(*, read_only: bool, destructive: bool, idempotent: bool, open_world: bool) -> dict[str, bool]:
    return {
        "readOnlyHint": read_only,
        "destructiveHint": destructive,
        "idempotentHint": idempotent,
        "openWorldHint": open_world,
    }
