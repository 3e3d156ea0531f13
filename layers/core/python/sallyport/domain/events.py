"""The audit chain: one chain per request, each event hashed over its RFC 8785 form and linked to the one before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sallyport.domain.canonical import JSON, canonical, sha256_hex
from sallyport.domain.clock import stamp

GENESIS = "0" * 64
VERSION = 1


class EventType(StrEnum):
    REQUEST_SUBMITTED = "request.submitted"
    REQUEST_REFUSED = "request.refused"
    REQUEST_MASKED = "request.masked"
    APPROVAL_REQUESTED = "approval.requested"
    APPROVAL_ESCALATED = "approval.escalated"
    DECISION_RECORDED = "decision.recorded"
    DECISION_EXPLAINED = "decision.explained"
    DECISION_REFUSED = "decision.refused"
    REQUEST_APPROVED = "request.approved"
    REQUEST_DENIED = "request.denied"
    REQUEST_EXPIRED = "request.expired"
    REQUEST_CANCELLED = "request.cancelled"
    GRANT_ISSUED = "grant.issued"
    GRANT_REDEEMED = "grant.redeemed"
    CREDENTIALS_ISSUED = "credentials.issued"
    CREDENTIALS_FAILED = "credentials.failed"
    CREDENTIALS_REFUSED = "credentials.refused"
    ACTION_EXECUTED = "action.executed"
    ACTION_FAILED = "action.failed"
    GRANT_REVOKED = "grant.revoked"
    GRANT_EXPIRED = "grant.expired"
    REQUEST_CLOSED = "request.closed"
    POLICY_CHANGED = "policy.changed"
    BREAK_GLASS_REVIEWED = "break_glass.reviewed"
    HALTED = "halted"
    RESUMED = "resumed"


class ActorKind(StrEnum):
    AGENT = "agent"
    PERSON = "person"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it and by which channel (`api`, `slack`, `workflow`, `cli`). An unknown caller's id is `unknown`."""

    kind: ActorKind
    id: str
    channel: str


SYSTEM = Actor(ActorKind.SYSTEM, "sallyport", "workflow")
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Draft:
    """What happened, before it has a place in the chain. `details` holds codes and ids only."""

    type: EventType
    actor: Actor
    details: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subject:
    """What every event of a request repeats, so that each can be read alone."""

    request_id: str
    action: str
    action_digest: str
    policy_digest: str
    presented_digest: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: how many events it has, and the hash of the last."""

    length: int
    hash: str


NO_EVENTS = Head(0, GENESIS)


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """A link as it is stored: `body` is the exact RFC 8785 string that `hash` is the SHA-256 of."""

    request_id: str
    seq: int
    type: EventType
    body: str
    hash: str
    prev_hash: str


@dataclass(frozen=True, slots=True)
class Link:
    """An event as stored in the table; `place` is its sort key. What it proves, `evidence` says."""

    place: str
    body: str
    hash: str
    prev_hash: str


def link(
    subject: Subject, head: Head, drafts: Iterable[Draft], at: datetime, judged_by: str | None = None
) -> tuple[tuple[AuditEvent, ...], Head]:
    """Give `drafts` their places behind `head`. The first event of a chain has seq 0 and `GENESIS` before it.

    `judged_by` is the digest of the policy by which this happened, where that is not the subject's own.
    """
    events: list[AuditEvent] = []
    for draft in drafts:
        body: dict[str, JSON] = {
            "v": VERSION,
            "request_id": subject.request_id,
            "seq": head.length,
            "at": stamp(at),
            "type": draft.type.value,
            "actor": {"kind": draft.actor.kind.value, "id": draft.actor.id, "channel": draft.actor.channel},
            "action": subject.action,
            "action_digest": subject.action_digest,
            "policy_digest": subject.policy_digest,
            "judged_by": judged_by or subject.policy_digest,
            "details": dict(draft.details),
            "prev_hash": head.hash,
        }
        if subject.presented_digest is not None:
            body["presented_digest"] = subject.presented_digest
        encoded = canonical(body)
        digest = sha256_hex(encoded)
        events.append(
            AuditEvent(subject.request_id, head.length, draft.type, encoded.decode(), digest, prev_hash=head.hash)
        )
        head = Head(head.length + 1, digest)
    return tuple(events), head
