"""The parser of `sallyport audit report`."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sallyport_cli.errors import UsageError

_ABOUT = """\
Verifies an export and reports on a period: report.html, one file that opens from disk without a network, and CSV files
with every request, decision, refusal and event. docs/auditors.md walks through it.
"""
_EXITS = """\
exit codes:
  0  the export verified, the report is written
  1  the export was tampered with: the report is written and says so at the top
  2  it cannot be determined, and there is no report: there is no export, or something that was named cannot be read
"""
_REQUESTS = 500


def add_report(below: Any) -> None:
    made = below.add_parser(
        "report",
        help="verify an export and report on a period, for an external auditor",
        description=_ABOUT,
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("folder", type=Path, metavar="DIR", help="the export: the folder that has AWSDynamoDB/ in it")
    made.add_argument("--from", dest="first", type=date.fromisoformat, required=True, metavar="DATE", help="first day")
    made.add_argument(
        "--to", dest="last", type=date.fromisoformat, required=True, metavar="DATE", help="last day (UTC)"
    )
    made.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to write the report")
    made.add_argument(
        "--requests",
        type=int,
        default=_REQUESTS,
        metavar="N",
        help=f"how many requests, the newest, are told in full (default: {_REQUESTS}); the CSV files have all",
    )
    made.add_argument("--worm", metavar="PATH", help="the WORM copy: s3://bucket/prefix, or a folder")
    made.add_argument("--key", type=Path, metavar="FILE", help="with --worm: your copy of the notary's public key")
    made.add_argument("--seen", type=Path, metavar="FILE", help="with --worm: a checkpoint that you have kept")
    made.set_defaults(run=_report)


def _report(arguments: argparse.Namespace) -> int:
    # The other commands do without all this.
    from sallyport_cli.audit.findings import CannotTell
    from sallyport_cli.audit.report.make import report
    from sallyport_cli.audit.report.period import Period
    from sallyport_cli.audit.verify import Against

    if arguments.first > arguments.last or arguments.last == date.max:
        raise UsageError("--from is a day not after --to")
    if arguments.worm is None and (arguments.key or arguments.seen):
        raise UsageError("--key and --seen are for the WORM copy: say --worm as well")
    if arguments.requests < 1:
        raise UsageError("--requests is a number from 1")
    against = Against(arguments.worm, arguments.key, arguments.seen) if arguments.worm else None
    period = Period(arguments.first, arguments.last)
    try:
        path, verdict = report(
            arguments.folder, period, arguments.out, against, arguments.requests, lambda: datetime.now(UTC)
        )
    except CannotTell as reason:
        print(f"cannot tell: {reason}", file=sys.stderr)
        return 2
    except OSError as error:
        raise UsageError(f"the report cannot be written: {error}") from None
    print("TAMPERED: the report says so at its top" if verdict.findings else "the export verified")
    print(path.resolve().as_uri())
    return verdict.exit_code
