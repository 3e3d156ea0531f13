"""`sallyport halt`, `resume` and `halts`: the kill switches."""

from __future__ import annotations

import argparse
from typing import Any

from sallyport_cli import connection
from sallyport_cli.connection import Connection

_HALT = """\
Stops everything, one agent or one action at once: nothing can be requested, approved, granted, redeemed or executed.
Credentials that were already issued keep working until they end; end them with `sallyport revoke`.
"""


def add_commands(commands: Any) -> None:
    """Adds `halt`, `resume` and `halts`."""
    halting = commands.add_parser(
        "halt",
        help="stop everything, an agent or an action at once",
        description=_HALT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_switch(halting)
    halting.add_argument("--reason", required=True, metavar="WHY", help="why; it is audited")
    connection.add_arguments(halting)
    halting.set_defaults(run=connection.run, does=_halt)
    resuming = commands.add_parser("resume", help="release a switch that `halt` set")
    _add_switch(resuming)
    connection.add_arguments(resuming)
    resuming.set_defaults(run=connection.run, does=_resume)
    listing = commands.add_parser("halts", help="list the switches that are set")
    connection.add_arguments(listing)
    listing.set_defaults(run=connection.run, does=_list)


def _add_switch(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--agent", metavar="AGENT", help="one agent, by its id in the directory")
    which.add_argument("--action", metavar="ACTION", help="one action, such as s3.export")


def _halt(arguments: argparse.Namespace, deployment: Connection) -> tuple[dict[str, Any], str]:
    body = {"switch": _switch(arguments), "reason": arguments.reason}
    return _told(deployment.call("POST", "/v1/halts", body))


def _resume(arguments: argparse.Namespace, deployment: Connection) -> tuple[dict[str, Any], str]:
    return _told(deployment.call("DELETE", "/v1/halts", query={"switch": _switch(arguments)}))


def _list(_arguments: argparse.Namespace, deployment: Connection) -> tuple[dict[str, Any], str]:
    return _told(deployment.call("GET", "/v1/halts"))


def _switch(arguments: argparse.Namespace) -> str:
    if arguments.agent:
        return f"agent:{arguments.agent}"
    return f"action:{arguments.action}" if arguments.action else "all"


def _told(answer: dict[str, Any]) -> tuple[dict[str, Any], str]:
    lines = [f"halted: {h['switch']}  by {h['by']} at {h['at']}: {h['reason']}" for h in answer["halts"]]
    return answer, "\n".join(lines) or "nothing is halted"
