"""What ends a command early."""

from __future__ import annotations


class UsageError(Exception):
    """The command was used wrongly, or what it needs is not there: exit code 2. The message says what to do."""
