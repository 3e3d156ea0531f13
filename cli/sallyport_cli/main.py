"""The command line: one module for each command, imported when the command line is read.

A command module has `add_commands(commands)`, which adds its parsers and sets `run`, a function from the parsed
arguments to the exit code: 0 it is so or done, 1 it is not (findings, a refusal), 2 the command was used wrongly.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from sallyport_cli.errors import UsageError

MODULES = ("policy", "targets", "doctor", "halt", "revoke", "break_glass", "audit")

_EPILOG = """\
exit codes:
  0  it is so, or it is done
  1  it is not: there are findings, or Sallyport refused
  2  the command was used wrongly, or what it needs is not there
"""


def parser() -> argparse.ArgumentParser:
    """The whole command line, with every command's help."""
    made = argparse.ArgumentParser(
        prog="sallyport",
        description="Sallyport: approval, masking and single-action credentials for AI agents.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = made.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in MODULES:
        import_module(f"sallyport_cli.{name}").add_commands(commands)
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns its exit code; argparse itself leaves with 2."""
    arguments = parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except UsageError as error:
        print(f"sallyport: {error}", file=sys.stderr)
        return 2
    return code
