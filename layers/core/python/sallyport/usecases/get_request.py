"""Read a request: its agent, an approver of it, an auditor."""

from __future__ import annotations

import time
from collections.abc import Callable

from sallyport.domain.callers import Caller, known
from sallyport.domain.ports import Ports
from sallyport.domain.refusals import NotFound
from sallyport.domain.requests import ApprovalRequest
from sallyport.masking import MaskedDocument
from sallyport.services.cards import stored_view

# API Gateway ends an integration after 29 s.
MAX_WAIT_SECONDS = 25
# What policy grants by itself is granted within two seconds or so; a person takes minutes, and each look is paid for.
_SOON_SECONDS, _SOON_POLL_SECONDS, _POLL_SECONDS = 2.0, 0.25, 1.0
# How many pending requests a chat looks through for those that wait for one person.
LOOKED_AT = 25


def get_request(
    caller: str | Caller,
    request_id: str,
    wait_seconds: int,
    ports: Ports,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[ApprovalRequest, MaskedDocument | None]:
    """The request and its masked view, after at most `wait_seconds` (0 to 25) for its status to change.

    The view is None until it has been masked. Raises NotFound for whoever may not read it, as for what is not there.
    """
    request = readable(caller, request_id, ports)
    began = clock()
    deadline = began + min(max(wait_seconds, 0), MAX_WAIT_SECONDS)
    status = request.status
    while request.status is status and clock() < deadline:
        sleep(_SOON_POLL_SECONDS if clock() - began < _SOON_SECONDS else _POLL_SECONDS)
        request = ports.store.load(request_id) or request
    return request, view_of(request, ports)


def readable(caller: str | Caller, request_id: str, ports: Ports) -> ApprovalRequest:
    """The request if this caller may read it. Raises NotFound otherwise."""
    request = ports.store.load(request_id)
    if request is None:
        raise NotFound
    principal = known(caller, ports.policy.directory).principal
    if principal is None or not ports.authorizer.may("read", principal, request).allowed:
        raise NotFound
    return request


def list_pending(
    caller: str | Caller, limit: int, after: str | None, ports: Ports
) -> tuple[list[ApprovalRequest], str | None]:
    """A page of requests that this person may decide, oldest first, and the cursor of the next page."""
    person = known(caller, ports.policy.directory).person
    if person is None:
        raise NotFound
    found, cursor = ports.store.pending(limit, after)
    return [request for request in found if ports.authorizer.may("decide", person, request).allowed], cursor


def waiting_for(caller: Caller, ports: Ports) -> tuple[list[ApprovalRequest], str | None]:
    """What this person may decide and has not approved yet, among the oldest, and a cursor when there are more."""
    found, more = list_pending(caller, LOOKED_AT, None, ports)
    person = caller.person
    masked = [request for request in found if request.presented_digest is not None]
    return [request for request in masked if person is None or person.id not in request.approvers], more


def view_of(request: ApprovalRequest, ports: Ports) -> MaskedDocument | None:
    """The masked view, once there is one. Raises PortFailed when it cannot be read."""
    return None if request.presented_digest is None else stored_view(request, ports)
