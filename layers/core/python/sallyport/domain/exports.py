"""Exports of the audit table for auditors: which comes next, and when somebody must hear that none is coming.

A *set* is one full export and the incremental ones since, all below one prefix, so that an auditor needs only one
folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

# Only the exporting function may put anything below it.
SETS = "audit/scheduled/"
# DynamoDB takes windows of 15 minutes to 24 hours. What was written within a minute of a full export's time may or may
# not be in it, so each window begins a little before the previous one ended.
_OVERLAP = timedelta(minutes=5)
_LONGEST = timedelta(hours=24)
_EVERY = timedelta(hours=23)
# Point-in-time recovery is about five minutes behind.
_BEHIND = timedelta(minutes=5)
_PAUSE_AFTER_FAILURE = timedelta(hours=1)
_STUCK = timedelta(hours=12)
_LATE = timedelta(hours=36)


class ExportStatus(StrEnum):
    UNDER_WAY = "IN_PROGRESS"
    DONE = "COMPLETED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Export:
    """An export below `SETS`. `until` is the instant up to which it shows the table."""

    prefix: str
    status: ExportStatus
    began: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """An export to start: of everything, or of what was written in a window."""

    prefix: str
    window: tuple[datetime, datetime] | None = None


class WindowGone(Exception):
    """The window is outside what point-in-time recovery still has."""


class TableExports(Protocol):
    """DynamoDB's exports of the audit table into the audit bucket."""

    def recent(self) -> list[Export]:
        """Those below `SETS`, the newest first, back to the newest that is done. Raises PortFailed."""

    def start(self, order: Order) -> None:
        """Raises PortFailed or WindowGone."""


class ExportPorts(Protocol):
    @property
    def table_exports(self) -> TableExports: ...


def full_export(now: datetime) -> Order:
    """The beginning of a new set."""
    return Order(f"{SETS}{now.astimezone(UTC):%Y/%m/%d/%H%M%SZ}")


def next_export(recent: Sequence[Export], now: datetime) -> Order | None:
    """A new set with each calendar month (UTC), and what was written since once a day. None while there is no need."""
    newest = recent[0] if recent else None
    if newest is not None:
        if newest.status is ExportStatus.UNDER_WAY and now - newest.began < _STUCK:
            return None
        if newest.status is ExportStatus.FAILED and now - newest.began < _PAUSE_AFTER_FAILURE:
            return None
    last = _done(recent)
    if last is None or not last.prefix.startswith(f"{SETS}{now.astimezone(UTC):%Y/%m/}"):
        return full_export(now)
    if now - last.until < _EVERY:
        return None
    since = last.until - _OVERLAP
    # After an outage one window follows another until they have caught up.
    return Order(last.prefix, (since, min(since + _LONGEST, now - _BEHIND)))


def overdue(recent: Sequence[Export], now: datetime) -> str | None:
    """Why the table is not exported as it should be: a code, or None."""
    newest, last = (recent[0] if recent else None), _done(recent)
    if newest is not None and newest.status is ExportStatus.FAILED:
        return "failed"
    if newest is not None and newest.status is ExportStatus.UNDER_WAY and now - newest.began >= _STUCK:
        return "stuck"
    return "late" if last is not None and now - last.until > _LATE else None


def _done(recent: Sequence[Export]) -> Export | None:
    return next((export for export in recent if export.status is ExportStatus.DONE), None)
