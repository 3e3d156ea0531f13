"""End a grant early: void it, or deny the session that was minted from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sallyport.domain.credentials import STS_MAXIMUM
from sallyport.domain.directory import Agent, Person
from sallyport.domain.events import Actor, ActorKind, Draft, EventType
from sallyport.domain.ports import PortFailed, Ports
from sallyport.domain.refusals import (
    NotAnApprover,
    NotFound,
    NothingToRevoke,
    Refusal,
    RevocationFailed,
    RevocationsFull,
    UnknownCaller,
)
from sallyport.domain.requests import ApprovalRequest, Grant, GrantStatus, RequestStatus
from sallyport.domain.revocations import IN_FLIGHT, ListFull, RevokedSession, session_end
from sallyport.domain.tallies import RefusedCall
from sallyport.usecases import open_requests
from sallyport.usecases.count_refusal import caller_of, count_refusal
from sallyport.usecases.decide import call_back
from sallyport.usecases.deny_sessions import deny_session, has_room
from sallyport.usecases.note_policy import note_policy
from sallyport.usecases.transition import record, record_refusal

# A request that was made under a more patient policy, or of an action that is gone, is still found.
_AT_LEAST = open_requests.LONGEST_LIFE


def revoke_grant(caller: str, request_id: str, ports: Ports, now: datetime) -> ApprovalRequest:
    """End the grant, with the evidence first. Safe to repeat: a deny that could not be written is written again.

    Before redemption the grant is void and the workflow closes; afterwards the session is denied on its role. From its
    agent this is "done" (status `closed`); from a person it is `revoked` and always finds room. Raises NotFound,
    NotAnApprover, NothingToRevoke, RevocationsFull (an agent's "done" alone) or RevocationFailed. Whoever is refused is
    in the request's chain.
    """
    note_policy(ports, now)
    try:
        return _revoke(caller, request_id, ports, now)
    except (NotFound, NotAnApprover, NothingToRevoke, RevocationsFull) as refusal:
        record_refusal(ports, request_id, EventType.DECISION_REFUSED, caller_of(caller, ports), refusal, now)
        raise


def _revoke(caller: str, request_id: str, ports: Ports, now: datetime) -> ApprovalRequest:
    principal = _principal(caller, ports)
    request = _permitted(principal, request_id, ports)
    by_person = isinstance(principal, Person)
    actor = Actor(ActorKind.PERSON if by_person else ActorKind.AGENT, principal.id, "api")
    if not by_person and _session(request, now) and not has_room(request, _denied(request, now, by_person), ports, now):
        raise RevocationsFull

    def revoked(current: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        live = _session(current, now)
        if current.status is RequestStatus.APPROVED:
            void = replace(current.grant, status=GrantStatus.REVOKED) if current.grant else None
            event = Draft(EventType.GRANT_REVOKED, actor, {"session": "none"})
            return replace(current.moved(RequestStatus.REVOKED), grant=void), (event,)
        if not live:
            raise NothingToRevoke
        if current.status is RequestStatus.REVOKED or (current.status is RequestStatus.CLOSED and not by_person):
            return current, ()  # recorded before; only the deny is written again
        status = RequestStatus.REVOKED if by_person else RequestStatus.CLOSED
        ended = replace(live, status=GrantStatus.REVOKED)
        return replace(current.moved(status), grant=ended), (
            Draft(EventType.GRANT_REVOKED, actor, {"session": "denied"}),
        )

    request = record(ports, request_id, revoked, now)
    if _session(request, now):
        try:
            deny_session(request, _denied(request, now, by_person), ports, now)
        except ListFull:
            raise RevocationsFull from None
        except PortFailed:
            raise RevocationFailed from None
    call_back(request, ports)
    return request


def revoke_agent(caller: str, agent_id: str, ports: Ports, now: datetime) -> tuple[list[str], dict[str, str]]:
    """Revoke every live grant of an agent that this person may revoke: the ids done, and ids with the refusal's code.

    Halt the agent first: what is granted while this runs is not seen by it. Raises UnknownCaller or NotFound, counted.
    """
    try:
        if ports.policy.directory.person_of(caller) is None:
            raise UnknownCaller
        if agent_id not in ports.policy.directory.agents and not open_requests.names("agent", agent_id, ports, now):
            raise NotFound
    except Refusal as refusal:
        count_refusal(RefusedCall.REVOKE, caller_of(caller, ports), refusal, ports, now)
        raise
    done: list[str] = []
    refused: dict[str, str] = {}
    for request in ports.store.live(agent_id, now - _longest_life(ports)):
        if request.status is not RequestStatus.APPROVED and not _session(request, now):
            continue
        try:
            revoke_grant(caller, request.request_id, ports, now)
            done.append(request.request_id)
        except NothingToRevoke:
            continue
        except Refusal as refusal:
            refused[request.request_id] = refusal.code
    return done, refused


def _longest_life(ports: Ports) -> timedelta:
    """How long after it was made a request can have a live session: the ladder, the grant, and STS's hour."""
    actions = ports.policy.actions.values()
    seconds = max((a.approval.timeout_seconds + a.redemption_seconds for a in actions), default=0)
    return max(_AT_LEAST, timedelta(seconds=seconds + STS_MAXIMUM) + IN_FLIGHT)


def _principal(caller: str, ports: Ports) -> Agent | Person:
    directory = ports.policy.directory
    principal = directory.agent_of(caller) or directory.person_of(caller)
    if principal is None:
        raise NotFound
    return principal


def _permitted(principal: Agent | Person, request_id: str, ports: Ports) -> ApprovalRequest:
    request = ports.store.load(request_id)
    if request is None:
        raise NotFound
    if ports.authorizer.may("revoke", principal, request).allowed:
        return request
    if not isinstance(principal, Person) or not ports.authorizer.may("read", principal, request).allowed:
        raise NotFound
    raise NotAnApprover


def _session(request: ApprovalRequest, now: datetime) -> Grant | None:
    """The grant whose session may still live, if there is one."""
    grant = request.grant
    if grant is None or grant.redeemed_at is None or request.status is RequestStatus.FAILED:
        return None
    return grant if now < session_end(grant.redeemed_at, request.duration_seconds) else None


def _denied(request: ApprovalRequest, now: datetime, by_person: bool) -> RevokedSession:  # noqa: FBT001 - one private word
    redeemed_at = (request.grant.redeemed_at if request.grant else None) or now
    return RevokedSession(
        request.request_id, redeemed_at, session_end(redeemed_at, request.duration_seconds), by_person=by_person
    )
