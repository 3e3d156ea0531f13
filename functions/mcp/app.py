"""POST /v1/mcp: tools of the Model Context Protocol, for the caller's actions whose call Sallyport makes itself."""

from typing import Any

from sallyport.contracts import mcp
from sallyport.runtime.http import Answer, Call, http_handler
from sallyport.runtime.outcomes import OutcomeClass
from sallyport.runtime.wiring import wiring
from sallyport.usecases.call_tool import ToolCall

_JSON = {"Content-Type": "application/json"}


def _mcp(call: Call) -> Answer:
    if call.method != "POST":  # no stream to listen to, and no session to end
        return Answer(405, kind=OutcomeClass.REFUSED, headers={"Allow": "POST"})
    caller = call.caller
    try:
        message = mcp.read_message(call.body)
        mcp.check_version(call.headers.get("mcp-protocol-version"), message)
        if message.id is None:
            return Answer(202)
        tool_call = ToolCall(wiring().own_api, caller, call.headers.get("x-sallyport-on-behalf-of"))
        return _answered(message, tool_call)
    except mcp.RpcError as failed:
        outcome = f"rpc{failed.code}"
        return Answer(failed.http_status, mcp.error(failed), outcome=outcome, kind=OutcomeClass.REFUSED, headers=_JSON)


def _answered(message: mcp.Message, tool_call: ToolCall) -> Answer:
    if message.method == "tools/call":
        use = mcp.read_tool_use(message)
        made = tool_call.make(use.name, use.arguments)
        said = mcp.result(message.id, mcp.called(made.said, is_error=made.is_error))
        return Answer(200, said, made.said["request_id"], outcome=made.said["status"])
    if message.method == "tools/list":
        catalogue = tool_call.tools()
        if catalogue.refused:
            return Answer(catalogue.status, catalogue.body, kind=OutcomeClass.REFUSED)
        return Answer(200, mcp.result(message.id, mcp.tools(catalogue.body["actions"])))
    answers: dict[str, Any] = {"initialize": mcp.initialized(message.params.get("protocolVersion")), "ping": {}}
    if message.method not in answers:
        raise mcp.RpcError(mcp.METHOD_NOT_FOUND, "There is no such method here.", message.id)
    return Answer(200, mcp.result(message.id, answers[message.method]))


handler = http_handler(_mcp)
