"""`sallyport audit trace`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Generator, Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from sallyport_cli.errors import UsageError

if TYPE_CHECKING:
    from sallyport_cli.audit.history import History

_TRACE = """\
Converts an export into a format of others. Verify the export first, because this trusts it.

  agentack  one trace of all requests, for `agentack check` (PyPI). Into a folder: one trace for each request, in
            which a revocation of what was executed is an interrupt
  ocsf      every event as a JSON line of OCSF 1.8.0, for a SIEM; ids and codes, no comments
"""
_EXITS = """\
exit codes:
  0  done
  2  there is no export, an ID is not in it, an event is not of the documented form, or there is nothing to convert
"""
AGENTACK, OCSF = "agentack", "ocsf"


def add_trace(below: Any) -> None:
    """Adds `trace`."""
    tracing = below.add_parser(
        "trace",
        help="convert an export into AgentAck's or OCSF's format",
        description=_TRACE,
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    tracing.add_argument("folder", type=Path, metavar="DIR", help="the export: the folder that has AWSDynamoDB/ in it")
    tracing.add_argument("ids", nargs="*", metavar="ID", help="only these requests (or chains)")
    tracing.add_argument("--format", choices=(AGENTACK, OCSF), required=True)
    tracing.add_argument("--out", type=Path, metavar="PATH", help="a file or, for agentack, an existing folder")
    tracing.set_defaults(run=_trace)


def _trace(arguments: argparse.Namespace) -> int:
    # The other commands do without all this.
    from sallyport_cli.audit.findings import CannotTell

    out: Path | None = arguments.out
    if out is not None and out.is_dir() and arguments.format == OCSF:
        raise UsageError(f"{out} is a folder: --format ocsf writes one file")
    try:
        if arguments.format == OCSF:
            with closing(_ocsf(arguments.folder, arguments.ids)) as records:
                told = _written(records, out)
        elif out is not None and out.is_dir():
            told = _each(arguments.folder, arguments.ids, out)
        else:
            with closing(_agentack(arguments.folder, arguments.ids)) as records:
                told = _written(records, out)
    except CannotTell as reason:
        raise UsageError(str(reason)) from None
    if not told:
        raise UsageError("there is nothing to convert: no request is settled yet")
    return 0


def _histories(folder: Path, ids: list[str]) -> Generator[History]:
    """The chains that are named, or all. Raises CannotTell when one that is named is not there."""
    from sallyport_cli.audit.findings import CannotTell
    from sallyport_cli.audit.history import histories_in

    missing = set(ids)
    for history in histories_in(folder, only=ids or None):
        missing.discard(history.chain)
        yield history
    if missing:
        raise CannotTell(f"not in the export: {', '.join(sorted(missing))}")


def _ocsf(folder: Path, ids: list[str]) -> Generator[dict[str, Any]]:
    from sallyport_cli.audit.layout import exports_in
    from sallyport_cli.audit.traces.ocsf import Place, events_of

    place = Place.of(next((export.table for export in exports_in(folder)), None))
    # Closed at once when a chain cannot be told: reading takes temporary files.
    with closing(_histories(folder, ids)) as histories:
        for history in histories:
            yield from events_of(history, place)


def _agentack(folder: Path, ids: list[str]) -> Generator[dict[str, Any]]:
    from sallyport_cli.audit.traces.agentack import LeftOut, trace

    left_out = LeftOut()
    with closing(_histories(folder, ids)) as histories:
        yield from trace(histories, "sallyport", left_out)
    print(left_out, file=sys.stderr)


def _each(folder: Path, ids: list[str], out: Path) -> int:
    from sallyport_cli.audit.traces.agentack import LeftOut, trace
    from sallyport_cli.audit.traces.forms import file_name

    left_out, told = LeftOut(), 0
    with closing(_histories(folder, ids)) as histories:
        for history in histories:
            records = list(trace([history], history.chain, left_out))
            if records:
                told += _written(records, out / f"{file_name(history)}.jsonl")
    print(left_out, file=sys.stderr)
    return told


def _written(records: Iterable[dict[str, Any]], out: Path | None) -> int:
    """Writes the lines and returns how many. A file is written whole or not at all."""
    if out is None:
        try:
            return _lines(records, sys.stdout)
        except BrokenPipeError:
            # The reader has what it wanted (`| head`). Otherwise Python would complain again when it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 1
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            told = _lines(records, file)
        if told:
            part.replace(out)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
    return told


def _lines(records: Iterable[dict[str, Any]], file: TextIO) -> int:
    told = 0
    for told, record in enumerate(records, 1):  # noqa: B007  # the last number is the answer
        file.write(json.dumps(record, separators=(",", ":")) + "\n")
    return told
