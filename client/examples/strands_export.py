"""Strands Agents: Sallyport's actions are MCP tools, and the AWS CLI does what a person approved."""

import os
import shlex
import subprocess
import sys
from typing import Any

from mcp import StdioServerParameters, stdio_client
from strands import Agent, tool
from strands.tools.mcp import MCPClient

INSTRUCTIONS = "Ask Sallyport for what the task needs and no more. Call sallyport_done when you have finished."


@tool
def aws(use: str, arguments: list[str]) -> str:
    """Run the AWS CLI: `use` is what Sallyport returned, `arguments` is what follows `aws`."""
    named = dict(word.split("=", 1) for word in shlex.split(use))
    profile = {name: named[name] for name in ("AWS_CONFIG_FILE", "AWS_PROFILE")}
    command, environment = ["aws", *arguments], {**os.environ, **profile}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def work(task: str, model: Any = None) -> str:
    server = StdioServerParameters(command="sallyport", args=["mcp"], env=dict(os.environ))
    with MCPClient(lambda: stdio_client(server)) as sallyport:
        tools = [aws, *sallyport.list_tools_sync()]
        return str(Agent(model=model, tools=tools, system_prompt=INSTRUCTIONS, callback_handler=None)(task))


if __name__ == "__main__":
    print(work(sys.argv[1]))
