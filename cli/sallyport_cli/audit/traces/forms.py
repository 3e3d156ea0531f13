"""What a chain must be like to be converted at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sallyport_cli.audit.events import Illegal, check_form
from sallyport_cli.audit.findings import CannotTell
from sallyport_cli.audit.history import Event, History


@contextmanager
def documented(history: History) -> Iterator[None]:
    """Raises CannotTell for a chain with an event that is not of the documented form, instead of guessing at it."""
    try:
        for event in history.events:
            _check(event)
        yield
    except (Illegal, KeyError, TypeError, ValueError, AttributeError):
        told = f"{history.chain} has an event that is not of the documented form: `sallyport audit verify` names it"
        raise CannotTell(told) from None


# What every event says in words.
_WORDS = ("request_id", "at", "type", "action", "action_digest", "policy_digest", "judged_by", "prev_hash")


def _check(event: Event) -> None:
    check_form(event.said)
    words = [event.said[name] for name in _WORDS] + list(event.said["actor"].values())
    if not all(isinstance(word, str) for word in words) or event.at.tzinfo is None:
        raise ValueError


def file_name(history: History) -> str:
    """The chain's name, if it cannot lead to another folder. Raises CannotTell."""
    if not re.fullmatch(r"[A-Za-z0-9._-]+", history.chain):
        raise CannotTell("a chain has an invalid name: `sallyport audit verify` names it")
    return history.chain
