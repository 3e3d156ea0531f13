"""`sallyport audit correlate`: the command."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sallyport_cli.errors import UsageError

_DESCRIPTION = """\
Compares an export with CloudTrail's records, offline: what was done with the credential of each request, and whether
within the time of its grant; and which calls reached guarded resources without Sallyport. The export is verified first.

--guarded names what is guarded: ARNs with * and ?, each with everything below it. --expected names roles or users that
use it legitimately, such as the application that owns the data.
"""
_EXITS = """\
exit codes:
  0  nothing bypassed Sallyport, and no credential did anything outside its grant
  1  something did: each call is listed with its sign (docs/audit-format.md)
  2  it cannot be determined: the export does not verify, records are missing or unreadable, or nothing named as guarded
"""


def add_correlate(below: Any) -> None:
    """Adds `correlate` to the commands of `sallyport audit`."""
    parser = below.add_parser(
        "correlate",
        help="compare an export with CloudTrail: what credentials did, and what bypassed Sallyport",
        description=_DESCRIPTION,
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="the export: the folder that has AWSDynamoDB/ in it")
    parser.add_argument(
        "--cloudtrail",
        type=Path,
        nargs="+",
        required=True,
        metavar="PATH",
        help="CloudTrail's log files (.json, .json.gz, JSON lines), or folders that contain some",
    )
    parser.add_argument("--guarded", action="append", default=[], metavar="ARN", help="what is guarded; repeatable")
    parser.add_argument(
        "--guarded-file", type=Path, metavar="FILE", help="the same, one ARN per line; # starts a comment"
    )
    parser.add_argument(
        "--expected", action="append", default=[], metavar="ARN", help="who uses it legitimately; repeatable"
    )
    parser.add_argument("--worm", metavar="PATH", help="as for verify: the WORM copy")
    parser.add_argument("--key", type=Path, metavar="FILE", help="as for verify: your copy of the notary's public key")
    parser.add_argument("--seen", type=Path, metavar="FILE", help="as for verify: a checkpoint that you kept")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the answer as JSON")
    form.add_argument("--csv", action="store_true", help="print one line for each call as CSV")
    parser.set_defaults(run=_correlate)


def _correlate(arguments: argparse.Namespace) -> int:
    # The other commands do without all this.
    from sallyport_cli.audit.correlation import correlated
    from sallyport_cli.audit.correlation_output import verdict, write_csv, write_json, write_words
    from sallyport_cli.audit.findings import CannotTell
    from sallyport_cli.audit.grants import Guarded
    from sallyport_cli.audit.verify import Against

    if arguments.worm is None and (arguments.key or arguments.seen):
        raise UsageError("--key and --seen are for the WORM copy: say --worm as well")
    against = Against(arguments.worm, arguments.key, arguments.seen) if arguments.worm else None
    guarded = Guarded((*arguments.guarded, *_lines(arguments.guarded_file)), tuple(arguments.expected))
    try:
        with correlated(arguments.folder, arguments.cloudtrail, guarded, against) as found:
            write = write_json if arguments.json else write_csv if arguments.csv else write_words
            write(found, sys.stdout)
            if arguments.csv:
                print("\n".join(verdict(found)), file=sys.stderr)
            return found.exit_code
    except CannotTell as reason:
        if arguments.json:
            print(json.dumps({"verdict": "cannot_tell", "reasons": [str(reason)]}))
        else:
            print(f"cannot tell: {reason}", file=sys.stderr)
        return 2


def _lines(path: Path | None) -> Iterator[str]:
    if path is None:
        return
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        raise UsageError(f"{path} cannot be read") from None
    yield from (arn for line in lines if (arn := line.partition("#")[0].strip()))
