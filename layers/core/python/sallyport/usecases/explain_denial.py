"""Somebody who denied says why, afterwards: a denial is recorded at once, and its reason whenever it comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sallyport.domain.directory import Person
from sallyport.domain.events import UNKNOWN, Actor, ActorKind, Draft, EventType
from sallyport.domain.ports import Ports
from sallyport.domain.refusals import AlreadyDecided, NotAnApprover, ReasonRequired, StaleDigest, TooLate
from sallyport.domain.requests import ApprovalRequest, Choice, Decision
from sallyport.domain.submissions import Statement
from sallyport.masking import mask_text
from sallyport.services.transition import record_or_refuse

# Later than that the agent has long gone on without it.
EXPLAINED_WITHIN = timedelta(hours=24)


def explain_denial(
    request_id: str, person: Person | None, channel: str, said: Statement, ports: Ports, now: datetime
) -> ApprovalRequest:
    """Add the masked reason to one's own denial, once and within a day. The denial stands as it was recorded; whoever
    is refused is in the request's chain."""
    actor = Actor(ActorKind.PERSON, person.id if person else UNKNOWN, channel)

    def explained(request: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        own = _own_denial(request, person, said, now)
        if said.reason is None:
            raise ReasonRequired
        comment = mask_text(said.reason).text
        decisions = tuple(replace(d, comment=comment) if d is own else d for d in request.decisions)
        return replace(request, decisions=decisions), (
            Draft(EventType.DECISION_EXPLAINED, actor, {"comment": comment}),
        )

    # Taken whatever the item says, like the denial itself: nothing takes effect by it.
    return record_or_refuse(request_id, explained, actor, ports, now, proved=False)


def may_explain(
    request_id: str, person: Person | None, channel: str, said: Statement, ports: Ports, now: datetime
) -> ApprovalRequest:
    """The request, when `explain_denial` would take a reason now. Nothing is recorded but a refusal."""
    actor = Actor(ActorKind.PERSON, person.id if person else UNKNOWN, channel)

    def foreseen(request: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        _own_denial(request, person, said, now)
        return request, ()

    return record_or_refuse(request_id, foreseen, actor, ports, now, proved=False)


def _own_denial(request: ApprovalRequest, person: Person | None, said: Statement, now: datetime) -> Decision:
    own = [d for d in request.decisions if person is not None and d.by == person.id and d.choice is Choice.DENY]
    if not own:
        raise NotAnApprover
    if not said.is_about(request):
        raise StaleDigest
    if own[0].comment is not None:
        raise AlreadyDecided
    if now >= own[0].at + EXPLAINED_WITHIN:
        raise TooLate
    return own[0]
