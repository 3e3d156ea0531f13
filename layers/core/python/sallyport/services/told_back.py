"""What somebody is told, beside the card and alone, when what they clicked is not taken: why, and who can instead."""

from __future__ import annotations

from sallyport.domain.directory import Person
from sallyport.domain.ports import OpenRequestPorts
from sallyport.domain.refusals import (
    AlreadyDecided,
    AlreadySettled,
    NotAnApprover,
    Refusal,
    SelfApproval,
    StaleDigest,
)
from sallyport.domain.requests import ApprovalRequest

_NAMED = 5


def not_recorded(refusal: Refusal, request_id: str, person: Person | None, ports: OpenRequestPorts) -> str:
    """Words of Sallyport's own, and names of the directory. A stranger learns no more than the code."""
    why = f"Not recorded: {refusal.title} ({refusal.code})."
    request = ports.store.load(request_id) if person is not None else None
    if person is None or request is None:
        return why
    more = _more(refusal, request, ports)
    return f"{why} {more}" if more else why


def _more(refusal: Refusal, request: ApprovalRequest, ports: OpenRequestPorts) -> str:
    match refusal:
        case SelfApproval() | NotAnApprover():
            return "" if request.settled else _who_can(request, ports)
        case AlreadyDecided() if not request.settled:
            return "What you said stands; an approval can be withdrawn on the card while others are missing."
        case AlreadySettled():
            return f"It is {request.status.value}."
        case StaleDigest():
            return "This card no longer shows what is pending; look for the newest card, perhaps in another channel."
        case _:
            return ""


def _who_can(request: ApprovalRequest, ports: OpenRequestPorts) -> str:
    """Those asked who may still approve, some of them by name."""
    directory, spoken = ports.policy.directory, set(request.approvers)
    able = [
        directory.name_of(person.id)
        for person in directory.people.values()
        if person.id not in spoken and ports.authorizer.may("decide", person, request).allowed
    ]
    if not able:
        return "Nobody else who has been asked so far may approve it."
    others = f" and {len(able) - _NAMED} more" if len(able) > _NAMED else ""
    return f"These can approve it: {', '.join(able[:_NAMED])}{others}."
