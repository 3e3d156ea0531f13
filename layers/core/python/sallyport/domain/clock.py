"""Instants as the audit trail writes them: UTC, RFC 3339, milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime


def stamp(at: datetime) -> str:
    """`2026-11-02T10:00:00.000Z`. Raises ValueError for a naive datetime: a local time is no evidence."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stamp_seconds(at: datetime) -> str:
    """`2026-11-02T10:00:00Z`: always 20 characters, the form IAM's date conditions take."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(text: str) -> datetime:
    """The inverse of `stamp`."""
    return datetime.fromisoformat(text)
