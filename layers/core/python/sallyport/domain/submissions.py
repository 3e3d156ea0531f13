"""What comes in from outside, once it has the right shape. Nothing in it is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sallyport.domain.requests import Choice


@dataclass(frozen=True, slots=True)
class Submission:
    """An agent's request. `parameters` have not been held against the action's schema yet."""

    action: str
    parameters: Mapping[str, Any] = field(repr=False)
    reason: str = field(repr=False)
    context: Any = field(repr=False)
    on_behalf_of: str | None
    duration_seconds: int | None


class Outcome(StrEnum):
    """What became of a credential, as its agent tells it."""

    DONE = "done"
    FAILED = "failed"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Report:
    """What whoever ends a grant says about it."""

    outcome: Outcome | None
    note: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a person said about a request. `presented_digest` is of the view that they saw; the channel may carry
    `action_digest` too. `on_replaced_card`: another card has taken the place of the one that they saw."""

    choice: Choice
    presented_digest: str
    reason: str | None = field(default=None, repr=False)
    action_digest: str | None = None
    break_glass: bool = False
    on_replaced_card: bool = False
