"""`sallyport audit timeline`: one request from beginning to end, for people who did not build this."""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sallyport_cli.errors import UsageError

if TYPE_CHECKING:
    from datetime import timedelta

    from sallyport_cli.audit.findings import Finding
    from sallyport_cli.audit.history import History

_TIMELINE = """\
Shows one request step by step, in plain words: who did what, when (UTC), and how long it took. Everything is checked
first: the hashes, their links, and that each step was allowed to follow the one before.
"""
_HOLDS = """\
Checked: each step is as it was written, in its place, and was allowed to follow the one before.
Not checked: that no step is missing at the end, and that none was made up later. `sallyport audit verify` with the
notarized log checks that."""
_HOLDS_RECEIPT = """\
Checked: each step is as it was written, in its place, was allowed to follow the one before, and is in the log.
Not checked: who signed that log. `sallyport audit verify FILE --key KEY` checks it."""
_WIDTH = 116
_OUTCOMES = {
    "pending": "undecided",
    "approved": "approved, not used yet",
    "denied": "denied",
    "expired": "not decided in time",
    "cancelled": "taken back by the agent",
    "never_used": "approved and never used",
    "revoked": "approved, and withdrawn before it was used",
    "credential_issued": "approved, and a temporary credential issued",
    "executed": "approved and carried out",
    "failed": "failed",
}


def add_timeline(below: Any, add_source: Callable[[argparse.ArgumentParser], None]) -> None:
    """Adds `audit timeline`; `add_source` adds the arguments that name a table."""
    parser = below.add_parser(
        "timeline",
        help="who did what when in one request",
        description=_TIMELINE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("request", metavar="ID", help="the request, or another chain such as `deployment`")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--export", type=Path, metavar="DIR", help="read it from this export")
    where.add_argument("--receipt", type=Path, metavar="FILE", help="read it from its receipt")
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    add_source(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Exit code 1 when what is shown was tampered with; it is shown all the same."""
    history, findings = _read(arguments)
    if arguments.json:
        print(json.dumps(_told(history, findings), indent=2))
    else:
        print("\n".join(_words(history, findings, _HOLDS_RECEIPT if arguments.receipt else _HOLDS)))
    return 1 if findings else 0


def _read(arguments: argparse.Namespace) -> tuple[History, tuple[Finding, ...]]:
    # What only this command needs, and boto3 only for a table.
    from sallyport_cli.audit import chain_of
    from sallyport_cli.audit.findings import CannotTell

    try:
        if arguments.receipt:
            return chain_of.in_receipt(arguments.receipt, arguments.request)
        if arguments.export:
            return chain_of.in_export(arguments.export, arguments.request)
        if not (arguments.table or arguments.stack):
            raise UsageError("say where from: --export DIR, --receipt FILE, --table NAME, or --stack FILE --as PERSON")
        from sallyport_cli.audit.source import source_of

        return chain_of.in_table(source_of(arguments), arguments.request)
    except CannotTell as reason:
        raise UsageError(str(reason)) from None


def _told(history: History, findings: tuple[Finding, ...]) -> dict[str, Any]:
    from sallyport_cli.audit.sentences import sentence, who
    from sallyport_cli.audit.summary import summary

    row = summary(history)
    steps = [
        {
            "sequence": event.seq,
            "at": event.said["at"],
            "after_seconds": after.total_seconds(),
            "who": who(event),
            "what": sentence(event),
            "type": event.type,
            "actor": event.said["actor"],
            "details": event.details,
        }
        for event, after in zip(history.events, _after(history), strict=True)
    ]
    return {
        "request": history.chain,
        "outcome": row.outcome if row else None,
        "decided_by": list(row.decided_by) if row else [],
        "seconds_to_decision": row.time_to_decision.total_seconds() if row and row.time_to_decision else None,
        "seconds": (history.events[-1].at - history.events[0].at).total_seconds(),
        "steps": steps,
        "findings": [finding.as_json() for finding in findings],
    }


def _after(history: History) -> list[timedelta]:
    """How long each step came after the one before."""
    times = [event.at for event in history.events]
    return [times[0] - times[0], *(after - before for before, after in pairwise(times))]


def _words(history: History, findings: tuple[Finding, ...], holds: str) -> Iterator[str]:
    from sallyport_cli.audit.sentences import length, sentence
    from sallyport_cli.audit.shown import shown

    yield from map(shown, _head(history))
    yield ""
    yield f"{'when (UTC)':<23}  {'after':>12}  what"
    for event, after in zip(history.events, _after(history), strict=True):
        when = f"{event.at:%Y-%m-%d %H:%M:%S}.{event.at.microsecond // 1000:03d}"
        lines = textwrap.wrap(shown(sentence(event)), _WIDTH - 39)
        passed = "" if event is history.events[0] else f"+{length(after)}"
        yield f"{when}  {passed:>12}  {lines[0]}"
        yield from (f"{'':39}{line}" for line in lines[1:])
    yield ""
    yield from map(shown, map(str, findings))
    yield f"TAMPERED: {len(findings):,} findings. Do not rely on what is shown above." if findings else holds


def _head(history: History) -> Iterator[str]:
    from sallyport_cli.audit.sentences import length
    from sallyport_cli.audit.summary import summary

    row = summary(history)
    if row is None:
        yield history.chain
        return
    yield f"Request {row.request}: {row.action}, asked for by the agent {row.agent}"
    yield f"Outcome: {_OUTCOMES[row.outcome]}" + (" (emergency)" if row.break_glass else "")
    if row.time_to_decision is not None:
        by = f", by {', '.join(row.decided_by)}" if row.decided_by else ""
        yield f"Settled after {length(row.time_to_decision)}{by}"
