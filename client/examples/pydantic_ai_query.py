"""Pydantic AI: each action that Sallyport carries out itself is a tool, straight from the catalogue."""

import asyncio
import json
import sys
from typing import Any

from pydantic_ai import Agent, Tool

from sallyport_agent import Action, AsyncClient, NotApproved, Refused

INSTRUCTIONS = "Look at records through the tools. A person reads your reason and decides: say what for."


def tool_of(client: AsyncClient, action: Action) -> Tool:
    async def call(reason: str, context: Any = None, **parameters: Any) -> str:
        try:
            done = await client.execute(action.name, parameters, reason=reason, context=context)
        except (Refused, NotApproved) as no:
            return str(no)
        return json.dumps(done.value)

    raw = action.raw
    return Tool.from_schema(call, raw["tool_name"], action.description, raw["input_schema"])


async def work(task: str, model: Any) -> str:
    async with AsyncClient() as client:
        tools = [tool_of(client, action) for action in await client.actions() if action.delivery == "execute"]
        return str((await Agent(model, tools=tools, instructions=INSTRUCTIONS).run(task)).output)


if __name__ == "__main__":
    print(asyncio.run(work(sys.argv[1], sys.argv[2])))
