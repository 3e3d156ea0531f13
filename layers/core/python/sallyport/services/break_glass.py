"""An emergency: one person approves where policy asks for more, and a second one looks at it afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sallyport.domain.actions import ActionDefinition
from sallyport.domain.directory import Person
from sallyport.domain.events import SYSTEM, Actor, Draft, EventType
from sallyport.domain.ports import NotifyPorts, PortFailed
from sallyport.domain.refusals import AlreadyDecided, BreakGlassNotAllowed, MalformedRequest, ReasonRequired
from sallyport.domain.requests import ApprovalRequest, Choice, GrantStatus, RequestStatus, Review
from sallyport.domain.submissions import Statement
from sallyport.masking import mask_text
from sallyport.services.routes import room_of_card


def check(action: ActionDefinition | None, said: Statement) -> None:
    """Only where the action file has it, only to approve, and never without a reason. Who may is asked of Cedar."""
    if action is None or action.approval.break_glass_seconds is None:
        raise BreakGlassNotAllowed
    if said.choice is not Choice.APPROVE:
        raise MalformedRequest("$.break_glass")
    if not (said.reason or "").strip():
        raise ReasonRequired


def seconds(request: ApprovalRequest, action: ActionDefinition) -> int:
    """How long the credential lasts: shorter after break-glass."""
    if request.glass_broken_by is None or action.approval.break_glass_seconds is None:
        return request.duration_seconds
    return min(request.duration_seconds, action.approval.break_glass_seconds)


def reviewed(
    request: ApprovalRequest, said: Statement, actor: Actor, now: datetime
) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
    """A second person's review. Objecting also voids a grant that was not redeemed yet; a live session has to be
    revoked. If the workflow is already over, the review is what closes the request."""
    if said.break_glass or actor.id in {decision.by for decision in request.decisions}:
        raise AlreadyDecided
    if not (said.reason or "").strip():
        raise ReasonRequired
    comment = mask_text(said.reason or "").text
    review = Review(by=actor.id, choice=said.choice, at=now, channel=actor.channel, comment=comment)
    changed = replace(request, review=review)
    drafts = [Draft(EventType.BREAK_GLASS_REVIEWED, actor, {"decision": said.choice.value, "comment": comment})]
    if said.choice is Choice.DENY and request.status is RequestStatus.APPROVED:
        grant = replace(request.grant, status=GrantStatus.REVOKED) if request.grant else None
        changed = replace(changed.moved(RequestStatus.REVOKED), grant=grant, ended_by=actor)
        drafts.append(Draft(EventType.GRANT_REVOKED, actor, {"session": "none"}))
    elif request.task_token is None and review_closes(request):
        drafts.append(closed(changed))
    return changed, tuple(drafts)


def review_closes(request: ApprovalRequest) -> bool:
    """A break-glass approval that became a grant is closed by its review. One that led to nothing (halted, timed out,
    withdrawn before) is closed with its workflow, and may still be reviewed."""
    return request.needs_review and request.grant is not None


def closed(request: ApprovalRequest, actor: Actor = SYSTEM) -> Draft:
    return Draft(EventType.REQUEST_CLOSED, actor, {"status": request.status.value, "code": request.code or "none"})


def tell_everyone(request: ApprovalRequest, ports: NotifyPorts) -> bool:
    """Tell every approver of the action at once that break-glass was used. False if the chat did not take it."""
    words = (
        f"Break-glass: {request.glass_broken_by} alone approved {request.request_id} ({request.action} for "
        f"{request.agent}). Somebody else must review it."
    )
    return notify(request, words, ports)


def notify(request: ApprovalRequest, words: str, ports: NotifyPorts) -> bool:
    """Say it to the approvers who have been asked. False when the chat would not."""
    try:
        room = room_of_card(request, ports)
        ports.chat.notify(room, request.card, words, people_asked(request, request.rung, ports))
    except PortFailed:
        return False
    return True


def people_asked(request: ApprovalRequest, rungs: int, ports: NotifyPorts) -> tuple[Person, ...]:
    """The people in the chat who have been asked, without those who stand behind the request."""
    action = ports.policy.actions.get(request.action)
    if action is None:
        return ()
    asked = action.approval.groups(rungs)
    return tuple(
        person
        for person in ports.policy.directory.people.values()
        if person.account_in(ports.chat.name)
        and person.groups & asked
        and ports.authorizer.may("decide", person, request).allowed
    )
