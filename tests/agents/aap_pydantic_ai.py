"""A Pydantic AI agent, its tool calls sent for approval by the package's capability."""

from agentapprovalprotocol.pydantic_ai import ApprovalCapability
from exporting import ARGUMENTS, REASONING, TOKEN, TOOL, URL, export
from pydantic_ai import Agent, Tool
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import FunctionModel


def scripted(messages, _):
    """Calls the tool, then repeats what it brought."""
    came = [part for part in messages[-1].parts if part.part_kind in ("tool-return", "retry-prompt")]
    if came:
        return ModelResponse([TextPart(str(came[0].content))])
    return ModelResponse([TextPart(REASONING), ToolCallPart(TOOL, ARGUMENTS, tool_call_id="call-1")])


agent = Agent(FunctionModel(scripted), tools=[Tool(export, name=TOOL)], capabilities=[ApprovalCapability(URL, TOKEN)])
print(agent.run_sync("Export the records of 2025").output)
