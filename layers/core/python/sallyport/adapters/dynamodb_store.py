"""Requests and their audit trail in DynamoDB. Every write of both is one transaction."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pynamodb.exceptions import DoesNotExist, PutError, PynamoDBException
from pynamodb.transactions import TransactWrite

from sallyport.adapters.request_record import deployment_from_json, deployment_to_json, from_json, to_json
from sallyport.adapters.table_client import connected
from sallyport.adapters.tables import AuditItem, RequestItem
from sallyport.adapters.transactions import (
    CONFLICT_ATTEMPTS,
    Cancelled,
    append,
    transact,
)
from sallyport.domain.clock import stamp
from sallyport.domain.deployment import UNREADABLE, Deployment
from sallyport.domain.events import AuditEvent, Link
from sallyport.domain.overdue import due
from sallyport.domain.ports import Conflict, Exists, Limits, PortFailed, TooManyRequests
from sallyport.domain.requests import ApprovalRequest, RequestStatus

if TYPE_CHECKING:
    from pynamodb.expressions.condition import Condition

# A Slack signature is good for 300 s either side.
_SIGNATURE_WINDOW = timedelta(minutes=11)
_KEY_LIFE = timedelta(hours=24)
_CLOSED_LIFE = timedelta(days=90)
# The longest that an approved request may wait to be redeemed (action.schema.json): a day.
_GRANT_LIFE = timedelta(days=1)
# How long people find their own decisions in the app's Home.
_NOTE_LIFE = timedelta(days=30)
_SWITCHES = "HALTS"
# What pynamodb and the records raise for an item that is not ours: a member is missing, or of another type.
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)


class DynamoDbStore:
    """RequestStore on the requests and audit tables."""

    def __init__(self, requests_table: str, audit_table: str, region: str) -> None:
        self._connection = connected(region, {RequestItem: requests_table, AuditItem: audit_table})

    def create(
        self,
        request: ApprovalRequest,
        events: tuple[AuditEvent, ...],
        *,
        idempotency_key: str | None,
        limits: Limits,
        now: datetime,
    ) -> None:
        for attempt in range(CONFLICT_ATTEMPTS):
            replaced = self._replaced_twin(request, idempotency_key, now)
            try:
                self._create(request, events, idempotency_key, replaced, limits, now)
                return
            except Cancelled as cancelled:
                if "ConditionalCheckFailed" in cancelled.codes[-2:]:
                    raise TooManyRequests(pending=cancelled.codes[-2] == "ConditionalCheckFailed") from None
                # Somebody wrote the same pointer or the agent's counters at this moment: look again.
                time.sleep(0.02 * (attempt + 1))
        raise PortFailed("store_busy")

    def _create(
        self,
        request: ApprovalRequest,
        events: tuple[AuditEvent, ...],
        key: str | None,
        replaced: str | None,
        limits: Limits,
        now: datetime,
    ) -> None:
        load, rate = _load_key(request.agent), f"RATE#{request.agent}#{now:%Y%m%d%H}"
        hour_after = int((now + timedelta(hours=2)).timestamp())
        same = RequestItem(
            f"SAME#{request.sameness}", target=request.request_id, ttl=_epoch(request.expires_at + _GRANT_LIFE)
        )
        free = RequestItem.pk.does_not_exist() if replaced is None else RequestItem.target == replaced

        def write(tx: TransactWrite) -> None:
            # pynamodb sends updates after puts, so the counters' reasons are the last two of a cancellation's: that
            # tells a limit from a race.
            tx.update(
                RequestItem(load),
                actions=[RequestItem.count.add(1)],
                condition=RequestItem.count.does_not_exist() | (RequestItem.count < limits.pending),
            )
            tx.update(
                RequestItem(rate),
                actions=[RequestItem.count.add(1), RequestItem.ttl.set(hour_after)],
                condition=RequestItem.count.does_not_exist() | (RequestItem.count < limits.per_hour),
            )
            tx.save(_item(request), condition=RequestItem.pk.does_not_exist())
            tx.save(same, condition=free)
            if key:
                pointer = RequestItem(
                    f"KEY#{key}",
                    target=request.request_id,
                    sameness=request.sameness,
                    ttl=_epoch(now + _KEY_LIFE),
                )
                tx.save(pointer, condition=RequestItem.pk.does_not_exist())
            append(tx, events)

        transact(self._connection, write)

    def _replaced_twin(self, request: ApprovalRequest, key: str | None, now: datetime) -> str | None:
        """The earlier request that an identical one replaces, or None. Raises Exists."""
        taken = self._get(f"KEY#{key}") if key else None
        if taken is not None and taken.target and taken.sameness:
            raise Exists(taken.target, by_key=True, sameness=taken.sameness)
        pointer = self._get(f"SAME#{request.sameness}")
        if pointer is None or not pointer.target:
            return None
        existing = self.load(pointer.target)
        if existing is not None and existing.answers(request, now):
            raise Exists(pointer.target, by_key=False, sameness=request.sameness)
        return pointer.target

    def load(self, request_id: str) -> ApprovalRequest | None:
        try:
            item = self._get(f"REQ#{request_id}")
            if item is None:
                return None
            # The attribute is what a save is conditional on, so it is the version.
            return replace(from_json(item.document or "", item.task_token), version=int(item.version or 0))
        except _UNREADABLE:
            raise PortFailed("request_unreadable") from None

    def links(self, request_id: str) -> tuple[Link, ...]:
        return self._links(request_id, scan_index_forward=True)

    def newest(self, request_id: str) -> Link | None:
        return next(iter(self._links(request_id, scan_index_forward=False, limit=1)), None)

    def _links(self, request_id: str, **how: Any) -> tuple[Link, ...]:
        try:
            found = AuditItem.query(f"REQ#{request_id}", consistent_read=True, **how)
            return tuple(Link(item.sk, item.event, item.hash, item.prev_hash) for item in found)
        except PynamoDBException:
            raise PortFailed("store_unavailable") from None
        except _UNREADABLE:
            raise PortFailed("chain_unreadable") from None

    def save(
        self,
        previous: ApprovalRequest,
        request: ApprovalRequest,
        events: tuple[AuditEvent, ...],
        guard: Deployment | None = None,
    ) -> None:
        def write(tx: TransactWrite) -> None:
            if guard is not None:
                tx.condition_check(RequestItem, _SWITCHES, condition=_still(guard))
            tx.save(_item(request), condition=RequestItem.version == previous.version)
            if previous.status is RequestStatus.PENDING and request.status is not RequestStatus.PENDING:
                tx.update(RequestItem(_load_key(request.agent)), actions=[RequestItem.count.add(-1)])
            append(tx, events)

        try:
            transact(self._connection, write)
        except Cancelled:
            raise Conflict from None

    def live(self, agent: str, since: datetime) -> tuple[ApprovalRequest, ...]:
        newer = RequestItem.created_at > stamp(since)
        found = [_request(item) for item in RequestItem.pending_index.query(f"live:{agent}", newer)]
        return tuple(found + [r for r in self.unreviewed() if r.agent == agent and r.created_at > since])

    def overdue(self, now: datetime) -> Iterator[str]:
        try:
            for item in RequestItem.due_index.query("request", RequestItem.due_at <= stamp(now), page_size=100):
                yield item.pk.removeprefix("REQ#")
        except PynamoDBException:
            raise PortFailed("store_unavailable") from None

    def unreviewed(self) -> tuple[ApprovalRequest, ...]:
        return tuple(_request(item) for item in RequestItem.pending_index.query("review"))

    def note_decision(self, person: str, request_id: str, now: datetime) -> None:
        note = RequestItem(
            f"DECIDED#{person}#{request_id}",
            pending=_decided(person),
            created_at=stamp(now),
            target=request_id,
            ttl=_epoch(now + _NOTE_LIFE),
        )
        try:
            note.save()
        except PynamoDBException:
            raise PortFailed("store_unavailable") from None

    def decided_by(self, person: str, limit: int) -> tuple[str, ...]:
        try:
            found = RequestItem.pending_index.query(
                _decided(person), scan_index_forward=False, limit=limit, page_size=limit
            )
            return tuple(item.target for item in found if item.target)
        except PynamoDBException:
            raise PortFailed("store_unavailable") from None

    def undecided(self, agent: str) -> int:
        item = self._get(_load_key(agent))
        return int(item.count or 0) if item is not None else 0

    def pending(self, limit: int, after: str | None) -> tuple[tuple[ApprovalRequest, ...], str | None]:
        start = None
        if after:
            created_at, _, request_id = after.partition("|")
            start = {"pk": {"S": f"REQ#{request_id}"}, "pending": {"S": "pending"}, "created_at": {"S": created_at}}
        page = RequestItem.pending_index.query("pending", limit=limit, page_size=limit, last_evaluated_key=start)
        found = tuple(_request(item) for item in page)
        last = found[-1] if page.last_evaluated_key else None
        return found, f"{stamp(last.created_at)}|{last.request_id}" if last else None

    def seen_before(self, signature: str, now: datetime) -> bool:
        item = RequestItem(f"SEEN#{signature}", ttl=_epoch(now + _SIGNATURE_WINDOW))
        try:
            item.save(condition=RequestItem.pk.does_not_exist())
        except PutError as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                return True
            raise PortFailed("store_unavailable") from None
        return False

    def deployment(self) -> Deployment:
        try:
            item = self._get(_SWITCHES)
            if item is None:
                return Deployment()
            stored = deployment_from_json(item.document or "")
        except _UNREADABLE:
            return UNREADABLE
        return stored if stored.version == item.version else UNREADABLE

    def save_deployment(self, previous: Deployment, deployment: Deployment, events: tuple[AuditEvent, ...]) -> None:
        item = RequestItem(_SWITCHES, version=deployment.version, document=deployment_to_json(deployment))

        def write(tx: TransactWrite) -> None:
            tx.save(item, condition=_still(previous))
            append(tx, events)

        try:
            transact(self._connection, write)
        except Cancelled:
            raise Conflict from None

    def _get(self, pk: str) -> RequestItem | None:
        try:
            return RequestItem.get(pk, consistent_read=True)
        except DoesNotExist:
            return None
        except PynamoDBException:
            raise PortFailed("store_unavailable") from None


def _still(deployment: Deployment) -> Condition:
    """The condition that the deployment's item has not changed since it was read."""
    if deployment.version == UNREADABLE.version:
        return RequestItem.pk.exists()
    if deployment.version == 0:
        return RequestItem.pk.does_not_exist()
    return RequestItem.version == deployment.version


def _item(request: ApprovalRequest) -> RequestItem:
    pending = request.status is RequestStatus.PENDING
    closed = request.task_token is None and request.version > 0 and not pending and not request.needs_review
    at = due(request)
    return RequestItem(
        f"REQ#{request.request_id}",
        version=request.version,
        status=request.status.value,
        pending=_queue(request),
        open="request" if at else None,
        due_at=stamp(at) if at else None,
        created_at=stamp(request.created_at),
        document=to_json(request),
        task_token=request.task_token,
        ttl=_epoch(request.expires_at + _CLOSED_LIFE) if closed else None,
    )


def _queue(request: ApprovalRequest) -> str | None:
    """The partition of the sparse index that somebody may have to look for this request in."""
    if request.status is RequestStatus.PENDING:
        return "pending"
    if request.needs_review:
        return "review"
    return f"live:{request.agent}" if request.live else None


def _request(item: RequestItem) -> ApprovalRequest:
    return from_json(item.document or "", None)


def _decided(person: str) -> str:
    return f"decided:{person}"


def _load_key(agent: str) -> str:
    return f"LOAD#{agent}"


def _epoch(at: datetime) -> int:
    return int(at.timestamp())
