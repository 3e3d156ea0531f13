"""What each call of the protocol comes to. Submissions are kept here, in memory, for as long as the bridge runs."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sallyport_agent import Lost, NoAnswer, NotApproved, Refused, Request, StillPending
from sallyport_cli.aap import mapping, wire
from sallyport_cli.aap.use import Use
from sallyport_cli.aap.wire import Refusal, Submission

if TYPE_CHECKING:
    from sallyport_agent import AsyncClient

# Beyond this the oldest submissions are forgotten, and their ids are unknown until they are submitted again.
_LONGEST_MEMORY = 64 * 1024 * 1024
# A grant exists within seconds of its approval.
_GRANT_PAUSE_SECONDS = 0.5
# Refusals that the same submission would meet again, whoever asks, so the protocol's client is told of a denial.
_OURS = ("unknown_caller", "malformed_request", "body_too_large", "not_signed_or_not_permitted")
_CONFLICTS = {
    "already_redeemed": "already_consumed",
    "grant_expired": "approval_expired",
    "not_found": "not_found",
    "already_settled": "already_terminal",
    "idempotency_conflict": "idempotency_conflict",
}


@dataclass(slots=True)
class Record:
    """A submission of one instance. `request_id` is None where Sallyport refused it: then `denied` is the answer."""

    id: str
    asked: Submission
    request_id: str | None
    denied: dict[str, Any] | None = None
    consumed_by: str | None = None
    handed: str | None = field(default=None, repr=False)
    outcome: dict[str, Any] | None = field(default=None, repr=False)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Bridge:
    """One agent of one deployment."""

    def __init__(self, client: AsyncClient, use: Use, on_behalf_of: str | None) -> None:
        self._client, self._use, self._on_behalf_of = client, use, on_behalf_of
        self._records: OrderedDict[tuple[str, str], Record] = OrderedDict()
        self._keys: dict[tuple[str, str], Record] = {}

    async def create(self, instance: str, raw: bytes, key: str) -> tuple[int, bytes]:
        """201 with a new request, or 200 with the one that this submission already has."""
        asked = wire.submission(raw)
        before = self._keys.get((instance, key))
        if before is not None:
            if not before.asked.same(asked):
                raise Refusal(409, "idempotency_conflict")
            return 200, await self._shown(before)
        try:
            said = mapping.asked(asked, await _answered(self._client.actions()))
            request = await self._client.request(**said, on_behalf_of=self._on_behalf_of, idempotency_key=key)
        except Refused as refused:
            if refused.status not in (400, 403) or refused.code in _OURS:
                raise _error(refused) from None
            denied = mapping.refused(refused, datetime.now(UTC))
            record = self._kept(instance, key, Record(wire.new_id(), asked, None, denied))
            return 201, await self._shown(record)
        except NoAnswer as lost:
            raise _unavailable(lost) from None
        found = Record(wire.uuid_of(request.request_id), asked, request.request_id)
        record = self._kept(instance, key, found)
        return 201 if record is found else 200, self._told(record, request)

    async def get(self, instance: str, id_: str, wait_seconds: int) -> bytes:
        record = self._record(instance, id_)
        return await self._shown(record, wait_seconds)

    async def cancel(self, instance: str, id_: str) -> bytes:
        record = self._record(instance, id_)
        if record.request_id is None:
            raise Refusal(409, "already_terminal")
        request = await self._look(record)
        if request.pending:
            request = await _answered(self._client.cancel(record.request_id))
        if request.status != "cancelled":
            raise Refusal(409, "already_terminal")
        return self._told(record, request)

    async def consume(self, instance: str, id_: str, key: str) -> bytes:
        """Redeem it: after this the call may run, once. The same key gets the same answer again."""
        record = self._record(instance, id_)
        async with record.lock:
            if record.consumed_by is None:
                await self._redeem(record, key)
            elif record.consumed_by != key:
                raise Refusal(409, "already_consumed")
            return await self._shown(record)

    async def _redeem(self, record: Record, key: str) -> None:
        if record.request_id is None:
            raise Refusal(409, "not_approved")
        request = await self._look(record)
        if request.raw.get("grant", {}).get("redeemed_at"):
            raise Refusal(409, "already_consumed")
        if request.status == "expired" and request.raw.get("grant"):
            raise Refusal(409, "approval_expired")
        if not request.approved:
            raise Refusal(409, "not_approved")
        try:
            handed = await _answered(self._use.redeemed(self._client, request, record.asked.tool))
        except Lost:
            # It may have been redeemed, and not knowing that must not let the call run twice.
            raise Refusal(409, "already_consumed", "the answer was lost, and the approval may have been used") from None
        except NotApproved:
            raise Refusal(409, "not_approved") from None
        record.consumed_by, record.handed = key, mapping.note_of(handed)

    async def outcome(self, instance: str, id_: str, raw: bytes) -> bytes:
        """Record in the evidence what came of it; this also ends a credential."""
        said = wire.outcome(raw)
        record = self._record(instance, id_)
        async with record.lock:
            request = await self._look(record) if record.request_id else None
            redeemed = ((request.raw.get("grant") or {}) if request else {}).get("redeemed_at")
            if request is None or not redeemed:
                raise Refusal(409, "not_consumed")
            if record.outcome is None:
                await self._report(request, said)
                now = max(datetime.now(UTC), datetime.fromisoformat(redeemed))
                record.outcome = {**said, "reported_at": mapping.stamp(now)}
            elif {name: record.outcome.get(name) for name in ("status", "note")} != {"note": None, **said}:
                raise Refusal(409, "outcome_conflict")
            return await self._shown(record)

    async def _report(self, request: Request, said: dict[str, str]) -> None:
        report = {"outcome": "done" if said["status"] == "succeeded" else "failed"}
        if "note" in said:
            report["note"] = mapping.cut(said["note"], mapping.LONGEST_NOTE)
        self._use.forget(request.request_id)
        try:
            await self._client.done(request.request_id, report)
        except Refused as refused:
            # There is nothing to end, because it ended by itself: a credential that expired, or a call that was made.
            if refused.code != "nothing_to_revoke":
                raise _error(refused) from None
        except NoAnswer as lost:
            raise _unavailable(lost) from None

    async def settled(self, instance: str, id_: str) -> bool:
        """Waits until the request is no longer pending; False when it is no longer known."""
        while (record := self._records.get((instance, id_))) is not None:
            if record.request_id is None:
                return True
            try:
                if not _pending(await self._client.wait(record.request_id)):
                    return True
            except Refused:
                return False
            except NoAnswer:
                pass
            await asyncio.sleep(_GRANT_PAUSE_SECONDS)
        return False

    def _kept(self, instance: str, key: str, found: Record) -> Record:
        """The record, or the existing one of the same request. Raises Refusal when that one differs."""
        record = self._records.setdefault((instance, found.id), found)
        if not record.asked.same(found.asked):
            raise Refusal(409, "idempotency_conflict", "this call was submitted with another timeout")
        self._keys[instance, key] = record
        while sum(len(each.asked.raw) for each in self._records.values()) > _LONGEST_MEMORY:
            _, gone = self._records.popitem(last=False)
            self._keys = {name: each for name, each in self._keys.items() if each is not gone}
        return record

    def _record(self, instance: str, id_: str) -> Record:
        record = self._records.get((instance, id_))
        if record is None:
            raise Refusal(404, "not_found", "unknown here: after a restart of the bridge, submit the call again")
        return record

    async def _look(self, record: Record) -> Request:
        assert record.request_id is not None  # callers ask first
        return await _answered(self._client.get(record.request_id))

    async def _shown(self, record: Record, seconds: int = 0) -> bytes:
        if record.request_id is None:
            return wire.echoed(record.asked, {"id": record.id, **(record.denied or {})})
        until = time.monotonic() + seconds
        try:
            request = await _answered(self._client.wait(record.request_id, seconds))
        except StillPending as still:
            request = still.request
        while _pending(request) and not request.pending and time.monotonic() < until:
            await asyncio.sleep(_GRANT_PAUSE_SECONDS)
            request = await self._look(record)
        return self._told(record, request)

    def _told(self, record: Record, request: Request) -> bytes:
        shown = mapping.shown(request, record.handed, record.outcome, datetime.now(UTC))
        return wire.echoed(record.asked, {"id": record.id, **shown})


def _pending(request: Request) -> bool:
    return request.pending or (request.approved and not request.raw.get("grant"))


async def _answered[T](answer: Awaitable[T]) -> T:
    """Raises Refusal for what Sallyport refuses, and when it does not answer."""
    try:
        return await answer
    except Refused as refused:
        raise _error(refused) from None
    except NoAnswer as lost:
        raise _unavailable(lost) from None


def _unavailable(lost: NoAnswer) -> Refusal:
    return Refusal(503, "unavailable", str(lost), 1)


def _error(refused: Refused) -> Refusal:
    """Sallyport's refusal in the protocol's words: 429 and 503 are tried again; after anything else the call does not
    run."""
    if refused.retryable:
        status = 429 if refused.status == 429 else 503
        return Refusal(status, refused.code, str(refused), round(refused.retry_after or 1))
    code = _CONFLICTS.get(refused.code, refused.code)
    return Refusal(refused.status if refused.status in (401, 403, 404, 409, 413) else 400, code, str(refused))
