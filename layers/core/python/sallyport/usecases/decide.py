"""A person decides. One use case for every channel, so that no channel has rules of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sallyport.domain.binding import same_digest
from sallyport.domain.directory import Person
from sallyport.domain.events import UNKNOWN, Actor, ActorKind, Draft, EventType
from sallyport.domain.refusals import (
    AlreadyDecided,
    AlreadySettled,
    ChannelNotAllowed,
    NotAnApprover,
    ReasonRequired,
    Refusal,
    SelfApproval,
    StaleDigest,
)
from sallyport.domain.requests import ApprovalRequest, Choice, Decision, RequestStatus
from sallyport.domain.submissions import Statement
from sallyport.masking import mask_text
from sallyport.usecases.halts import check_not_halted
from sallyport.usecases.ports import PortFailed, Ports
from sallyport.usecases.transition import record, record_refusal

FOUR_EYES = "four-eyes"


def decide(
    request_id: str, person: Person | None, channel: str, said: Statement, ports: Ports, now: datetime
) -> ApprovalRequest:
    """Record the decision and, when it settles the request, its outcome; then let the workflow go on.

    `person` is who the channel authenticated, None for somebody who is not in the directory. Everything that is refused
    is audited. The callback may be lost: what was recorded is what counts.
    """
    actor = Actor(ActorKind.PERSON, person.id if person else UNKNOWN, channel)

    def decided(request: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        _check(request, person, channel, said, ports, now)
        decision = Decision(
            by=actor.id,
            choice=said.choice,
            at=now,
            channel=channel,
            presented_digest=said.presented_digest,
            comment=mask_text(said.reason).text if said.reason else None,
        )
        return _with(request, decision, actor)

    try:
        request = record(ports.store, request_id, decided, now)
    except Refusal as refusal:
        record_refusal(ports.store, request_id, EventType.DECISION_REFUSED, actor, refusal, now)
        raise
    if request.settled:
        call_back(request, ports)
    return request


def call_back(request: ApprovalRequest, ports: Ports) -> None:
    """Wake the workflow. A callback that gets lost is made up for by `reconcile_requests`."""
    if request.task_token is None:
        return
    try:
        ports.workflow.succeed(request.task_token, request.request_id)
    except PortFailed:
        return


def _check(
    request: ApprovalRequest, person: Person | None, channel: str, said: Statement, ports: Ports, now: datetime
) -> None:
    """Authority before state: a stranger learns nothing about the request from the refusal."""
    if person is None:
        raise NotAnApprover
    action = ports.policy.actions.get(request.action)
    if action is None:
        raise NotAnApprover
    answer = ports.authorizer.may("decide", person, request)
    if not answer.allowed:
        raise SelfApproval if FOUR_EYES in answer.reasons else NotAnApprover
    if channel not in action.approval.channels:
        raise ChannelNotAllowed
    if request.settled or now >= request.expires_at:
        raise AlreadySettled
    if not _about(request, said):
        raise StaleDigest
    check_not_halted(request.agent, request.action, ports.store)
    if any(decision.by == person.id for decision in request.decisions):
        raise AlreadyDecided
    if action.approval.reason_required and not (said.reason or "").strip():
        raise ReasonRequired


def _about(request: ApprovalRequest, said: Statement) -> bool:
    """Whether the decision is about what is pending now."""
    if request.presented_digest is None or not same_digest(said.presented_digest, request.presented_digest):
        return False
    return said.action_digest is None or same_digest(said.action_digest, request.action_digest)


def _with(request: ApprovalRequest, decision: Decision, actor: Actor) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
    details: dict[str, str | None] = {"decision": decision.choice.value, "comment": decision.comment}
    recorded = Draft(EventType.DECISION_RECORDED, actor, {k: v for k, v in details.items() if v is not None})
    request = replace(request, decisions=(*request.decisions, decision))
    if decision.choice is Choice.DENY:
        return request.moved(RequestStatus.DENIED), (recorded, Draft(EventType.REQUEST_DENIED, actor))
    if not request.has_quorum:
        return request, (recorded,)
    approved = Draft(EventType.REQUEST_APPROVED, actor, {"approvers": list(request.approvers)})
    return request.moved(RequestStatus.APPROVED), (recorded, approved)
