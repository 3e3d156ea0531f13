"""OpenAI Agents SDK: Sallyport's actions are MCP tools, and the AWS CLI does what a person approved."""

import asyncio
import os
import shlex
import subprocess
import sys
from typing import Any

from agents import Agent, Runner, function_tool
from agents.mcp import MCPServerStdio

INSTRUCTIONS = "Ask Sallyport for what the task needs and no more. Call sallyport_done when you have finished."


@function_tool
def aws(use: str, arguments: list[str]) -> str:
    """Run the AWS CLI: `use` is what Sallyport returned, `arguments` is what follows `aws`."""
    named = dict(word.split("=", 1) for word in shlex.split(use))
    profile = {name: named[name] for name in ("AWS_CONFIG_FILE", "AWS_PROFILE")}
    command, environment = ["aws", *arguments], {**os.environ, **profile}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


async def work(task: str, model: Any = None) -> str:
    server = {"command": "sallyport", "args": ["mcp"], "env": dict(os.environ)}
    # A tool waits up to 45 seconds for a person; the SDK gives it 5 unless told otherwise.
    async with MCPServerStdio(server, client_session_timeout_seconds=60) as sallyport:
        agent = Agent("exporter", instructions=INSTRUCTIONS, tools=[aws], mcp_servers=[sallyport], model=model)
        return str((await Runner.run(agent, task)).final_output)


if __name__ == "__main__":
    print(asyncio.run(work(sys.argv[1])))
