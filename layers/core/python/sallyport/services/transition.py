"""Load, decide, save with the evidence; again when somebody else was faster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sallyport.domain.events import SYSTEM, Actor, Draft, EventType, Head, link
from sallyport.domain.evidence import Disproved, end
from sallyport.domain.ports import Conflict, PortFailed, RecordPorts
from sallyport.domain.refusals import EvidenceMismatch, NotFound, Refusal, Unavailable
from sallyport.domain.requests import ApprovalRequest
from sallyport.services.mismatches import load_proved, record_mismatch
from sallyport.services.switches import check_not_halted, note_policy

# Five people clicking at once each lose at most four races.
_ATTEMPTS = 8
# Past this many refusals of one actor with one code only a marker was written: nobody can bury the decisions, and
# nobody's refusals take the place of somebody else's, or of other attempts of their own.
REFUSALS_KEPT = 5

type Change = Callable[[ApprovalRequest], tuple[ApprovalRequest, tuple[Draft, ...]]]


def record(
    ports: RecordPorts,
    request_id: str,
    change: Change,
    now: datetime,
    *,
    proved: bool = False,
    unless_halted: bool = False,
) -> ApprovalRequest:
    """Apply `change` to the stored request and write its events, judged by today's policy, in the same transaction.

    `change` sees the newest state, may run more than once, and stops everything by raising a Refusal; when it returns
    the request itself, nothing is saved. A change without an event is bookkeeping (where the card
    is), never a transition. With `proved`, the stored request is believed only if its audit chain says the same; the
    events go right after that very chain, or nothing is saved. With `unless_halted`, nothing is saved once a switch
    has been set for this request, because the transaction is conditional on the switches as they
    were read. Raises NotFound, Unavailable (lost every race), EvidenceMismatch, Halted, or what `change` raises.
    """
    for attempt in range(_ATTEMPTS):
        request = load_proved(request_id, ports) if proved else ports.store.load(request_id)
        if request is None:
            raise NotFound
        guard = note_policy(ports, now) if unless_halted else None
        changed, drafts = change(request)
        if changed is request and not drafts:
            return request
        if changed.status is not request.status and not drafts:
            raise ValueError("a transition needs its evidence")
        if guard is not None:
            check_not_halted(request.agent, request.action, guard)
        # Who loses may have been given a forged head: whatever stops something must not be stopped by that.
        before = _end_of_chain(request, ports) if attempt else request.head
        events, head = link(changed.subject, before, drafts, now, ports.policy.digest)
        changed = replace(changed, version=request.version + 1, head=head)
        try:
            ports.store.save(request, changed, events, guard)
        except Conflict:
            continue
        return changed
    raise Unavailable


def _end_of_chain(request: ApprovalRequest, ports: RecordPorts) -> Head:
    """Where the chain really ends; a function that may not read it goes by the item."""
    try:
        return end(ports.store.newest(request.request_id))
    except (PortFailed, Disproved):
        return request.head


def record_effect(ports: RecordPorts, request_id: str, change: Change, now: datetime) -> ApprovalRequest:
    """`record` what leads to an effect: on proved evidence, and not while halted. A mismatch is in the trail before it
    is raised."""
    try:
        return record(ports, request_id, change, now, proved=True, unless_halted=True)
    except EvidenceMismatch as mismatch:
        record_refusal(ports, request_id, EventType.CREDENTIALS_REFUSED, SYSTEM, mismatch, now)
        raise


def record_or_refuse(
    request_id: str, change: Change, actor: Actor, ports: RecordPorts, now: datetime, *, proved: bool
) -> ApprovalRequest:
    """`record` a decision, with a refusal in the trail before it is raised."""
    try:
        return record(ports, request_id, change, now, proved=proved)
    except Refusal as refusal:
        record_refusal(ports, request_id, EventType.DECISION_REFUSED, actor, refusal, now)
        raise


def record_refusal(
    ports: RecordPorts, request_id: str, event: EventType, actor: Actor, refusal: Refusal, now: datetime
) -> None:
    """Write that somebody was refused, in the chain of the request it was about. The last event that the cap lets
    through says that more of the kind were not kept. Raises NotFound when there is no such request."""

    if isinstance(refusal, EvidenceMismatch):
        record_mismatch(ports, request_id, event, actor, refusal, now)
        return

    def refuse(request: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        before = request.refused(actor, refusal.code)
        if before > REFUSALS_KEPT:
            return request, ()
        last = before == REFUSALS_KEPT
        details = {"code": "more_refusals_not_kept", "of": refusal.code} if last else {"code": refusal.code}
        return request.with_refusal(actor, refusal.code), (Draft(event, actor, details),)

    record(ports, request_id, refuse, now)
