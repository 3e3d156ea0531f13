"""`sallyport audit receipt`, and `verify` of one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sallyport_cli.errors import UsageError

if TYPE_CHECKING:
    from sallyport_cli.audit.findings import Finding, Report

_RECEIPT = """\
Writes one file about one request: its events, the proof for each that it is in the notarized log, and the signed
checkpoint. `sallyport audit verify FILE --key KEY` verifies that file alone; docs/audit-format.md has the format.
"""


def add_receipt(below: Any) -> None:
    """Adds `audit receipt`."""
    parser = below.add_parser(
        "receipt",
        help="one request's evidence in one file",
        description=_RECEIPT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("request", metavar="ID", help="the request, or another chain such as `deployment`")
    parser.add_argument("--worm", metavar="PATH", required=True, help="the WORM copy: s3://bucket/prefix, or a folder")
    parser.add_argument("--export", type=Path, metavar="DIR", help="compare the events with those of this export")
    parser.add_argument("--key", type=Path, metavar="FILE", help="your copy of the notary's public key, or keys")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to put it (default: ID.receipt.json)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Nothing is written that does not verify."""
    # Cryptography, which the other commands do without.
    from sallyport_cli.audit import receipt_from_log as log
    from sallyport_cli.audit.findings import CannotTell
    from sallyport_cli.audit.keys import read_keys
    from sallyport_cli.audit.receipts import check
    from sallyport_cli.audit.worm import open_worm

    try:
        worm, key = open_worm(arguments.worm), read_keys(arguments.key) if arguments.key else None
        made = log.make(worm, arguments.request, log.newest(worm))
        found, uncovered = log.beside_export(made, arguments.export) if arguments.export else ([], made.later)
    except CannotTell as reason:
        raise UsageError(str(reason)) from None
    except log.Untrue as untrue:
        return _refused([untrue.finding])
    findings = [*check(made.receipt, key).findings, *found]
    if findings:
        return _refused(findings)
    out = arguments.out or Path(f"{arguments.request}.receipt.json")
    out.write_text(made.receipt.text(), encoding="utf-8")
    if uncovered:
        print(f"not in the receipt, newer than the checkpoint: {uncovered} events", file=sys.stderr)
    print(out)
    return 0


def _refused(findings: list[Finding]) -> int:
    print(*findings, "no receipt was written", sep="\n", file=sys.stderr)
    return 1


def verify_receipt(path: Path, worm: str | None, key: Path | None) -> Report:
    """Raises CannotTell."""
    from sallyport_cli.audit.keys import read_keys
    from sallyport_cli.audit.receipt_from_log import beside_log
    from sallyport_cli.audit.receipts import check, read_receipt
    from sallyport_cli.audit.worm import open_worm

    receipt = read_receipt(path)
    known = read_keys(key) if key is not None else None
    return check(receipt, known, beside_log(receipt, open_worm(worm)) if worm is not None else None)
