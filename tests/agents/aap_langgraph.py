"""A LangChain agent on LangGraph, its tool calls sent for approval by the package's middleware."""

from agentapprovalprotocol.langgraph import ApprovalMiddleware
from exporting import ARGUMENTS, REASONING, TOKEN, TOOL, URL, export
from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool


class Scripted(BaseChatModel):
    """Calls the tool, then repeats what it brought."""

    _llm_type = "scripted"

    def bind_tools(self, tools, **_):
        return self

    def _generate(self, messages, stop=None, run_manager=None, **_):
        last = messages[-1]
        if isinstance(last, ToolMessage):
            said = AIMessage(last.content)
        else:
            said = AIMessage(REASONING, tool_calls=[{"name": TOOL, "args": ARGUMENTS, "id": "call-1"}])
        return ChatResult(generations=[ChatGeneration(message=said)])


agent = create_agent(Scripted(), tools=[tool(TOOL)(export)], middleware=[ApprovalMiddleware(URL, TOKEN)])
print(agent.invoke({"messages": [("user", "Export the records of 2025")]})["messages"][-1].content)
