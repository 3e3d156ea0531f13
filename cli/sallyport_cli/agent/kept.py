"""Redeemed credentials, kept for processes of the same user until they end. Standard library only: it runs before every
AWS call that uses a profile, since SDKs ask again for a credential of less than 15 minutes (botocore's
`_advisory_refresh_timeout`)."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sallyport_cli.errors import UsageError


class Busy(Exception):
    """Another process redeems the same approval, and has not finished in time."""


class Kept:
    """The credential of one request, in a file that only this user can read."""

    def __init__(self, api_url: str, request_id: str) -> None:
        self._folder = folder()
        self._path = self._folder / f"{hashlib.sha256(f'{api_url}\n{request_id}'.encode()).hexdigest()}.json"

    def get(self) -> dict[str, Any] | None:
        """The credential in the shape of `credential_process`; None when there is none."""
        try:
            found: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
            datetime.fromisoformat(found["Expiration"])
            return found
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, credential: dict[str, Any]) -> None:
        aside = self._path.with_suffix(f".{secrets.token_hex(8)}")
        out = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(out, "w", encoding="utf-8") as file:
            json.dump(credential, file)
        aside.replace(self._path)

    def forget(self) -> None:
        with suppress(OSError):
            self._path.unlink()

    @contextmanager
    def alone(self, seconds: float) -> Iterator[None]:
        """Keeps other processes of this user from redeeming the same approval meanwhile. Raises Busy after
        `seconds`."""
        until = time.monotonic() + seconds
        lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= until:
                        raise Busy from None
                    time.sleep(0.05)
            yield
        finally:
            os.close(lock)


def works(credential: dict[str, Any]) -> bool:
    return datetime.fromisoformat(credential["Expiration"]) > datetime.now(UTC)


def folder() -> Path:
    """Where they are kept: SALLYPORT_CACHE_DIR, or `sallyport` in the user's cache. Raises UsageError."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(os.environ.get("SALLYPORT_CACHE_DIR") or Path(cache) / "sallyport")
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.stat()
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise UsageError(f"{path} must be accessible only to you: chmod 700 it, or set SALLYPORT_CACHE_DIR")
    return path
