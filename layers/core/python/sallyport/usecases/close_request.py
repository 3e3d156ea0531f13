"""The workflow's last state: settle what is still open, show it on the card, empty the vault."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sallyport.domain.events import SYSTEM, Actor, Draft, EventType
from sallyport.domain.ports import Ports
from sallyport.domain.requests import ApprovalRequest, GrantStatus, RequestStatus
from sallyport.services.break_glass import closed as closing
from sallyport.services.break_glass import review_closes
from sallyport.services.cards import refresh_card
from sallyport.services.transition import record

TIMED_OUT = "timed_out"


def close_request(request_id: str, code: str, ports: Ports, now: datetime, actor: Actor = SYSTEM) -> ApprovalRequest:
    """Every path of the workflow ends here; `code` says why it came. Safe to repeat.

    `actor` is who closes where the workflow did not. Silence never becomes a grant: a request still pending, or
    approved but not redeemed, expires or fails here.
    """

    def closed(request: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        if request.task_token is None and request.status not in (RequestStatus.PENDING, RequestStatus.APPROVED):
            return request, ()
        changed, drafts = _settled(request, code, actor)
        if not review_closes(changed):
            drafts = (*drafts, closing(changed, actor))
        return replace(changed, task_token=None), drafts

    request = record(ports, request_id, closed, now)
    refresh_card(request_id, ports, now)
    ports.vault.delete(request_id)
    return request


def _settled(request: ApprovalRequest, code: str, actor: Actor) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
    timed_out = code == TIMED_OUT
    if request.status is RequestStatus.PENDING:
        if timed_out:
            # That nobody had a card says more than that time ran out.
            return request.moved(RequestStatus.EXPIRED, request.code or code), (
                Draft(EventType.REQUEST_EXPIRED, actor),
            )
        return request.moved(RequestStatus.FAILED, code), ()
    if request.status is RequestStatus.APPROVED:
        grant = request.grant
        if grant is not None:
            grant = replace(grant, status=GrantStatus.EXPIRED)
        drafts = (Draft(EventType.GRANT_EXPIRED, actor),) if grant is not None else ()
        status = RequestStatus.EXPIRED if timed_out else RequestStatus.FAILED
        return replace(request.moved(status, code), grant=grant), drafts
    return request, ()
