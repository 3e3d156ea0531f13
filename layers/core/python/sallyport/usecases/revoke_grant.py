"""End a grant early: void it, or deny the session that was minted from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sallyport.domain.callers import Caller
from sallyport.domain.canonical import JSON
from sallyport.domain.card_debts import CardDebt
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
    Unavailable,
    UnknownCaller,
)
from sallyport.domain.requests import ApprovalRequest, Grant, GrantStatus, RequestStatus
from sallyport.domain.revocations import ListFull
from sallyport.domain.submissions import Report
from sallyport.domain.tallies import RefusedCall
from sallyport.masking import mask_text
from sallyport.services import open_requests
from sallyport.services.cards import refresh_card
from sallyport.services.refused_calls import caller_of, count_refusal
from sallyport.services.sessions import deny_for_agent, deny_for_people, has_room, live_session, role_of
from sallyport.services.switches import note_policy
from sallyport.services.transition import record, record_refusal
from sallyport.services.workflow import call_back


def revoke_grant(
    caller: str, request_id: str, ports: Ports, now: datetime, report: Report | None = None
) -> ApprovalRequest:
    """End the grant, with the evidence first. Safe to repeat: for a person, a deny that could not be written is written
    again; for an agent, nothing happens.

    Before redemption the grant is void and the workflow closes; afterwards the session is denied on its role. From its
    agent this is "done" (status `closed`); from a person it is `revoked` and always finds room. What `report` says is
    masked and stands in the event; a repeated call adds none. Raises NotFound, NotAnApprover, NothingToRevoke,
    RevocationsFull (an agent's "done" alone) or RevocationFailed. Whoever is refused is in the request's chain.
    """
    _note_policy(ports, now)
    try:
        return _revoke(caller, request_id, report, ports, now)
    except (NotFound, NotAnApprover, NothingToRevoke, RevocationsFull) as refusal:
        record_refusal(ports, request_id, EventType.DECISION_REFUSED, caller_of(caller, ports), refusal, now)
        raise


def _note_policy(ports: Ports, now: datetime) -> None:
    """If the deployment's chain cannot be read or written, granting is refused; taking away continues."""
    try:
        note_policy(ports, now)
    except (PortFailed, Unavailable):
        return


def _revoke(caller: str, request_id: str, report: Report | None, ports: Ports, now: datetime) -> ApprovalRequest:
    principal = _principal(caller, ports)
    request = _permitted(principal, request_id, ports)
    by_person = isinstance(principal, Person)
    if not by_person and request.status is RequestStatus.CLOSED and not request.live:
        return request
    if not by_person and live_session(request, now) and not has_room(request, ports, now):
        raise RevocationsFull
    known, request = request, _recorded(principal, request_id, report, ports, now)
    try:
        if live_session(request, now):
            _deny(request, ports, now, by_person=by_person)
    finally:
        if request.version != known.version:
            call_back(request, ports)
            refresh_card(request_id, ports, now)
    return request


def void_grant(caller: Caller, request_id: str, ports: Ports, now: datetime) -> ApprovalRequest | None:
    """What `revoke_grant` does before redemption, for callers who come through a chat: the grant is void. None where a
    session of it may live, with nothing done: ending that takes IAM, which what faces a chat does not have.

    Raises NotFound, NotAnApprover or NothingToRevoke; each is in the request's chain.
    """
    _note_policy(ports, now)
    try:
        known = _permitted(caller.principal, request_id, ports)
        request = _voided(caller.actor, request_id, ports, now)
    except (NotFound, NotAnApprover, NothingToRevoke) as refusal:
        record_refusal(ports, request_id, EventType.DECISION_REFUSED, caller.actor, refusal, now)
        raise
    if request.version == known.version:
        return None
    call_back(request, ports)
    refresh_card(request_id, ports, now)
    return request


def _voided(actor: Actor, request_id: str, ports: Ports, now: datetime) -> ApprovalRequest:
    def voided(current: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        if live_session(current, now):
            return current, ()
        if current.status is not RequestStatus.APPROVED:
            raise NothingToRevoke
        return _void(current, actor, {}, now)

    return record(ports, request_id, voided, now)


def _void(
    request: ApprovalRequest, actor: Actor, told: dict[str, JSON], now: datetime
) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
    """An approved request whose grant nobody can redeem any more, and the event that says so."""
    grant = replace(request.grant, status=GrantStatus.REVOKED) if request.grant else None
    event = Draft(EventType.GRANT_REVOKED, actor, {"session": "none", **told})
    return _ended(request, RequestStatus.REVOKED, grant, actor, now), (event,)


def _ended(
    request: ApprovalRequest, status: RequestStatus, grant: Grant | None, actor: Actor, now: datetime
) -> ApprovalRequest:
    """With its card owed from now on: whoever revokes many does not wait for a chat, nor does a crash keep it from
    being shown."""
    owed = CardDebt(now) if request.card is not None else None
    return replace(request.moved(status), grant=grant, ended_by=actor, card_debt=owed)


def _recorded(
    principal: Agent | Person, request_id: str, report: Report | None, ports: Ports, now: datetime
) -> ApprovalRequest:
    """The request with its end in the trail. Raises NothingToRevoke."""
    by_person = isinstance(principal, Person)
    actor = Actor(ActorKind.PERSON if by_person else ActorKind.AGENT, principal.id, "api")
    told = _told(report)

    def revoked(current: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        live = live_session(current, now)
        if current.status is RequestStatus.APPROVED:
            return _void(current, actor, told, now)
        if not live:
            raise NothingToRevoke
        if current.status is RequestStatus.REVOKED or (current.status is RequestStatus.CLOSED and not by_person):
            return current, ()  # recorded before; only the deny is written again
        status = RequestStatus.REVOKED if by_person else RequestStatus.CLOSED
        ended = _ended(current, status, replace(live, status=GrantStatus.REVOKED), actor, now)
        return ended, (Draft(EventType.GRANT_REVOKED, actor, {"session": "denied", **told}),)

    return record(ports, request_id, revoked, now)


def _told(report: Report | None) -> dict[str, JSON]:
    """The report as an event keeps it."""
    if report is None:
        return {}
    said: dict[str, JSON] = {
        "outcome": report.outcome.value if report.outcome else None,
        "note": mask_text(report.note).text if report.note else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _deny(request: ApprovalRequest, ports: Ports, now: datetime, *, by_person: bool) -> None:
    try:
        if by_person:
            deny_for_people(role_of(request, ports), [request], ports, now)
        else:
            deny_for_agent(request, ports, now)
    except ListFull:
        raise RevocationsFull from None
    except PortFailed:
        raise RevocationFailed from None


def revoke_agent(caller: str, agent_id: str, ports: Ports, now: datetime) -> tuple[list[str], dict[str, str]]:
    """Revoke every live grant of an agent that this person may revoke: the ids done, and ids with the refusal's code.

    Halt the agent first: what is granted while this runs is not seen by it. Raises UnknownCaller or NotFound, counted.
    """
    try:
        person = ports.policy.directory.person_of(caller)
        if person is None:
            raise UnknownCaller
        if agent_id not in ports.policy.directory.agents and not open_requests.names("agent", agent_id, ports, now):
            raise NotFound
    except Refusal as refusal:
        count_refusal(RefusedCall.REVOKE, caller_of(caller, ports), refusal, ports, now)
        raise
    _note_policy(ports, now)
    ended, refused = _all_recorded(person, agent_id, ports, now)
    refused |= _all_denied(ended, ports, now)
    for request in ended:
        call_back(request, ports)
    return [request.request_id for request in ended if request.request_id not in refused], refused


def _all_recorded(
    person: Person, agent_id: str, ports: Ports, now: datetime
) -> tuple[list[ApprovalRequest], dict[str, str]]:
    ended: list[ApprovalRequest] = []
    refused: dict[str, str] = {}
    for request in ports.store.live(agent_id, now - open_requests.LONGEST_LIFE):
        try:
            _permitted(person, request.request_id, ports)
            ended.append(_recorded(person, request.request_id, None, ports, now))
        except NothingToRevoke:
            continue
        except Refusal as refusal:
            refused[request.request_id] = refusal.code
            actor = Actor(ActorKind.PERSON, person.id, "api")
            record_refusal(ports, request.request_id, EventType.DECISION_REFUSED, actor, refusal, now)
    return ended, refused


def _all_denied(ended: list[ApprovalRequest], ports: Ports, now: datetime) -> dict[str, str]:
    """Deny the sessions, with one policy for each role; the code for each that could not be denied."""
    by_role: dict[str, list[ApprovalRequest]] = {}
    refused: dict[str, str] = {}
    for request in ended:
        if live_session(request, now):
            by_role.setdefault(request.grant.role_arn or "" if request.grant else "", []).append(request)
    for requests in by_role.values():
        try:
            deny_for_people(role_of(requests[0], ports), requests, ports, now)
        except PortFailed:
            refused |= {request.request_id: RevocationFailed.code for request in requests}
    return refused


def _principal(caller: str, ports: Ports) -> Agent | Person:
    directory = ports.policy.directory
    principal = directory.agent_of(caller) or directory.person_of(caller)
    if principal is None:
        raise NotFound
    return principal


def _permitted(principal: Agent | Person | None, request_id: str, ports: Ports) -> ApprovalRequest:
    request = ports.store.load(request_id)
    if request is None or principal is None:
        raise NotFound
    if ports.authorizer.may("revoke", principal, request).allowed:
        return request
    if not isinstance(principal, Person) or not ports.authorizer.may("read", principal, request).allowed:
        raise NotFound
    raise NotAnApprover
