"""A model class of each framework that plays a script."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from tests.agents.scripts import Player


def openai_agents(player: Player) -> Any:
    """For the OpenAI Agents SDK: items of the Responses API."""
    from agents import Model, ModelResponse, Usage
    from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText

    class Scripted(Model):
        async def get_response(self, *_: Any, **asked: Any) -> Any:
            items, tools = asked["input"], asked["tools"]
            given = [] if isinstance(items, str) else [each["output"] for each in items if "output" in each]
            last = given[-1] if given else ""
            turn = player.turn([tool.name for tool in tools], last if isinstance(last, str) else last[0]["text"])
            if isinstance(turn, str):
                text = ResponseOutputText(type="output_text", text=turn, annotations=[])
                said: Any = ResponseOutputMessage(
                    id="msg", type="message", role="assistant", status="completed", content=[text]
                )
            else:
                said = ResponseFunctionToolCall(
                    type="function_call", call_id=f"call-{len(given)}", name=turn[0], arguments=json.dumps(turn[1])
                )
            return ModelResponse(output=[said], usage=Usage(), response_id=None)

        def stream_response(self, *_: Any, **__: Any) -> AsyncIterator[Any]:
            raise NotImplementedError

    return Scripted()


def strands(player: Player) -> Any:
    """For Strands: Bedrock's stream of events."""
    from strands.models import Model

    class Scripted(Model):
        def update_config(self, **_: Any) -> None:
            raise NotImplementedError

        def get_config(self) -> dict[str, Any]:
            return {}

        def structured_output(self, *_: Any, **__: Any) -> AsyncGenerator[Any]:
            raise NotImplementedError

        async def stream(
            self, messages: Any, tool_specs: Any = None, *_: Any, **__: Any
        ) -> AsyncGenerator[dict[str, Any]]:
            results = [block["toolResult"] for block in messages[-1]["content"] if "toolResult" in block]
            last = results[-1]["content"][0]["text"] if results else ""
            turn = player.turn([spec["name"] for spec in tool_specs or ()], last)
            yield {"messageStart": {"role": "assistant"}}
            if isinstance(turn, str):
                yield {"contentBlockStart": {"start": {}}}
                yield {"contentBlockDelta": {"delta": {"text": turn}}}
            else:
                call = {"name": turn[0], "toolUseId": f"call-{len(messages)}"}
                yield {"contentBlockStart": {"start": {"toolUse": call}}}
                yield {"contentBlockDelta": {"delta": {"toolUse": {"input": json.dumps(turn[1])}}}}
            yield {"contentBlockStop": {}}
            yield {"messageStop": {"stopReason": "end_turn" if isinstance(turn, str) else "tool_use"}}

    return Scripted()


def pydantic_ai(player: Player) -> Any:
    """For Pydantic AI: its own model of a function."""
    from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
    from pydantic_ai.models.function import FunctionModel

    def respond(messages: Any, info: Any) -> ModelResponse:
        last = messages[-1].parts[-1].content
        turn = player.turn([tool.name for tool in info.function_tools], str(last))
        return ModelResponse(parts=[TextPart(turn) if isinstance(turn, str) else ToolCallPart(*turn)])

    return FunctionModel(respond)


def langgraph(player: Player) -> Any:
    """For LangGraph: a chat model of LangChain."""
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.outputs import ChatGeneration, ChatResult

    class Scripted(BaseChatModel):
        offered: list[str] = []  # noqa: RUF012 - a field of pydantic

        @property
        def _llm_type(self) -> str:
            return "scripted"

        def bind_tools(self, tools: Any, **_: Any) -> Scripted:
            return Scripted(offered=[tool.name for tool in tools])

        def _generate(self, messages: Any, *_: Any, **__: Any) -> ChatResult:
            turn = player.turn(self.offered, str(messages[-1].content))
            call = [] if isinstance(turn, str) else [{"name": turn[0], "args": turn[1], "id": f"call-{len(messages)}"}]
            said = AIMessage(content=turn if isinstance(turn, str) else "", tool_calls=call)
            return ChatResult(generations=[ChatGeneration(message=said)])

    return Scripted()
