"""What the workspace remembers: JSON records in SQLite, so that a restart keeps the channel."""

import json
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kind, key)
)
"""


class Store:
    """Records by (kind, key), in the order in which they were first written.

    `lock` is re-entrant: hold it to read, decide and write as one step. `revision` grows with every write and
    `wait_for_change` blocks on it, which is how a page learns of changes.
    """

    def __init__(self, path: Path | None, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.revision = 1
        self.closed = False
        self._changed = threading.Condition(self.lock)
        # One connection for all threads: every use is under the lock.
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(_SCHEMA)

    def put(self, kind: str, key: str, value: Any, *, quiet: bool = False) -> None:
        """Write or replace one record; a replaced record keeps its place in the order. A quiet write does not raise the
        revision."""
        with self.lock:
            self._db.execute(
                "INSERT INTO records (kind, key, body) VALUES (?, ?, ?)"
                " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
                (kind, key, json.dumps(value)),
            )
            if not quiet:
                self._bump()

    def get(self, kind: str, key: str) -> Any | None:
        """The record, as a fresh copy, or None."""
        with self.lock:
            row = self._db.execute("SELECT body FROM records WHERE kind = ? AND key = ?", (kind, key)).fetchone()
        return None if row is None else json.loads(row[0])

    def all(self, kind: str) -> list[Any]:
        """Every record of a kind, oldest first."""
        with self.lock:
            rows = self._db.execute("SELECT body FROM records WHERE kind = ? ORDER BY seq", (kind,)).fetchall()
        return [json.loads(body) for (body,) in rows]

    def newest(self, kind: str, count: int) -> list[Any]:
        """The last `count` records of a kind, newest first."""
        query = "SELECT body FROM records WHERE kind = ? ORDER BY seq DESC LIMIT ?"
        with self.lock:
            rows = self._db.execute(query, (kind, count)).fetchall()
        return [json.loads(body) for (body,) in rows]

    def clear(self) -> None:
        with self.lock:
            self._db.execute("DELETE FROM records")
            self._bump()

    def wait_for_change(self, after: int, seconds: float) -> int:
        """Return the revision as soon as it differs from `after` or nothing can change any more, or after `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: self.revision != after or self.closed, timeout=seconds)
            return self.revision

    def close(self) -> None:
        with self.lock:
            self.closed = True
            self._changed.notify_all()
            self._db.close()

    def _bump(self) -> None:
        self.revision += 1
        self._changed.notify_all()
