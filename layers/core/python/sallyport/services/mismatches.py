"""A request whose item and audit chain disagree: somebody other than the functions wrote to one of the tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sallyport.domain.events import Actor, Draft, EventType, Link, Subject, link
from sallyport.domain.evidence import Disproved, end
from sallyport.domain.ports import Conflict, RecordPorts
from sallyport.domain.proofs import disagreements, subject_told
from sallyport.domain.refusals import EvidenceMismatch, NotFound, Unavailable
from sallyport.domain.requests import ApprovalRequest

_ATTEMPTS = 8
_LOOKS, _MOST_LOOKS, _PAUSE_SECONDS = 3, 12, 0.03
# An agent that keeps asking does not bury the decisions.
_KEPT = 20


def load_proved(
    request_id: str, ports: RecordPorts, sleep: Callable[[float], None] = time.sleep
) -> ApprovalRequest | None:
    """The request, if its whole chain verifies and agrees with its item; None if there is no such request.

    The two are read one after the other, so somebody may have written in between: an item was tampered with only if it
    stays unchanged while the chain contradicts it. Raises EvidenceMismatch.
    """
    version, looks = -1, 0
    for _ in range(_MOST_LOOKS):
        request = ports.store.load(request_id)
        if request is None:
            return None
        members = disagreements(request, ports.store.links(request_id))
        if not members:
            return request
        version, looks = request.version, looks + 1 if request.version == version else 1
        if looks == _LOOKS:
            break
        sleep(_PAUSE_SECONDS)
    raise EvidenceMismatch(*members)


def record_mismatch(
    ports: RecordPorts, request_id: str, event: EventType, actor: Actor, mismatch: EvidenceMismatch, now: datetime
) -> None:
    """Write that somebody was refused because of it, where the chain really ends and with the digests that it tells.

    Of the item only the head is mended, so that the request can still be denied, revoked and closed. What else was
    edited stays as it is, and stays refused.
    """
    draft = Draft(event, actor, {"code": mismatch.code, "members": list(mismatch.members)})
    for _ in range(_ATTEMPTS):
        request, links = ports.store.load(request_id), ports.store.links(request_id)
        if request is None:
            raise NotFound
        if sum(f'"code":"{mismatch.code}"' in link.body for link in links) >= _KEPT:
            return
        try:
            head = end(links[-1] if links else None)
        except Disproved:
            raise Unavailable from None
        events, head = link(_subject(request, links), head, [draft], now, ports.policy.digest)
        try:
            ports.store.save(request, replace(request, version=request.version + 1, head=head), events)
        except Conflict:
            continue
        return
    raise Unavailable


def _subject(request: ApprovalRequest, links: Sequence[Link]) -> Subject:
    try:
        return subject_told(request.request_id, links)
    except Disproved:
        return request.subject
