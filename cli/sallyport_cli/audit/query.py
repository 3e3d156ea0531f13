"""`sallyport audit query`: SQL over an export."""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import isfinite
from pathlib import Path
from typing import Any

from sallyport_cli.errors import UsageError

_QUERY = """\
Runs one SQL query (DuckDB's) against an export, as tables `events` and `requests`. The query can read these two and
nothing else: no file, no network. It reads what the export says; `sallyport audit verify` says whether to believe it.
"""
# Each runs in a test.
_EPILOG = """\
How long do decisions take, and how do they end?
  SELECT action, outcome, count(*) AS requests, median(seconds_to_decision) AS seconds FROM requests GROUP BY ALL

Who tried to approve what they stand behind?
  SELECT actor, count(*) AS times FROM events WHERE details->>'code' = 'self_approval' GROUP BY actor

Which emergencies did nobody review yet?
  SELECT request, submitted_at, agent, decided_by FROM requests WHERE break_glass AND reviewed_by IS NULL

`DESCRIBE events` and `DESCRIBE requests` list the columns; docs/audit-format.md says what they are, with more queries.
"""
_NOT_VERIFIED = "not verified: `sallyport audit verify` says whether this export is whole and unaltered"
# As wide as a digest.
_WIDEST = 64


def add_query(below: Any) -> None:
    """Adds `audit query`."""
    parser = below.add_parser(
        "query",
        help="query an export in SQL",
        description=_QUERY,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sql", metavar="SQL", help="one query")
    parser.add_argument("--export", type=Path, metavar="DIR", required=True, help="the export")
    parser.add_argument("--format", choices=_WRITERS, default="table", help="default: table")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    # DuckDB, which the other commands do without.
    from sallyport_cli.audit.findings import CannotTell
    from sallyport_cli.audit.query_tables import opened

    with tempfile.TemporaryDirectory(prefix="sallyport-query-") as folder:
        try:
            database = opened(arguments.export, Path(folder))
        except CannotTell as reason:
            raise UsageError(str(reason)) from None
        with database:
            names, rows = _answer(database, arguments.sql)
    print(_NOT_VERIFIED, file=sys.stderr)
    _WRITERS[arguments.format](names, rows)
    return 0


def _answer(database: Any, sql: str) -> tuple[list[str], list[Sequence[Any]]]:
    import duckdb

    try:
        if len(database.extract_statements(sql)) != 1:
            raise UsageError("one query at a time")
        found = database.execute(sql)
        return [column[0] for column in found.description or ()], found.fetchall()
    except duckdb.Error as error:
        raise UsageError(f"DuckDB says: {error}") from None


def _as_csv(names: list[str], rows: list[Sequence[Any]]) -> None:
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(names)
    out.writerows([_written(value) for value in row] for row in rows)


def _as_json(names: list[str], rows: list[Sequence[Any]]) -> None:
    if len(set(names)) != len(names):
        raise UsageError("two columns have the same name: tell them apart with AS")
    told = [dict(zip(names, map(_jsonable, row), strict=True)) for row in rows]
    print(json.dumps(told, indent=2))


def _as_table(names: list[str], rows: list[Sequence[Any]]) -> None:
    from sallyport_cli.audit.shown import shown

    cells = [[shown(_written(value)) for value in row] for row in rows]
    widths = [min(_WIDEST, max(map(len, column))) for column in zip(names, *cells, strict=True)]
    for line in (names, ["-" * width for width in widths], *cells):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    print(f"({len(rows):,} row{'' if len(rows) == 1 else 's'})")


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, dict)):
        return ", ".join(map(_written, value)) if isinstance(value, list) else json.dumps(value, default=_jsonable)
    return str(_jsonable(value))


def _jsonable(value: Any) -> Any:
    """Instants as RFC 3339 in UTC, lengths of time in seconds."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, list):
        return [_jsonable(each) for each in value]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value if isinstance(value, (str, int, float, dict)) or value is None else str(value)


_WRITERS = {"table": _as_table, "csv": _as_csv, "json": _as_json}
