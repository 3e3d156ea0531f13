"""`sallyport mcp`: the actions an agent may ask for, as tools of a Model Context Protocol server over stdio."""

from __future__ import annotations

import argparse
from typing import Any

from sallyport_cli.agent import connection

_MCP = """\
Serves the Model Context Protocol on stdin and stdout: one tool for each action that you may ask for, and
sallyport_wait, sallyport_cancel and sallyport_done. A tool waits up to 45 s for a person's decision and then returns a
handle; calling it again with the same arguments continues to wait for the same request. What comes back is never a
secret: for a credential, a prefix that works with any AWS program; for a call that Sallyport makes, its masked result.

Whoever starts the server decides whom the agent acts for, never the model.
docs/agents.md has the configuration of the usual hosts.
"""


def add_commands(commands: Any) -> None:
    """Adds `mcp`."""
    serving = commands.add_parser(
        "mcp",
        help="serve your actions as tools over the Model Context Protocol",
        description=_MCP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    serving.add_argument("--on-behalf-of", metavar="PERSON", help="whom the agent acts for, in every request")
    connection.add_arguments(serving)
    serving.set_defaults(run=_serve)


def _serve(arguments: argparse.Namespace) -> int:
    # The SDK takes a second to import.
    import anyio

    from sallyport_cli.agent import kept
    from sallyport_cli.mcp.house import House
    from sallyport_cli.mcp.server import serve

    async def run() -> None:
        async with connection.async_client_of(arguments) as client:
            await serve(House(client, arguments))

    kept.folder()  # said here, or a model would be the first to hear of it
    anyio.run(run)
    return 0
