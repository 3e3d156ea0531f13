"""Write a session into its role's list of denied ones, one writer at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sallyport.domain.ports import Conflict, PortFailed, Ports
from sallyport.domain.requests import ApprovalRequest
from sallyport.domain.revocations import ListFull, RevokedSession

# Longer than any holder's calls can take (DynamoDB and IAM with their timeouts), shorter than the API's 29 s.
LEASE = timedelta(seconds=20)
_WAITS = 100
_WAIT_SECONDS = 0.2


def has_room(request: ApprovalRequest, session: RevokedSession, ports: Ports, now: datetime) -> bool:
    """Whether an agent's "done" finds room. Asked before the evidence; a list that fills up meanwhile still refuses."""
    try:
        ports.role_lists.read(_role(request, ports)).with_session(session, now)
    except ListFull:
        return False
    return True


def deny_session(
    request: ApprovalRequest,
    session: RevokedSession,
    ports: Ports,
    now: datetime,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """The list is kept first and its policy written while it is held, so the newest list is what stands; what a crash
    left unwritten is written by the next revocation on the role, or by the same one again.

    Raises ListFull, or PortFailed when the role cannot be written or is held for too long.
    """
    role, holder = _role(request, ports), ports.entropy.request_id()
    for _ in range(_WAITS):
        try:
            held = ports.role_lists.acquire(role, holder, datetime.now(UTC), LEASE)
            break
        except Conflict:
            sleep(_WAIT_SECONDS)
    else:
        raise PortFailed("role_list_busy")
    try:
        listed = held.with_session(session, now)
        ports.role_lists.store(role, holder, listed)
        ports.role_policies.put(role, listed.policy())
    except Conflict:
        raise PortFailed("role_list_lost") from None
    finally:
        ports.role_lists.release(role, holder)


def _role(request: ApprovalRequest, ports: Ports) -> str:
    """The role's name. Raises PortFailed for a role of another account, whose policies are not ours to write."""
    arn = (request.grant.role_arn if request.grant else None) or ""
    _, _, account_and_path = arn.partition(":iam::")
    account, _, path = account_and_path.partition(":role")
    if account != ports.places.account or not path:
        raise PortFailed("role_elsewhere")
    return path.rsplit("/", 1)[-1]
