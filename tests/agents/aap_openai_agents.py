"""An agent of the OpenAI Agents SDK, its tool calls sent for approval by the package's guardrails."""

import asyncio
import json

from agentapprovalprotocol.openai_agents import Approvals
from agents import Agent, Model, ModelResponse, Runner, Usage, function_tool, set_tracing_disabled
from exporting import ARGUMENTS, REASONING, TOKEN, TOOL, URL, export
from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText


def message(text):
    content = [ResponseOutputText(text=text, type="output_text", annotations=[])]
    return ResponseOutputMessage(id="m", role="assistant", status="completed", type="message", content=content)


class Scripted(Model):
    """Calls the tool, then repeats what it brought."""

    async def get_response(self, *_, **given):
        came = [each["output"] for each in given["input"] if each.get("type") == "function_call_output"]
        call = ResponseFunctionToolCall(
            name=TOOL, arguments=json.dumps(ARGUMENTS), call_id="call-1", type="function_call"
        )
        return ModelResponse([message(came[0])] if came else [message(REASONING), call], Usage(), None)

    def stream_response(self, *_, **__):
        raise NotImplementedError


set_tracing_disabled(True)
tool = function_tool(export, name_override=TOOL)
agent = Approvals(URL, TOKEN).protect(Agent(name="Exporter", model=Scripted(), tools=[tool]))
print(asyncio.run(Runner.run(agent, "Export the records of 2025")).final_output)
