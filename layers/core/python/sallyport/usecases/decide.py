"""A person decides. One use case for every channel, so that no channel has rules of its own."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sallyport.domain.deployment import Deployment
from sallyport.domain.directory import Person
from sallyport.domain.events import UNKNOWN, Actor, ActorKind, Draft, EventType
from sallyport.domain.ports import PortFailed, Ports, Verb
from sallyport.domain.refusals import (
    AlreadyDecided,
    AlreadySettled,
    ChannelNotAllowed,
    NotAnApprover,
    NothingToWithdraw,
    ReasonRequired,
    SelfApproval,
    StaleDigest,
)
from sallyport.domain.requests import ApprovalRequest, Choice, Decision, RequestStatus
from sallyport.domain.submissions import Statement
from sallyport.masking import mask_text
from sallyport.services import approvals, break_glass
from sallyport.services.cards import refresh_card
from sallyport.services.switches import check_not_halted, note_policy
from sallyport.services.transition import record_or_refuse
from sallyport.services.workflow import call_back

FOUR_EYES = "four-eyes"


def decide(
    request_id: str, person: Person | None, channel: str, said: Statement, ports: Ports, now: datetime
) -> ApprovalRequest:
    """Record the decision and, when it settles the request, its outcome; then let the workflow go on, or show on the
    card what it will not.

    `person` is who the channel authenticated, None for somebody who is not in the directory. Everything that is refused
    is audited. The callback may be lost: what was recorded is what counts. On a request whose glass was broken, a
    second person's statement is its review.
    """
    actor = Actor(ActorKind.PERSON, person.id if person else UNKNOWN, channel)

    def decided(request: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        _check(request, person, actor, said, ports, now)
        if _reviews(request, said):
            return break_glass.reviewed(request, said, actor, now)
        _check_reason(request, said, ports)
        decision = Decision(
            by=actor.id,
            choice=said.choice,
            at=now,
            channel=channel,
            presented_digest=said.presented_digest,
            comment=mask_text(said.reason).text if said.reason else None,
            break_glass=said.break_glass,
        )
        return _with(request, decision, actor, ports)

    request = record_or_refuse(request_id, decided, actor, ports, now, proved=said.choice is not Choice.DENY)
    with suppress(PortFailed):  # it stands; only its author does not find it in their Home
        ports.store.note_decision(actor.id, request_id, now)
    # After a review the workflow may be waiting for the agent's redemption; only voiding the grant ends that wait.
    if request.settled and (request.review is None or request.status is RequestStatus.REVOKED):
        call_back(request, ports)
    if not request.settled or request.task_token is None or request.review is not None:
        refresh_card(request_id, ports, now)  # no workflow does: it waits for people or for the agent, or is over
    return request


def foresee(
    request_id: str, person: Person | None, channel: str, said: Statement, ports: Ports, now: datetime
) -> ApprovalRequest:
    """The request, when `decide` would take this now, given a reason. Nothing is decided; a refusal is audited as
    there."""
    actor = Actor(ActorKind.PERSON, person.id if person else UNKNOWN, channel)

    def foreseen(request: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        _check(request, person, actor, said, ports, now)
        return request, ()

    return record_or_refuse(request_id, foreseen, actor, ports, now, proved=True)


def _check(
    request: ApprovalRequest, person: Person | None, actor: Actor, said: Statement, ports: Ports, now: datetime
) -> None:
    """Everything but the reason."""
    deployment = note_policy(ports, now)
    _check_authority(request, person, actor.channel, said, ports)
    if not said.is_about(request):
        # Settled comes first: what was decided is no longer pending, whatever was shown.
        raise AlreadySettled if request.settled and not request.needs_review else StaleDigest
    if not _reviews(request, said):
        _check_state(request, actor, said, deployment, ports, now)


def _reviews(request: ApprovalRequest, said: Statement) -> bool:
    return request.needs_review and said.choice is not Choice.WITHDRAW


def _check_authority(
    request: ApprovalRequest, person: Person | None, channel: str, said: Statement, ports: Ports
) -> None:
    """Authority before state: a stranger learns nothing about the request from the refusal."""
    if person is None:
        raise NotAnApprover
    if said.choice is Choice.WITHDRAW and any(decision.by == person.id for decision in request.decisions):
        return  # one's own word can be taken back, whatever has become of one's authority
    answer = ports.authorizer.may(_verb(request, said), person, request)
    if not answer.allowed:
        raise SelfApproval if FOUR_EYES in answer.reasons else NotAnApprover
    action = ports.policy.actions.get(request.action)
    stops = said.choice is not Choice.APPROVE and not request.needs_review
    if not stops and (action is None or channel not in action.approval.channels):
        raise ChannelNotAllowed


def _verb(request: ApprovalRequest, said: Statement) -> Verb:
    if said.break_glass:
        return "break_glass"
    # Only an approver may review a break-glass approval, even to object; whoever stands behind it may revoke instead.
    return "deny" if said.choice is Choice.DENY and not request.needs_review else "decide"


def _check_state(
    request: ApprovalRequest, actor: Actor, said: Statement, deployment: Deployment, ports: Ports, now: datetime
) -> None:
    if request.settled or now >= request.expires_at:
        raise AlreadySettled
    approving = said.choice is Choice.APPROVE
    if approving:  # a no is welcome however much is halted
        check_not_halted(request.agent, request.action, deployment)
    _check_turn(request, actor, said)
    action = ports.policy.actions.get(request.action)
    if said.break_glass:
        break_glass.check(action, said)


def _check_reason(request: ApprovalRequest, said: Statement, ports: Ports) -> None:
    action = ports.policy.actions.get(request.action)
    if said.choice is Choice.APPROVE and action and action.approval.reason_required and not (said.reason or "").strip():
        raise ReasonRequired


def _check_turn(request: ApprovalRequest, actor: Actor, said: Statement) -> None:
    """Each person decides once. An approval can be withdrawn, once; after that they may decide again."""
    before = [decision.choice for decision in request.decisions if decision.by == actor.id]
    if said.choice is Choice.WITHDRAW:
        if before != [Choice.APPROVE]:
            raise NothingToWithdraw
    elif before and before[-1] is not Choice.WITHDRAW:
        raise AlreadyDecided


def _with(
    request: ApprovalRequest, decision: Decision, actor: Actor, ports: Ports
) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
    details: dict[str, str | bool | None] = {
        "decision": decision.choice.value,
        "comment": decision.comment,
        "break_glass": decision.break_glass or None,
    }
    recorded = Draft(EventType.DECISION_RECORDED, actor, {k: v for k, v in details.items() if v is not None})
    # Policy may have become stricter since the agent asked; what is asked for now is also what card and view say.
    action = ports.policy.actions.get(request.action)
    needed = max(request.quorum, action.approval.quorum if action else 0)
    request = replace(request, decisions=(*request.decisions, decision), quorum=needed)
    if decision.choice is Choice.DENY:
        return request.moved(RequestStatus.DENIED), (recorded, Draft(EventType.REQUEST_DENIED, actor))
    if decision.choice is Choice.WITHDRAW or not approvals.is_met(request, needed, ports):
        return request, (recorded,)
    standing = dict.fromkeys(decision.by for decision in approvals.standing(request, ports))
    approved = Draft(EventType.REQUEST_APPROVED, actor, {"approvers": list(standing)})
    return request.moved(RequestStatus.APPROVED), (recorded, approved)
