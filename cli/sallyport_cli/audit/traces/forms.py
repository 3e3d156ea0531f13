"""What a chain must be to be told at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sallyport_cli.audit.findings import CannotTell
from sallyport_cli.audit.history import History
from sallyport_cli.audit.rules import Illegal, check_form


@contextmanager
def documented(history: History) -> Iterator[None]:
    """Raises CannotTell for a chain with an event that is not of the documented form, instead of guessing at it."""
    try:
        for event in history.events:
            check_form(event.said)
        yield
    except (Illegal, KeyError, TypeError, ValueError, AttributeError):
        told = f"{history.chain} has an event that is not of the documented form: `sallyport audit verify` names it"
        raise CannotTell(told) from None


def file_name(history: History) -> str:
    """The chain's name, where it can name no other folder. Raises CannotTell."""
    if not re.fullmatch(r"[A-Za-z0-9._-]+", history.chain):
        raise CannotTell("a chain has a name that is none: `sallyport audit verify` names it")
    return history.chain
