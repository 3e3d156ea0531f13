"""The agent redeems its grant, once, and Sallyport mints the session for it: to hand out, or to make its own call."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sallyport.domain.actions import Delivery
from sallyport.domain.binding import VaultRecord
from sallyport.domain.clock import stamp
from sallyport.domain.credentials import ScopedCredentials, order
from sallyport.domain.directory import Agent
from sallyport.domain.events import UNKNOWN, Actor, ActorKind, Draft, EventType
from sallyport.domain.ports import CredentialIssuer, RedeemPorts
from sallyport.domain.refusals import (
    AlreadyRedeemed,
    GrantExpired,
    GrantRevoked,
    NotApproved,
    NotFound,
    NotYetApproved,
    PolicyChanged,
    Refusal,
    WrongDelivery,
)
from sallyport.domain.requests import ApprovalRequest, GrantStatus, RequestStatus
from sallyport.domain.session_policy import at_redemption
from sallyport.services import break_glass
from sallyport.services.grants import check_still_approved
from sallyport.services.switches import note_policy
from sallyport.services.transition import record, record_refusal

# An approval becomes a grant within a second or two; an agent that is faster waits here instead of being refused.
GRANT_WAIT_SECONDS = 6.0
_GRANT_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A grant that is used up. `seconds` is how long what follows may have an effect, `cut_off` when that is over."""

    request: ApprovalRequest
    vaulted: VaultRecord
    approvers: tuple[str, ...]
    seconds: int
    cut_off: datetime


def redeem(
    caller: str,
    request_id: str,
    delivery: Delivery,
    ports: RedeemPorts,
    now: datetime,
    sleep: Callable[[float], None] = time.sleep,
) -> Redeemed:
    """Use the grant up and record `grant.redeemed`: before any effect, so that a crash afterwards cannot repeat it.

    Raises a Refusal, audited as `credentials.refused`; NotFound for a request of another agent.
    """
    agent = ports.policy.directory.agent_of(caller)
    actor = Actor(ActorKind.AGENT, agent.id if agent else UNKNOWN, "api")
    # The change may run more than once; the one that was saved ran last.
    found: list[Redeemed] = []

    def redeemed(request: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        _check(request, delivery, now)
        if agent is None or not ports.authorizer.may("redeem", agent, request).allowed:
            raise PolicyChanged
        if request.grant is None:
            raise NotYetApproved
        vaulted = check_still_approved(request, ports)
        seconds = break_glass.seconds(request, ports.policy.actions[request.action])
        cut_off = now + timedelta(seconds=seconds)
        found[:] = [Redeemed(request, vaulted, request.grant.approvers, seconds, cut_off)]
        grant = replace(
            request.grant,
            status=GrantStatus.REDEEMED,
            redeemed_at=now,
            cut_off=cut_off,
            role_arn=vaulted.target_role_arn,
        )
        details = {"delivery": delivery.value, "until": stamp(cut_off), "role": vaulted.target_role_arn}
        redeemed_event = Draft(EventType.GRANT_REDEEMED, actor, details)
        return replace(request.moved(RequestStatus.REDEEMED), grant=grant), (redeemed_event,)

    try:
        _await_grant(_own(agent, request_id, ports, now), ports, sleep)
        changed = record(ports, request_id, redeemed, now, proved=True, unless_halted=True)
    except Refusal as refusal:
        # An attempt on another agent's request is that request's evidence; the caller still learns nothing.
        record_refusal(ports, request_id, EventType.CREDENTIALS_REFUSED, actor, refusal, now)
        raise
    return replace(found[0], request=changed)


def mint(redeemed: Redeemed, issuer: CredentialIssuer) -> ScopedCredentials:
    """The session for what was approved and nothing else, over at the cut-off. Raises PortFailed."""
    request, vaulted = redeemed.request, redeemed.vaulted
    wanted = order(
        request_id=request.request_id,
        agent=request.agent,
        action=request.action,
        approvers=redeemed.approvers,
        role_arn=vaulted.target_role_arn,
        policy=at_redemption(vaulted.session_policy, redeemed.cut_off),
        seconds=redeemed.seconds,
    )
    return issuer.issue(wanted)


def _own(agent: Agent | None, request_id: str, ports: RedeemPorts, now: datetime) -> ApprovalRequest:
    request = ports.store.load(request_id)
    if agent is None or request is None or request.agent != agent.id:
        note_policy(ports, now)
        raise NotFound
    return request


def _await_grant(request: ApprovalRequest, ports: RedeemPorts, sleep: Callable[[float], None]) -> None:
    waited = 0.0
    while request.status is RequestStatus.APPROVED and request.grant is None and waited < GRANT_WAIT_SECONDS:
        sleep(_GRANT_POLL_SECONDS)
        waited += _GRANT_POLL_SECONDS
        request = ports.store.load(request.request_id) or request


def _check(request: ApprovalRequest, delivery: Delivery, now: datetime) -> None:
    """The one place that says why a request cannot be redeemed."""
    if request.delivery is not delivery:
        raise WrongDelivery
    grant = request.grant
    if request.status is RequestStatus.REVOKED:
        raise GrantRevoked
    if grant is not None and grant.redeemed_at is not None:
        raise AlreadyRedeemed
    if grant is not None and (grant.status is GrantStatus.EXPIRED or now >= grant.expires_at):
        raise GrantExpired
    if request.status is RequestStatus.PENDING or (request.status is RequestStatus.APPROVED and grant is None):
        raise NotYetApproved
    if request.status is not RequestStatus.APPROVED:
        raise NotApproved
