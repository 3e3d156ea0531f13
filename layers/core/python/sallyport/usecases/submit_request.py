"""An agent asks for one action."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sallyport.domain.binding import VaultRecord, sameness_bytes
from sallyport.domain.deployment import Deployment
from sallyport.domain.directory import Agent
from sallyport.domain.events import UNKNOWN, Actor, ActorKind, Draft, EventType, link
from sallyport.domain.overdue import is_unstarted
from sallyport.domain.ports import Exists, PortFailed, Ports, TooManyRequests
from sallyport.domain.proofs import submission_facts
from sallyport.domain.refusals import (
    IdempotencyConflict,
    RateLimited,
    Refusal,
    TooManyPending,
    Unavailable,
    UnknownAction,
    UnknownCaller,
)
from sallyport.domain.requests import ApprovalRequest, RequestStatus
from sallyport.domain.submissions import Submission, new_request
from sallyport.domain.tallies import RefusedCall
from sallyport.services import policy
from sallyport.services.refused_calls import count_refusal
from sallyport.services.rendering import effect_of
from sallyport.services.switches import check_not_halted, note_policy
from sallyport.services.transition import record
from sallyport.services.workflow import start_workflow


def submit_request(
    caller: str, submission: Submission, idempotency_key: str | None, ports: Ports, now: datetime
) -> tuple[ApprovalRequest, bool]:
    """The request that this submission is, and whether it is new.

    `caller` is the IAM principal that API Gateway authenticated. The agent's counters are taken and the submission is
    in the audit trail before anything goes into the vault, and that is done before the workflow starts. Raises a
    Refusal, which is counted and leaves nothing but the count; a replay costs no counter.
    """
    deployment = note_policy(ports, now)
    agent = ports.policy.directory.agent_of(caller)
    try:
        if agent is None:
            raise UnknownCaller
        return _submitted(agent, submission, idempotency_key, deployment, ports, now)
    except Refusal as refusal:
        if not isinstance(refusal, Unavailable):  # that one is our failure, and has its evidence in the request's chain
            _count_refused(agent, submission, refusal, ports, now)
        raise


def _submitted(
    agent: Agent,
    submission: Submission,
    idempotency_key: str | None,
    deployment: Deployment,
    ports: Ports,
    now: datetime,
) -> tuple[ApprovalRequest, bool]:
    request, vaulted = _prepare(ports.entropy.request_id(), agent, submission, deployment, ports, now)
    actor = Actor(ActorKind.AGENT, agent.id, "api")
    submitted = Draft(EventType.REQUEST_SUBMITTED, actor, submission_facts(request))
    events, head = link(request.subject, request.head, [submitted], now)
    request = replace(request, head=head)
    key = ports.sameness.sign(f"{agent.id}\n{idempotency_key}".encode()) if idempotency_key else None
    try:
        ports.store.create(request, events, idempotency_key=key, limits=ports.limits, now=now)
    except Exists as exists:
        return _existing(exists, request, ports, now), False
    except TooManyRequests as limit:
        # Each hour starts a new counter.
        left = 3600 - (now.minute * 60 + now.second)
        raise TooManyPending() if limit.pending else RateLimited(retry_after=left) from None
    _begin(request, vaulted, ports, now)
    return request, True


def _prepare(
    request_id: str, agent: Agent, submission: Submission, deployment: Deployment, ports: Ports, now: datetime
) -> tuple[ApprovalRequest, VaultRecord]:
    action = ports.policy.actions.get(submission.action)
    if action is None:
        raise UnknownAction
    check_not_halted(agent.id, action.name, deployment)
    seconds = policy.check(action, submission, ports.policy.masking)
    verdict = policy.admitted(agent, action, submission, ports, now)
    effect = effect_of(action, request_id, submission.parameters, ports)
    vaulted = VaultRecord(
        request_id=request_id,
        action=action.name,
        parameters=dict(submission.parameters),
        reason=submission.reason,
        context=submission.context,
        agent=agent.id,
        on_behalf_of=submission.on_behalf_of,
        duration_seconds=seconds,
        target_role_arn=effect.target_role_arn,
        session_policy=effect.session_policy,
        policy_digest=ports.policy.digest,
        salt=ports.entropy.salt(),
        call=effect.call,
        hidden=tuple(sorted(action.hidden)),
    )
    return new_request(vaulted, agent, action, verdict, _sameness(vaulted, ports), now), vaulted


def _sameness(vaulted: VaultRecord, ports: Ports) -> str:
    data = sameness_bytes(
        vaulted.agent,
        vaulted.action,
        vaulted.parameters,
        vaulted.reason,
        vaulted.context,
        vaulted.on_behalf_of,
        vaulted.duration_seconds,
    )
    return ports.sameness.sign(data)


def _existing(exists: Exists, request: ApprovalRequest, ports: Ports, now: datetime) -> ApprovalRequest:
    """The request that is there. One whose workflow never started is started: its submission died on the way."""
    if exists.by_key and exists.sameness != request.sameness:
        raise IdempotencyConflict
    found = ports.store.load(exists.request_id)
    if found is None:
        raise Unavailable
    if is_unstarted(found, now):
        try:
            start_workflow(found, ports)
        except (PortFailed, KeyError):
            raise Unavailable from None
    return found


def _begin(request: ApprovalRequest, vaulted: VaultRecord, ports: Ports, now: datetime) -> None:
    """Put the action into the vault and start. Raises Unavailable once the request is recorded as failed."""
    try:
        ports.vault.put(vaulted)
        start_workflow(request, ports)
    except PortFailed as failed:
        code = failed.code

        def fail(current: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
            if current.settled:
                return current, ()
            closed = Draft(
                EventType.REQUEST_CLOSED,
                Actor(ActorKind.SYSTEM, "sallyport", "api"),
                {"status": "failed", "code": code},
            )
            return current.moved(RequestStatus.FAILED, code), (closed,)

        record(ports, request.request_id, fail, now)
        raise Unavailable from None


def _count_refused(agent: Agent | None, submission: Submission, refusal: Refusal, ports: Ports, now: datetime) -> None:
    """Whatever the caller made up is counted as `unknown`."""
    action = submission.action if submission.action in ports.policy.actions else UNKNOWN
    actor = Actor(ActorKind.AGENT, agent.id if agent else UNKNOWN, "api")
    count_refusal(RefusedCall.SUBMIT, actor, refusal, ports, now, action)
