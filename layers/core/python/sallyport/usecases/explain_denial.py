"""Somebody who denied says why, afterwards: a denial is recorded at once, and its reason whenever it comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sallyport.domain.directory import Person
from sallyport.domain.events import UNKNOWN, Actor, ActorKind, Draft, EventType
from sallyport.domain.ports import Ports
from sallyport.domain.refusals import AlreadyDecided, NotAnApprover, ReasonRequired, StaleDigest
from sallyport.domain.requests import ApprovalRequest, Choice
from sallyport.domain.submissions import Statement
from sallyport.masking import mask_text
from sallyport.usecases.decide import is_about, record_or_refuse


def explain_denial(
    request_id: str, person: Person | None, channel: str, said: Statement, ports: Ports, now: datetime
) -> ApprovalRequest:
    """Add the masked reason to one's own denial, once. The denial stands as it was recorded; whoever is refused is in
    the request's chain."""
    actor = Actor(ActorKind.PERSON, person.id if person else UNKNOWN, channel)

    def explained(request: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        own = [d for d in request.decisions if d.by == actor.id and d.choice is Choice.DENY]
        if person is None or not own:
            raise NotAnApprover
        if not is_about(request, said):
            raise StaleDigest
        if own[0].comment is not None:
            raise AlreadyDecided
        if said.reason is None:
            raise ReasonRequired
        comment = mask_text(said.reason).text
        decisions = tuple(replace(d, comment=comment) if d is own[0] else d for d in request.decisions)
        return replace(request, decisions=decisions), (
            Draft(EventType.DECISION_EXPLAINED, actor, {"comment": comment}),
        )

    # Taken whatever the item says, like the denial itself: nothing takes effect by it.
    return record_or_refuse(request_id, explained, actor, ports, now, proved=False)
