"""`sallyport revoke`: end a grant and its live session, or all of an agent's."""

from __future__ import annotations

import argparse
from typing import Any
from urllib.parse import quote

from sallyport_cli import connection
from sallyport_cli.connection import Connection

_REVOKE = """\
Ends a grant. One that was not redeemed becomes void; one that was has its session denied on its role, within seconds
on AWS. With --agent, ends every live grant of that agent that you may revoke; halt the agent first, so that none is
added.
"""


def add_commands(commands: Any) -> None:
    """Adds `revoke`."""
    revoking = commands.add_parser(
        "revoke",
        help="end a grant and its live session, or all of an agent's",
        description=_REVOKE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = revoking.add_mutually_exclusive_group(required=True)
    what.add_argument("request", nargs="?", metavar="REQUEST", help="a request's id, req-…")
    what.add_argument("--agent", metavar="AGENT", help="every live grant of this agent")
    connection.add_arguments(revoking)
    revoking.set_defaults(run=connection.run, does=_revoke)


def _revoke(arguments: argparse.Namespace, deployment: Connection) -> tuple[dict[str, Any], str]:
    if arguments.request:
        answer = deployment.call("DELETE", f"/v1/requests/{quote(arguments.request, safe='')}/grant")
        return answer, f"{answer['request_id']}: {answer['status']}"
    answer = deployment.call("DELETE", f"/v1/agents/{quote(arguments.agent, safe='')}/grants")
    lines = [f"{request}: revoked" for request in answer["revoked"]]
    lines += [f"{request}: refused ({code})" for request, code in answer["refused"].items()]
    return answer, "\n".join(lines) or f"{arguments.agent} has no live grant"
