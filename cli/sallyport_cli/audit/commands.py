"""The parsers of `sallyport audit`."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sallyport_cli.audit.correlate import add_correlate
from sallyport_cli.audit.query import add_query
from sallyport_cli.audit.receipt import add_receipt
from sallyport_cli.audit.report.commands import add_report
from sallyport_cli.audit.timeline import add_timeline
from sallyport_cli.audit.traces.command import add_trace
from sallyport_cli.errors import UsageError

if TYPE_CHECKING:
    from sallyport_cli.audit.findings import Report

_VERIFY = """\
Verifies an export of the audit table on this machine, offline: manifests and checksums, every event's
text and hash, every chain, who may have done what. docs/audit-format.md says what this proves and what it does not.

Temporary files take little space if the export has each chain in one place, as DynamoDB's have; otherwise as much as
the unpacked export.

A receipt (`sallyport audit receipt`) is verified by itself: its chain, each proof, and its checkpoint's signature.
"""
_EXPORT = """\
Lets DynamoDB export the audit table as it is now (needs point-in-time recovery), waits, and copies the export to --out.
With --scan, it reads the table instead and writes the same layout: use it where DynamoDB exports nothing, or if you may
only read (policy AuditorAccess; on a local stack, people of the group `auditors`, and admin).
"""
_EXITS = """\
exit codes:
  0  clean
  1  tampered: each finding names the request, its sequence number and the kind
  2  it cannot be determined: there is no export, or something that was named cannot be read
"""


def add_commands(commands: Any) -> None:
    """Adds `audit` and what is below it."""
    audit = commands.add_parser("audit", help="export the evidence, and verify it independently")
    below = audit.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_export(below)
    _add_verify(below)
    add_correlate(below)
    add_receipt(below)
    add_trace(below)
    add_timeline(below, _add_source)
    add_query(below)
    add_report(below)


def _add_export(below: Any) -> None:
    exporting = below.add_parser(
        "export",
        help="export the audit table for an auditor",
        description=_EXPORT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    exporting.add_argument("--out", type=Path, metavar="DIR", help="where to put the export on this machine")
    exporting.add_argument("--scan", action="store_true", help="read the table instead of letting DynamoDB export it")
    exporting.add_argument("--bucket", help="where DynamoDB puts its export, below audit/<year>/<month>/<day>/<time>/")
    exporting.add_argument(
        "--bucket-owner", metavar="ACCOUNT", help="with --bucket: its account, if it is a different one"
    )
    exporting.add_argument("--since", metavar="TIME", type=_instant, help="incremental: from this time on (UTC)")
    exporting.add_argument("--until", metavar="TIME", type=_instant, help="with --since: until this time (UTC)")
    _add_source(exporting)
    exporting.set_defaults(run=_export)


def _instant(text: str) -> datetime:
    """Without a zone it is UTC, as in everything that an export says."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _add_source(parser: argparse.ArgumentParser) -> None:
    where = parser.add_argument_group("which table, as whom")
    where.add_argument("--table", metavar="NAME", help="the stack's AuditTable output; uses your AWS credentials")
    where.add_argument("--region", help="its region (default: your AWS configuration's)")
    where.add_argument("--stack", metavar="FILE", help="a local stack instead: .local/stack.json of `make up`")
    where.add_argument("--as", dest="person", metavar="PERSON", help="with --stack: who you are, or admin")


def _export(arguments: argparse.Namespace) -> int:
    # boto3 takes longer to import than the other commands take.
    from sallyport_cli.audit import export
    from sallyport_cli.audit.source import source_of

    def say(words: str) -> None:
        print(words, file=sys.stderr)

    if arguments.scan:
        if arguments.out is None or arguments.since or arguments.bucket:
            raise UsageError("--scan needs --out DIR, and takes neither --bucket nor --since")
        home = export.scan(source_of(arguments), arguments.out, lambda: datetime.now(UTC), say)
        print(home)
        return 0
    if not arguments.bucket or (arguments.until and not arguments.since):
        raise UsageError("say where to: --bucket BUCKET, or --scan --out DIR; --until goes with --since")
    source = source_of(arguments)
    wanted = export.Wanted(arguments.bucket, arguments.bucket_owner, arguments.since, arguments.until)
    prefix = export.ask(source, wanted, datetime.now(UTC), say)
    if arguments.out is not None and not export.fetch(source, arguments.bucket, prefix, arguments.out):
        raise UsageError("the service says that it exported, but wrote nothing: use --scan --out DIR")
    print(arguments.out / prefix if arguments.out is not None else f"s3://{arguments.bucket}/{prefix}")
    return 0


def _add_verify(below: Any) -> None:
    verifying = below.add_parser(
        "verify",
        help="verify an export or a receipt, offline",
        description=_VERIFY,
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verifying.add_argument(
        "folder", type=Path, metavar="DIR", help="the export: the folder that has AWSDynamoDB/ in it; or a receipt"
    )
    verifying.add_argument("--worm", metavar="PATH", help="the WORM copy: s3://bucket/prefix, or a folder")
    verifying.add_argument("--key", type=Path, metavar="FILE", help="your copy of the notary's public key, or keys")
    verifying.add_argument("--seen", type=Path, metavar="FILE", help="with --worm: a checkpoint that you have kept")
    verifying.add_argument("--views", metavar="PATH", help="the kept views, to compare: s3://bucket, or a folder")
    verifying.add_argument("--json", action="store_true", help="print the report as JSON")
    verifying.set_defaults(run=_verify)


def _verify(arguments: argparse.Namespace) -> int:
    # The other commands do without all this.
    from sallyport_cli.audit.findings import CannotTell

    try:
        report = _report(arguments)
        if arguments.views is not None:
            from sallyport_cli.audit.views import with_views

            report = with_views(report, arguments.folder, arguments.views)
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


def _report(arguments: argparse.Namespace) -> Report:
    from sallyport_cli.audit.receipt import verify_receipt
    from sallyport_cli.audit.verify import Against, verify

    if arguments.folder.is_file():
        if arguments.seen:
            raise UsageError("--seen is for exports: a receipt has one checkpoint, and no tree to compare it with")
        return verify_receipt(arguments.folder, arguments.worm, arguments.key)
    if arguments.worm is None and (arguments.key or arguments.seen):
        raise UsageError("--key and --seen are for the WORM copy: say --worm as well")
    return verify(arguments.folder, Against(arguments.worm, arguments.key, arguments.seen) if arguments.worm else None)
