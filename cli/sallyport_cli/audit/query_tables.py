"""An export as DuckDB tables, in a file that is only read once it is loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sallyport_cli.audit.history import Event, History, histories_in
from sallyport_cli.audit.summary import Summary, summary
from sallyport_cli.errors import UsageError

if TYPE_CHECKING:
    import duckdb

# docs/audit-format.md says what each column is. `at` is a word of DuckDB's own.
EVENTS: Mapping[str, str] = {
    "chain": "VARCHAR",
    "seq": "BIGINT",
    "happened_at": "TIMESTAMPTZ",
    "type": "VARCHAR",
    "actor_kind": "VARCHAR",
    "actor": "VARCHAR",
    "channel": "VARCHAR",
    "action": "VARCHAR",
    "action_digest": "VARCHAR",
    "presented_digest": "VARCHAR",
    "policy_digest": "VARCHAR",
    "judged_by": "VARCHAR",
    "hash": "VARCHAR",
    "prev_hash": "VARCHAR",
    "details": "JSON",
}
REQUESTS: Mapping[str, str] = {
    "request": "VARCHAR",
    "submitted_at": "TIMESTAMPTZ",
    "agent": "VARCHAR",
    "owner": "VARCHAR",
    "on_behalf_of": "VARCHAR",
    "action": "VARCHAR",
    "risk": "VARCHAR",
    "verdict": "VARCHAR",
    "quorum": "BIGINT",
    "outcome": "VARCHAR",
    "decided_at": "TIMESTAMPTZ",
    "decided_by": "VARCHAR[]",
    "seconds_to_decision": "DOUBLE",
    "break_glass": "BOOLEAN",
    "reviewed_by": "VARCHAR",
    "refusals": "BIGINT",
    "self_approvals": "BIGINT",
    "credential_until": "TIMESTAMPTZ",
    "revoked_by": "VARCHAR",
    "closed_at": "TIMESTAMPTZ",
    "policy_digest": "VARCHAR",
    "presented_digest": "VARCHAR",
}
# What SQL may reach: the two tables. No file, no network, no extension, no variable of this program.
_CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
}


def opened(export: Path, folder: Path) -> duckdb.DuckDBPyConnection:
    """The export's tables, loaded into `folder` and opened read-only. Raises CannotTell, UsageError."""
    try:
        import duckdb
    except ImportError:
        raise UsageError("`sallyport audit query` needs DuckDB, which is not installed: pip install duckdb") from None
    home = folder / "export.duckdb"
    with duckdb.connect(home) as database:
        database.execute("SET TimeZone = 'UTC'")
        _write_rows(export, folder)
        for name, columns in (("events", EVENTS), ("requests", REQUESTS)):
            database.execute(f"CREATE TABLE {name} ({', '.join(f'{c} {kind}' for c, kind in columns.items())})")
            rows = folder / f"{name}.json"
            database.execute(f"COPY {name} FROM '{str(rows).replace("'", "''")}' (FORMAT json, ARRAY false)")
            rows.unlink()
    reading = duckdb.connect(home, read_only=True, config=_CLOSED | {"temp_directory": str(folder / "spilled")})
    reading.execute("SET TimeZone = 'UTC'")
    reading.execute("SET lock_configuration = true")
    return reading


def _write_rows(export: Path, folder: Path) -> None:
    with ExitStack() as files:
        events, requests = (files.enter_context((folder / f"{n}.json").open("wb")) for n in ("events", "requests"))
        for history in histories_in(export):
            events.writelines(_line(_event(history, event)) for event in history.events)
            row = summary(history)
            if row is not None:
                requests.write(_line(_request(row)))


def _line(row: Mapping[str, Any]) -> bytes:
    # A lone surrogate, which the gate never writes, has no UTF-8 form.
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _event(history: History, event: Event) -> dict[str, Any]:
    said, actor = event.said, event.said.get("actor")
    actor = actor if isinstance(actor, dict) else {}
    columns: dict[str, Any] = {
        **{name: _text(said.get(name)) for name in EVENTS},
        "chain": history.chain,
        "seq": event.seq,
        "happened_at": _instant(said.get("at")),
        "actor_kind": _text(actor.get("kind")),
        "actor": _text(actor.get("id")),
        "channel": _text(actor.get("channel")),
        "hash": event.hash,
        "details": said.get("details"),
    }
    return columns


def _request(row: Summary) -> dict[str, Any]:
    columns = {field.name: _plain(getattr(row, field.name)) for field in fields(row)}
    columns["seconds_to_decision"] = columns.pop("time_to_decision")
    return columns


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.total_seconds() if isinstance(value, timedelta) else value


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _instant(value: Any) -> str | None:
    try:
        return datetime.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        return None
