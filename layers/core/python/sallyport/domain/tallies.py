"""Refusals that belong to no request: a submission that was not accepted, a kill switch that somebody may not set.

They are counted by who was refused which call, with which code, in which hour. Counting costs one small item however
often it happens; the chain of that hour records the first refusal at once, the count each time it has doubled,
and the total when the hour is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from sallyport.domain.canonical import JSON
from sallyport.domain.events import NO_EVENTS, Actor, AuditEvent, Draft, EventType, Head, Subject, link


class RefusedCall(StrEnum):
    """What was asked for. A person who is refused a halt is counted apart from one who is refused a resume."""

    SUBMIT = "submit"
    HALT = "halt"
    RESUME = "resume"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True)
class Refused:
    """One refusal. `actor` and `action` come from the directory and the policy, or are `unknown`, so that a caller can
    invent neither a chain nor its content."""

    call: RefusedCall
    actor: Actor
    code: str
    action: str
    policy_digest: str


@dataclass(frozen=True, slots=True)
class Tally:
    """An hour's count. `noted` is the count that the chain tells, `head` the chain's end, `newest` the last refusal."""

    chain: str
    newest: Refused
    count: int
    noted: int = 0
    head: Head = NO_EVENTS

    @property
    def worth_noting(self) -> bool:
        """The first refusal, and each doubling."""
        return self.count >= max(1, 2 * self.noted)

    def told(self, at: datetime) -> tuple[Tally, tuple[AuditEvent, ...]]:
        """The tally with its count recorded in its chain, and the event that records it."""
        details: dict[str, JSON] = {"call": self.newest.call.value, "code": self.newest.code, "count": self.count}
        kind = EventType.REQUEST_REFUSED if self.newest.call is RefusedCall.SUBMIT else EventType.DECISION_REFUSED
        subject = Subject(self.chain, self.newest.action, "", self.newest.policy_digest)
        events, head = link(subject, self.head, [Draft(kind, self.newest.actor, details)], at)
        return replace(self, noted=self.count, head=head), events


def chain_of(refused: Refused, at: datetime) -> str:
    """In the place of a request's id, in events and in the audit table's key."""
    who = f"{refused.actor.kind.value}-{refused.actor.id}"
    return f"refused-{refused.call.value}-{who}-{refused.code}-{at.astimezone(UTC):%Y%m%d%H}"


def total_due(at: datetime) -> datetime:
    """When nothing can be added to the hour of `at` any more, because a call takes 30 s at most."""
    return hour_after(at) + timedelta(minutes=2)


def hour_after(at: datetime) -> datetime:
    """When the hour of `at` is over."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


class Tallies(Protocol):
    """The counts, and their chains."""

    def count(self, refused: Refused, now: datetime) -> Tally:
        """Add one. Simultaneous calls all count."""

    def note(self, before: Tally, told: Tally, events: tuple[AuditEvent, ...]) -> None:
        """Write the events and what the chain tells now, in one transaction. Raises Conflict when somebody else has
        written since `before`."""

    def overdue(self, now: datetime) -> Iterator[Tally]:
        """Those whose hour is over and that are not finished, oldest first, read as they are asked for. Eventually
        consistent (may lag about 1 s)."""

    def finish(self, tally: Tally) -> None:
        """No longer overdue, unless it has been counted up since."""
