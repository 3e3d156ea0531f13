"""The command line: one module for each command, imported when the command line is read.

A command module has `add_commands(commands)`, which adds its parsers and sets `run`, a function from the parsed
arguments to the exit code: 0 for yes or done, 1 for no (findings, a refusal), 2 when the command was used wrongly.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from sallyport_cli.errors import UsageError

# The module of each command. Only the one that is used is imported: an SDK may run `credentials` before every call.
COMMANDS = {
    **dict.fromkeys(("request", "wait", "credentials", "run", "cancel", "done", "actions", "profile"), "agent"),
    "mcp": "mcp",
    "aap": "aap",
    "policy": "policy",
    "mask": "mask",
    "targets": "targets",
    "doctor": "doctor",
    **dict.fromkeys(("halt", "resume", "halts"), "halt"),
    "revoke": "revoke",
    **dict.fromkeys(("break-glass", "review"), "break_glass"),
    "audit": "audit",
}

_EPILOG = """\
exit codes:
  0  yes, or done
  1  no: there are findings, or Sallyport refused
  2  the command was used wrongly, or something that it needs is missing
"""


def parser(command: str | None = None) -> argparse.ArgumentParser:
    """The whole command line, with every command's help; or as much of it as one command needs."""
    made = argparse.ArgumentParser(
        prog="sallyport",
        description="Sallyport: approval, masking and single-action credentials for AI agents.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = made.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in [COMMANDS[command]] if command in COMMANDS else dict.fromkeys(COMMANDS.values()):
        import_module(f"sallyport_cli.{name}").add_commands(commands)
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns its exit code; argparse itself leaves with 2."""
    given = sys.argv[1:] if argv is None else list(argv)
    # argparse cannot tell another command's arguments from its own, so `run` gets them separately.
    dashes = given.index("--") if given[:1] == ["run"] and "--" in given else len(given)
    arguments = parser(given[0] if given else None).parse_args(given[:dashes])
    arguments.command = given[dashes + 1 :]
    try:
        code: int = arguments.run(arguments)
    except UsageError as error:
        print(f"sallyport: {error}", file=sys.stderr)
        return 2
    return code
