"""Redeem a grant for a credential that can do the approved action and nothing else."""

from __future__ import annotations

from datetime import datetime

from sallyport.domain.actions import Delivery
from sallyport.domain.clock import stamp
from sallyport.domain.credentials import ScopedCredentials
from sallyport.domain.events import SYSTEM, Draft, EventType
from sallyport.domain.ports import PortFailed, Ports
from sallyport.domain.refusals import CredentialsFailed, EvidenceMismatch, GrantRevoked, Halted
from sallyport.domain.requests import ApprovalRequest, RequestStatus
from sallyport.services.redemption import mint, redeem
from sallyport.services.transition import record, record_effect
from sallyport.services.workflow import call_back


def issue_credentials(
    caller: str, request_id: str, ports: Ports, now: datetime
) -> tuple[ScopedCredentials, ApprovalRequest]:
    """The credential, once. `grant.redeemed` is written, then STS is asked, then `credentials.issued` is written; a
    credential whose last event could not be written is dropped. After a crash in between, the agent has to ask again.

    The credential's expiration is the earlier of STS's and the cut-off in its policy.
    """
    redeemed = redeem(caller, request_id, Delivery.CREDENTIAL, ports, now)
    try:
        credentials = mint(redeemed, ports.issuer)
    except PortFailed as failed:
        _record_failed(request_id, failed.code, ports, now)
        call_back(redeemed.request, ports)
        raise CredentialsFailed from None

    def issued(current: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        if current.status is not RequestStatus.REDEEMED:
            raise GrantRevoked
        details = {"access_key_id": credentials.access_key_id, "until": stamp(redeemed.cut_off)}
        return current, (Draft(EventType.CREDENTIALS_ISSUED, SYSTEM, details),)

    try:
        request = record_effect(ports, request_id, issued, now)
    except (EvidenceMismatch, GrantRevoked, Halted) as refusal:
        # Stopped between STS and here: the credential is dropped, and its deny by request tag is there or not needed.
        _record_failed(request_id, refusal.code, ports, now)
        call_back(redeemed.request, ports)
        raise
    call_back(request, ports)
    return credentials, request


def _record_failed(request_id: str, code: str, ports: Ports, now: datetime) -> None:
    def failed(current: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        event = Draft(EventType.CREDENTIALS_FAILED, SYSTEM, {"code": code})
        if current.status is RequestStatus.REDEEMED:
            current = current.moved(RequestStatus.FAILED, code)
        return current, (event,)

    record(ports, request_id, failed, now)
