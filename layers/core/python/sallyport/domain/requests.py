"""An approval request and everything that can happen to it. All transitions are in one table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from sallyport.domain.actions import Delivery
from sallyport.domain.card_debts import CardDebt
from sallyport.domain.events import NO_EVENTS, Actor, Head, Subject

# What `Entropy.request_id` makes: fits STS's session names and Step Functions' execution names.
REQUEST_ID = re.compile(r"req-[0-9a-f]{24}")


class RequestStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REDEEMED = "redeemed"
    REVOKED = "revoked"
    CLOSED = "closed"
    FAILED = "failed"


_S = RequestStatus
TRANSITIONS: Mapping[RequestStatus, frozenset[RequestStatus]] = {
    _S.PENDING: frozenset({_S.APPROVED, _S.DENIED, _S.EXPIRED, _S.CANCELLED, _S.FAILED}),
    _S.APPROVED: frozenset({_S.REDEEMED, _S.EXPIRED, _S.CANCELLED, _S.REVOKED, _S.FAILED}),
    _S.REDEEMED: frozenset({_S.CLOSED, _S.REVOKED, _S.FAILED}),
    _S.DENIED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.REVOKED: frozenset(),
    _S.CLOSED: frozenset({_S.REVOKED}),
    _S.FAILED: frozenset(),
}


class VerdictKind(StrEnum):
    """Policy's answer to a submission. A denied one becomes no request."""

    ALLOW = "allow"
    DENY = "deny"
    REQUIRE_APPROVAL = "approval"


class Choice(StrEnum):
    APPROVE = "approve"
    DENY = "deny"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's choice, about exactly what `presented_digest` showed. `comment` has been masked. Their newest one
    counts."""

    by: str
    choice: Choice
    at: datetime
    channel: str
    presented_digest: str
    comment: str | None = None
    break_glass: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """A second person's review of a break-glass approval, after the fact. `comment` has been masked."""

    by: str
    choice: Choice
    at: datetime
    channel: str
    comment: str


class GrantStatus(StrEnum):
    ISSUED = "issued"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Grant:
    """The single-use right to one action digest. Once redeemed, `cut_off` is when the credential stops working, and
    `role_arn` whose session it is: a revocation denies it there. `calling_since`: the one call of an `execute` action
    was about to be sent then, and what came of it is not written yet. `ended_at`: since then it is certain that no
    session of it works, because its deny stands in IAM or its time has run out."""

    status: GrantStatus
    issued_at: datetime
    expires_at: datetime
    approvers: tuple[str, ...]
    redeemed_at: datetime | None = None
    cut_off: datetime | None = None
    role_arn: str | None = None
    calling_since: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CardRef:
    """Where the card was posted."""

    channel: str
    message: str


@dataclass(frozen=True, slots=True)
class RefusalCount:
    """How many refusals of one actor, written `kind:id`, with one code are in the request's chain."""

    actor: str
    code: str
    count: int


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """A suspended action. `version` counts saves and is the optimistic lock; `head` is the end of its audit chain."""

    request_id: str
    version: int
    status: RequestStatus
    agent: str
    owner: str
    on_behalf_of: str | None
    action: str
    verdict: VerdictKind
    delivery: Delivery
    duration_seconds: int
    action_digest: str
    policy_digest: str
    sameness: str = field(repr=False)
    created_at: datetime
    expires_at: datetime
    quorum: int
    # Facts from when it was made; who may read and stop it is judged by them. `operators` could assume the agent's role
    # and `may_act_for` could be acted for; like the owner, they never approve it. `asked` are the groups asked so far.
    operators: tuple[str, ...] = ()
    may_act_for: tuple[str, ...] = ()
    risk: str = ""
    asked: tuple[str, ...] = ()
    presented_digest: str | None = None
    decisions: tuple[Decision, ...] = ()
    grant: Grant | None = None
    card: CardRef | None = None
    rung: int = 1
    task_token: str | None = field(default=None, repr=False)
    head: Head = NO_EVENTS
    refusals: tuple[RefusalCount, ...] = ()
    code: str | None = None
    review: Review | None = None
    # Who cancelled it, revoked its grant or was done with it. For people to read; authority rests on the events.
    ended_by: Actor | None = None
    card_debt: CardDebt | None = None

    @property
    def subject(self) -> Subject:
        return Subject(
            self.request_id, self.action, self.action_digest, self.policy_digest, presented_digest=self.presented_digest
        )

    @property
    def approvals(self) -> tuple[Decision, ...]:
        """Those that were not withdrawn."""
        newest = {d.by: d for d in self.decisions}
        return tuple(d for d in self.decisions if d.choice is Choice.APPROVE and d is newest[d.by])

    @property
    def approvers(self) -> tuple[str, ...]:
        """Distinct people who approved, in the order they did."""
        return tuple(dict.fromkeys(d.by for d in self.approvals))

    @property
    def glass_broken_by(self) -> str | None:
        """Who approved alone where policy asks for more, if somebody did."""
        return next((d.by for d in self.approvals if d.break_glass), None)

    @property
    def needs_review(self) -> bool:
        """A break-glass request stays open until a second person has reviewed it."""
        return self.glass_broken_by is not None and self.review is None

    @property
    def live(self) -> bool:
        """Whether its grant, or a session of it, may still be of use to somebody who has it."""
        if self.grant is not None and self.grant.ended_at is not None:
            return False
        if self.status in (RequestStatus.APPROVED, RequestStatus.REDEEMED):
            return True
        ended = self.status in (RequestStatus.CLOSED, RequestStatus.REVOKED)
        return ended and self.grant is not None and self.grant.redeemed_at is not None

    def answers(self, twin: ApprovalRequest, now: datetime) -> bool:
        """Whether an identical submission, which would become `twin`, is answered with this request: while it is
        undecided, and while its approval under the same policy waits to be redeemed."""
        if self.status is not RequestStatus.APPROVED or self.policy_digest != twin.policy_digest:
            return self.status is RequestStatus.PENDING
        return self.grant is None or now < self.grant.expires_at

    @property
    def settled(self) -> bool:
        return self.status is not RequestStatus.PENDING

    def refused(self, actor: Actor, code: str) -> int:
        """How often this actor's refusal with this code has been written."""
        who = _who(actor)
        return next((r.count for r in self.refusals if (r.actor, r.code) == (who, code)), 0)

    def with_refusal(self, actor: Actor, code: str) -> ApprovalRequest:
        """The request with one more."""
        who, count = _who(actor), self.refused(actor, code) + 1
        others = tuple(r for r in self.refusals if (r.actor, r.code) != (who, code))
        return replace(self, refusals=(*others, RefusalCount(who, code, count)))

    def moved(self, status: RequestStatus, code: str | None = None) -> ApprovalRequest:
        """The request in its next state. Raises IllegalTransition for one that the table does not have."""
        if status not in TRANSITIONS[self.status]:
            raise IllegalTransition(self.status, status)
        # Why nobody has a card holds only while people are asked; what went wrong later stays recorded.
        kept = None if self.status is RequestStatus.PENDING else self.code
        return replace(self, status=status, code=code or kept)


def _who(actor: Actor) -> str:
    return f"{actor.kind.value}:{actor.id}"


class IllegalTransition(Exception):
    """A transition outside the table: a defect or a lost race, never a user's error."""

    def __init__(self, old: RequestStatus, new: RequestStatus) -> None:
        super().__init__(f"{old} -> {new}")
