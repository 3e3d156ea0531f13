"""`sallyport aap`: a bridge on this machine for agents that speak the Agent Approval Protocol."""

from __future__ import annotations

import argparse
from typing import Any

from sallyport_cli.agent import connection

_AAP = """\
Serves the Agent Approval Protocol on 127.0.0.1 and asks Sallyport, signed as the agent that you are. The first line
that it prints is JSON: the url and the token for an AAP client, such as the PyPI package agentapprovalprotocol.

A tool is named like an action, or like its tool_name; its arguments are the action's parameters, with or without
reason and context. What a client consumes is never a secret: it gets an AWS profile to use.

What clients submit is kept only in this process's memory. docs/agents.md says what is mapped to what.
"""


def add_commands(commands: Any) -> None:
    """Adds `aap`."""
    serving = commands.add_parser(
        "aap",
        help="serve the Agent Approval Protocol on this machine",
        description=_AAP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    serving.add_argument("--port", type=_port, default=0, metavar="N", help="on 127.0.0.1 (default: a free one)")
    serving.add_argument("--on-behalf-of", metavar="PERSON", help="whom the agent acts for, in every request")
    connection.add_arguments(serving)
    serving.set_defaults(run=_serve)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError("a port is a number up to 65535")
    return int(text)


def _serve(arguments: argparse.Namespace) -> int:
    # The server takes half a second to import.
    from sallyport_cli.aap.serve import serve

    return serve(arguments)
