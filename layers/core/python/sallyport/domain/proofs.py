"""Whether a stored request is what its audit chain tells. The chain decides; the item is a copy that is quick to
read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sallyport.domain.canonical import JSON
from sallyport.domain.clock import stamp
from sallyport.domain.events import EventType, Link, Subject
from sallyport.domain.evidence import Disproved, Event, end, verified
from sallyport.domain.requests import ApprovalRequest, Choice, Decision, Grant, RequestStatus, Review

CHAIN_BROKEN = "chain"
# In `grant.issued`, where nobody had to approve.
BY_POLICY = "policy"

_S, _E = RequestStatus, EventType
_THROUGHOUT = ("action", "action_digest", "policy_digest")
# Only these lead to a state in which the request can still have an effect; after any event of `_ENDS` it no longer can.
_LEADS_TO = {_E.REQUEST_SUBMITTED: _S.PENDING, _E.REQUEST_APPROVED: _S.APPROVED, _E.GRANT_REDEEMED: _S.REDEEMED}
_ENDS = frozenset({
    _E.REQUEST_DENIED, _E.REQUEST_EXPIRED, _E.REQUEST_CANCELLED, _E.GRANT_REVOKED, _E.GRANT_EXPIRED,
    _E.CREDENTIALS_FAILED, _E.ACTION_FAILED,
})  # fmt: skip
_ASKED = frozenset({_E.APPROVAL_REQUESTED, _E.APPROVAL_ESCALATED})
# A refusal proves nothing about the request, because somebody may have edited the request just before it.
_REFUSED = frozenset({_E.DECISION_REFUSED, _E.CREDENTIALS_REFUSED})


def submission_facts(request: ApprovalRequest) -> dict[str, JSON]:
    """What `request.submitted` records: authority, four eyes, deadlines and durations are judged by it from then on."""
    facts: dict[str, JSON] = {
        "verdict": request.verdict.value,
        "delivery": request.delivery.value,
        "owner": request.owner,
        "operators": list(request.operators),
        "may_act_for": list(request.may_act_for),
        "risk": request.risk,
        "on_behalf_of": request.on_behalf_of,
        "duration_seconds": request.duration_seconds,
        "expires_at": stamp(request.expires_at),
        "quorum": request.quorum,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def disagreements(request: ApprovalRequest, links: Sequence[Link]) -> tuple[str, ...]:
    """The members of the stored request that its chain contradicts: none if it can be believed, only `chain` if the
    chain itself does not verify.

    Counters, the task token, the card's place and the groups that may read and deny it are not compared, because none
    of these lets anything take effect.
    """
    try:
        events = verified(request.request_id, links)
        told = {**_told(events), "head": end(links[-1])}
        asked_for = events[0]["details"]["quorum"]
    except (Disproved, KeyError, TypeError, AttributeError, IndexError):
        return (CHAIN_BROKEN,)
    # Today's policy may have raised the quorum since, so the least is what the agent's submission asked for.
    least = min(asked_for, request.quorum)
    stored = {**_stored(request), "submission": {**submission_facts(request), "quorum": least}}
    return tuple(name for name in sorted(stored) if stored[name] != told[name])


def subject_told(request_id: str, links: Sequence[Link]) -> Subject:
    """What the events of this chain repeat. Raises Disproved for a chain that does not hold."""
    events = verified(request_id, links)
    try:
        first = events[0]
        return Subject(
            request_id, first["action"], first["action_digest"], first["policy_digest"], _presented_digest(events)
        )
    except (KeyError, IndexError):
        raise Disproved from None


def _told(events: Sequence[Event]) -> dict[str, object]:
    first = events[0]
    if first["type"] != _E.REQUEST_SUBMITTED:
        raise Disproved
    return {
        **_repeated(events),
        "presented_digest": _presented_digest(events),
        "agent": first["actor"]["id"],
        "created_at": first["at"],
        "submission": first["details"],
        "status": _status(events),
        "rung": max((event["details"]["rung"] + 1 for event in events if event["type"] in _ASKED), default=1),
        "decisions": _decisions(events),
        "grant": _grant(events),
        "review": next((_said(event) for event in events if event["type"] == _E.BREAK_GLASS_REVIEWED), None),
    }


def _stored(request: ApprovalRequest) -> dict[str, object]:
    status = request.status
    return {
        **{name: getattr(request, name) for name in _THROUGHOUT},
        "presented_digest": request.presented_digest,
        "agent": request.agent,
        "created_at": stamp(request.created_at),
        "status": status if status in _LEADS_TO.values() else None,
        "rung": request.rung,
        "decisions": [_kept(decision, request.presented_digest) for decision in request.decisions],
        "grant": None if request.grant is None else _kept_grant(request.grant),
        "review": None if request.review is None else _kept(request.review, request.presented_digest),
        "head": request.head,
    }


def _repeated(events: Sequence[Event]) -> dict[str, object]:
    first = events[0]
    if any(event[name] != first[name] for event in events if event["type"] not in _REFUSED for name in _THROUGHOUT):
        raise Disproved
    return {name: first[name] for name in _THROUGHOUT}


def _presented_digest(events: Sequence[Event]) -> str | None:
    """Of the one view that people were shown; `request.masked` is the first to name it, and all after it do."""
    shown: str | None = None
    for event in events:
        if event["type"] in _REFUSED:
            continue
        named = event.get("presented_digest")
        if named != shown and not (shown is None and event["type"] == _E.REQUEST_MASKED):
            raise Disproved
        shown = named
    return shown


def _status(events: Sequence[Event]) -> RequestStatus | None:
    """Where the request stands while it can have an effect, None once it cannot."""
    status: RequestStatus | None = None
    for event in events:
        closed_elsewhere = event["type"] == _E.REQUEST_CLOSED and event["details"]["status"] != status
        if event["type"] in _ENDS or closed_elsewhere:
            return None
        status = _LEADS_TO.get(event["type"], status)
    return status


def _decisions(events: Sequence[Event]) -> list[dict[str, object]]:
    """Each as it was recorded, with the reason that the same person gave for it afterwards."""
    why = {e["actor"]["id"]: e["details"]["comment"] for e in events if e["type"] == _E.DECISION_EXPLAINED}
    said = [_said(event) for event in events if event["type"] == _E.DECISION_RECORDED]
    return [s | {"comment": why[s["by"]]} if s["choice"] == Choice.DENY and s["by"] in why else s for s in said]


def _said(event: Event) -> dict[str, object]:
    details = event["details"]
    return {
        "by": event["actor"]["id"],
        "channel": event["actor"]["channel"],
        "at": event["at"],
        "choice": details["decision"],
        "presented_digest": event["presented_digest"],
        "comment": details.get("comment"),
        "break_glass": details.get("break_glass", False),
    }


def _kept(said: Decision | Review, shown: str | None) -> dict[str, object]:
    return {
        "by": said.by,
        "channel": said.channel,
        "at": stamp(said.at),
        "choice": said.choice,
        "presented_digest": said.presented_digest if isinstance(said, Decision) else shown,
        "comment": said.comment,
        "break_glass": isinstance(said, Decision) and said.break_glass,
    }


def _grant(events: Sequence[Event]) -> dict[str, object] | None:
    issued = next((event for event in events if event["type"] == _E.GRANT_ISSUED), None)
    if issued is None:
        return None
    redeemed = next((event for event in events if event["type"] == _E.GRANT_REDEEMED), None)
    return {
        "issued_at": issued["at"],
        "expires_at": issued["details"]["until"],
        "approvers": [by for by in issued["details"]["approvers"] if by != BY_POLICY],
        "redeemed_at": redeemed["at"] if redeemed else None,
        "cut_off": redeemed["details"]["until"] if redeemed else None,
        "role": redeemed["details"]["role"] if redeemed else None,
    }


def _kept_grant(grant: Grant) -> dict[str, object]:
    return {
        "issued_at": stamp(grant.issued_at),
        "expires_at": stamp(grant.expires_at),
        "approvers": list(grant.approvers),
        "redeemed_at": _stamp(grant.redeemed_at),
        "cut_off": _stamp(grant.cut_off),
        "role": grant.role_arn,
    }


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)
