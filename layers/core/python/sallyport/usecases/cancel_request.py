"""The agent withdraws what it asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sallyport.domain.events import Actor, ActorKind, Draft, EventType
from sallyport.domain.ports import Ports
from sallyport.domain.refusals import AlreadySettled, NotFound
from sallyport.domain.requests import ApprovalRequest, RequestStatus
from sallyport.services.transition import record
from sallyport.services.workflow import call_back


def cancel_request(caller: str, request_id: str, ports: Ports, now: datetime) -> ApprovalRequest:
    """Cancel a pending request. Raises AlreadySettled, or NotFound for a request of another agent."""
    agent = ports.policy.directory.agent_of(caller)

    def cancelled(request: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        if agent is None or request.agent != agent.id:
            raise NotFound
        if request.settled:
            raise AlreadySettled
        actor = Actor(ActorKind.AGENT, agent.id, "api")
        cancelled = replace(request.moved(RequestStatus.CANCELLED), ended_by=actor)
        return cancelled, (Draft(EventType.REQUEST_CANCELLED, actor),)

    request = record(ports, request_id, cancelled, now)
    call_back(request, ports)
    return request
