"""The parsers of `sallyport audit`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

_VERIFY = """\
Verifies an export of the audit table on this machine, without asking anybody: manifests and checksums, every event's
text and hash, every chain, who may have done what. docs/audit-format.md says what this proves and what not.

It takes as much free space for temporary files as the export has unpacked.
"""
_EXITS = """\
exit codes:
  0  clean
  1  tampered: each finding names the request, its sequence number and the kind
  2  it cannot be told: there is no export, or something that was named cannot be read
"""


def add_commands(commands: Any) -> None:
    """Adds `audit` and what is below it."""
    audit = commands.add_parser("audit", help="export the evidence, and verify it without us")
    below = audit.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_verify(below)


def _add_verify(below: Any) -> None:
    verifying = below.add_parser(
        "verify",
        help="verify an export, offline",
        description=_VERIFY,
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verifying.add_argument(
        "folder", type=Path, metavar="DIR", help="the export: the folder that has AWSDynamoDB/ in it"
    )
    verifying.add_argument("--json", action="store_true", help="print the report as JSON")
    verifying.set_defaults(run=_verify)


def _verify(arguments: argparse.Namespace) -> int:
    # The other commands do without all this.
    from sallyport_cli.audit.findings import CannotTell
    from sallyport_cli.audit.verify import verify

    try:
        report = verify(arguments.folder)
    except CannotTell as reason:
        print(
            json.dumps({"verdict": "cannot_tell", "reason": str(reason)})
            if arguments.json
            else f"cannot tell: {reason}",
            file=sys.stdout if arguments.json else sys.stderr,
        )
        return 2
    print(json.dumps(report.as_json(), indent=2) if arguments.json else report.words())
    return report.exit_code
