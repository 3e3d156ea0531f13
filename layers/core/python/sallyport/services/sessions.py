"""Deny sessions on their role. Nobody waits for anybody: the list changes by compare-and-set, and whoever was putting
an older policy in the meantime puts the newest one before it leaves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial

from sallyport.domain.events import Draft
from sallyport.domain.ports import Conflict, PortFailed, SessionPorts
from sallyport.domain.refusals import Refusal
from sallyport.domain.requests import ApprovalRequest, Grant, RequestStatus
from sallyport.domain.revocations import ListFull, RevokedSession, RoleList, session_end
from sallyport.domain.target_ports import OutcomeUnknown
from sallyport.services.transition import record

# Each lost race is somebody else's success, and an agent has one for each session that was approved for it.
_TRIES = 50
_WAIT_SECONDS = 0.02
# Each put after the first answers a list that grew while the one before was under way.
_PUTS = 20
_IAM_WAIT_SECONDS = 0.5

type Sleep = Callable[[float], None]


def live_session(request: ApprovalRequest, now: datetime) -> Grant | None:
    """The grant whose session may still live, if there is one."""
    grant = request.grant
    if grant is None or grant.redeemed_at is None or request.status is RequestStatus.FAILED:
        return None
    return grant if now < session_end(grant.redeemed_at, request.duration_seconds) else None


def has_room(request: ApprovalRequest, ports: SessionPorts, now: datetime) -> bool:
    """Whether an agent's "done" finds room. Checked before the evidence; a list that fills up after that
    still refuses."""
    try:
        ports.role_lists.read(role_of(request, ports)).with_sessions([_entry(request, now)], now)
    except ListFull:
        return False
    return True


def deny_for_people(
    role: str, requests: Iterable[ApprovalRequest], ports: SessionPorts, now: datetime, sleep: Sleep = time.sleep
) -> None:
    """Deny these sessions, which people revoked. Once this has returned the deny is in IAM.

    The list is kept first, so that what fails here is written by the next one on the role. Raises PortFailed.
    """
    denied = tuple(requests)
    entries = [replace(_entry(request, now), by_person=True) for request in denied]
    writer = ports.entropy.request_id()

    def joined(current: RoleList) -> RoleList:
        listed = current.with_sessions(entries, now)
        for request_id in current.displaced_by(listed, now):
            _mark(request_id, None, ports, now)  # before it gives way: it may live again, and must be found as live
        return listed.joined(writer, now)

    listed = _change(role, joined, ports, sleep)
    if _written(role, writer, listed, ports, sleep).stands:
        for request in denied:
            _mark(request.request_id, now, ports, now)


def deny_for_agent(request: ApprovalRequest, ports: SessionPorts, now: datetime, sleep: Sleep = time.sleep) -> None:
    """Deny the session that its agent says it is done with: once, and without waiting for anybody.

    One that is listed is left to whoever writes next, a person or the reconciler, and so is one that is listed while
    somebody writes. So an agent causes one put for each of its sessions, however often it repeats itself. Raises
    ListFull, or PortFailed when its own put failed.
    """
    role, writer, entry = role_of(request, ports), ports.entropy.request_id(), _entry(request, now)

    def listed_or_joined(current: RoleList) -> RoleList:
        if current.sessions.cover(entry):
            return current
        listed = current.with_sessions([entry], now)
        return listed if listed.others_write(now) else listed.joined(writer, now)

    listed = _change(role, listed_or_joined, ports, sleep)
    if writer in dict(listed.writers) and _written(role, writer, listed, ports, sleep).stands:
        _mark(request.request_id, now, ports, now)


def settle_session(request_id: str, ports: SessionPorts, now: datetime, sleep: Sleep = time.sleep) -> bool:
    """For whoever looks after requests on a schedule: bring one that is listed as live nearer to its end. True when
    nothing of it can live any more, so that it is no longer listed.

    Writes the deny that a crash or IAM left unwritten, and takes note that a session's time has run out. `now` is the
    time of this very call: it says until when what is put here may arrive. Raises PortFailed when IAM is not written.
    """
    request = ports.store.load(request_id)
    if request is None or not request.live or request.status is RequestStatus.APPROVED:
        return request is None or not request.live
    if not live_session(request, now):
        return _mark(request_id, now, ports, now)
    if request.status is RequestStatus.REDEEMED:
        return False
    role, writer = role_of(request, ports), ports.entropy.request_id()
    entry = replace(_entry(request, now), by_person=request.status is RequestStatus.REVOKED)

    def joined_unless_it_stands(current: RoleList) -> RoleList:
        listed = current if current.sessions.cover(entry) else current.with_sessions([entry], now)
        return listed if listed.stands else listed.joined(writer, now)

    try:
        listed = _change(role, joined_unless_it_stands, ports, sleep)
    except ListFull:
        return False
    if not listed.stands:
        listed = _written(role, writer, listed, ports, sleep)
    return listed.stands and _mark(request_id, now, ports, now)


def role_of(request: ApprovalRequest, ports: SessionPorts) -> str:
    """The role's name, behind `<account>/` where it is another account's. Raises PortFailed when there is none."""
    arn = (request.grant.role_arn if request.grant else None) or ""
    _, _, account_and_path = arn.partition(":iam::")
    account, _, path = account_and_path.partition(":role")
    if not path:
        raise PortFailed("role_unknown")
    name = path.rsplit("/", 1)[-1]
    return name if account == ports.places.account else f"{account}/{name}"


def _entry(request: ApprovalRequest, now: datetime) -> RevokedSession:
    redeemed_at = (request.grant.redeemed_at if request.grant else None) or now
    return RevokedSession(
        request.request_id, redeemed_at, session_end(redeemed_at, request.duration_seconds), by_person=False
    )


def _written(role: str, writer: str, listed: RoleList, ports: SessionPorts, sleep: Sleep) -> RoleList:
    """Put the list's policy until the list that was put is the newest, and leave.

    A put that was answered with a failure leaves at once; one without an answer stays among the writers until it can
    no longer arrive, so that nobody assumes that what is put in the meantime is in place.
    """
    put: int | None = None
    for _ in range(_PUTS):
        try:
            ports.role_policies.put(role, listed.sessions.policy())
        except OutcomeUnknown:
            raise PortFailed("role_not_written") from None
        except PortFailed:
            if put is None:
                _change(role, lambda current: current.left(writer, None), ports, sleep)
                raise
            sleep(_IAM_WAIT_SECONDS)  # an earlier put may have overwritten a newer one, so it tries again
            continue
        put = listed.version
        listed = _change(role, partial(RoleList.left_if_newest, writer=writer, version=put), ports, sleep)
        if listed.version == put:
            return listed
    raise PortFailed("role_list_busy")


def _change(role: str, change: Callable[[RoleList], RoleList], ports: SessionPorts, sleep: Sleep) -> RoleList:
    for _ in range(_TRIES):
        current = ports.role_lists.read(role)
        changed = change(current)
        if changed == current:
            return current
        try:
            return ports.role_lists.save(role, current, changed)
        except Conflict:
            sleep(_WAIT_SECONDS)
    raise PortFailed("role_list_busy")


def _mark(request_id: str, ended_at: datetime | None, ports: SessionPorts, now: datetime) -> bool:
    """Keep with the request whether a session of it can work. False when it could not be kept: the request then stays
    listed as live, and is looked at again."""

    def marked(current: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        if current.grant is None or (current.grant.ended_at is None) is (ended_at is None):
            return current, ()
        return replace(current, grant=replace(current.grant, ended_at=ended_at)), ()

    try:
        record(ports, request_id, marked, now)
    except (PortFailed, Refusal):
        return False
    return True
