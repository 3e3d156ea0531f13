"""What is kept: requests with their evidence, raw actions, and what approvers were shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sallyport.domain.binding import VaultRecord
from sallyport.domain.deployment import Deployment
from sallyport.domain.events import AuditEvent, Link
from sallyport.domain.requests import ApprovalRequest
from sallyport.masking import MaskedDocument


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one agent may ask for: new requests in an hour, and undecided ones at a time."""

    per_hour: int
    pending: int


class RequestStore(Protocol):
    """State and evidence: both are written, or neither."""

    def create(
        self,
        request: ApprovalRequest,
        events: tuple[AuditEvent, ...],
        *,
        idempotency_key: str | None,
        limits: Limits,
        now: datetime,
    ) -> None:
        """Take the agent's counters and store, all in one. Raises Exists when an identical request
        `answers` this one or the key is taken, or TooManyRequests; then nothing is stored and nothing counted."""

    def load(self, request_id: str) -> ApprovalRequest | None:
        """Strongly consistent."""

    def save(
        self,
        previous: ApprovalRequest,
        request: ApprovalRequest,
        events: tuple[AuditEvent, ...],
        guard: Deployment | None = None,
    ) -> None:
        """Store `request` in the place of `previous`, as long as `guard` is what holds for the deployment.

        Raises Conflict when one of them is no longer what is stored.
        """

    def undecided(self, agent: str) -> int:
        """How many of this agent's requests are pending."""

    def pending(self, limit: int, after: str | None) -> tuple[tuple[ApprovalRequest, ...], str | None]:
        """A page of undecided requests, oldest first, and where the next one begins."""

    def seen_before(self, signature: str, now: datetime) -> bool:
        """Remember a Slack signature for its window; True when it was there already."""

    def links(self, request_id: str) -> tuple[Link, ...]:
        """The whole chain, in order, as it is stored. Strongly consistent."""

    def newest(self, request_id: str) -> Link | None:
        """The last link of the chain. Strongly consistent."""

    def deployment(self) -> Deployment:
        """The switches with their reasons and the end of the deployment's own chain, as they are stored: `UNREADABLE`
        when they are not. Ask `services.switches`, which holds them against the chain. Strongly consistent."""

    def save_deployment(self, previous: Deployment, deployment: Deployment, events: tuple[AuditEvent, ...]) -> None:
        """Store in the place of `previous`. Raises Conflict when that is no longer what is stored."""

    def live(self, agent: str, since: datetime) -> tuple[ApprovalRequest, ...]:
        """Requests of this agent, made after `since`, whose grant or session may be of use: until the session is over
        or its deny stands. Eventually consistent (may lag about 1 s)."""

    def overdue(self, now: datetime) -> Iterator[str]:
        """Ids of the requests that are due (`domain.overdue`), oldest first, read as they are asked for. Eventually
        consistent (may lag about 1 s)."""

    def note_decision(self, person: str, request_id: str, now: datetime) -> None:
        """Remember for a month that this person decided this request, so that they find it again. It is not evidence,
        and nothing depends on it."""

    def decided_by(self, person: str, limit: int) -> tuple[str, ...]:
        """The ids of the requests that this person decided last, the newest first. Eventually consistent (may lag about
        1 s)."""

    def unreviewed(self) -> tuple[ApprovalRequest, ...]:
        """Break-glass requests that await their review, oldest first. Eventually consistent (may lag about 1 s)."""


class Vault(Protocol):
    """Raw actions, encrypted, short-lived."""

    def put(self, record: VaultRecord) -> None: ...

    def get(self, request_id: str) -> VaultRecord:
        """Raises PortFailed(`vault_unavailable`) when it is not there or cannot be read."""

    def delete(self, request_id: str) -> None:
        """Every version. Harmless when there is none."""

    def listed(self) -> Iterator[tuple[str, datetime]]:
        """The ids of all that is there in any version, and when it was put, read as they are asked for."""


class Views(Protocol):
    """What approvers were shown, by its digest, kept for the retention period."""

    def put(self, presented_digest: str, view: MaskedDocument) -> None: ...

    def get(self, presented_digest: str) -> MaskedDocument:
        """Raises PortFailed when the view is not there, or is not the one of this digest."""
