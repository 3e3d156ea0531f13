"""Tallies of refusals in the requests table, their chains in the audit table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PynamoDBException, UpdateError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from sallyport.adapters.table_client import connected
from sallyport.adapters.tables import AuditItem, RequestItem
from sallyport.adapters.transactions import Cancelled, append, transact
from sallyport.domain.clock import stamp
from sallyport.domain.events import NO_EVENTS, Actor, ActorKind, AuditEvent, Head
from sallyport.domain.ports import Conflict, PortFailed
from sallyport.domain.tallies import Refused, RefusedCall, Tally, chain_of, hour_after, total_due

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action

# The chain is what stays. The count lives on for as long as somebody may have to find out why a total is missing.
_LIFE = timedelta(days=30)
_PREFIX = "TALLY#"


class TallyItem(Model):
    """`TALLY#<chain>` in the requests table. `newest` is the last refusal as JSON; `noted`, `length` and `hash` are
    what the chain tells and where it ends, absent before it tells anything."""

    class Meta:
        table_name = ""  # set when wired

    pk = UnicodeAttribute(hash_key=True)
    count = NumberAttribute(null=True)  # type: ignore[assignment]  # shadows Model.count, which is not used
    newest = UnicodeAttribute(null=True)
    noted = NumberAttribute(null=True)
    length = NumberAttribute(null=True)
    hash = UnicodeAttribute(null=True)
    ttl = NumberAttribute(null=True)
    open = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)


class DynamoDbTallies:
    """Tallies on the requests and audit tables."""

    def __init__(self, requests_table: str, audit_table: str, region: str) -> None:
        tables = {TallyItem: requests_table, RequestItem: requests_table, AuditItem: audit_table}
        self._connection = connected(region, tables)

    def count(self, refused: Refused, now: datetime) -> Tally:
        item = TallyItem(_PREFIX + chain_of(refused, now))
        ends = int((hour_after(now) + _LIFE).timestamp())
        actions: list[Action] = [
            TallyItem.count.add(1),
            TallyItem.newest.set(_to_json(refused)),
            TallyItem.ttl.set(ends),
            TallyItem.open.set("tally"),
            TallyItem.due_at.set(stamp(total_due(now))),
        ]
        try:
            item.update(actions=actions)
        except PynamoDBException:
            raise PortFailed("store_unavailable") from None
        return _tally(item)

    def note(self, before: Tally, told: Tally, events: tuple[AuditEvent, ...]) -> None:
        unchanged = TallyItem.noted.does_not_exist() if before.noted == 0 else TallyItem.noted == before.noted
        actions: list[Action] = [
            TallyItem.noted.set(told.noted),
            TallyItem.length.set(told.head.length),
            TallyItem.hash.set(told.head.hash),
        ]

        def write(tx: TransactWrite) -> None:
            tx.update(TallyItem(_PREFIX + told.chain), actions=actions, condition=unchanged)
            append(tx, events)

        try:
            transact(self._connection, write)
        except Cancelled:
            raise Conflict from None

    def overdue(self, now: datetime) -> Iterator[Tally]:
        try:
            for key in RequestItem.due_index.query("tally", RequestItem.due_at <= stamp(now), page_size=100):
                yield _tally(TallyItem.get(key.pk, consistent_read=True))
        except PynamoDBException:
            raise PortFailed("store_unavailable") from None

    def finish(self, tally: Tally) -> None:
        actions: list[Action] = [TallyItem.open.remove(), TallyItem.due_at.remove()]
        try:
            TallyItem(_PREFIX + tally.chain).update(actions=actions, condition=TallyItem.count == tally.count)
        except UpdateError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise PortFailed("store_unavailable") from None
        except PynamoDBException:
            raise PortFailed("store_unavailable") from None


def _tally(item: TallyItem) -> Tally:
    head = Head(int(item.length), item.hash) if item.length and item.hash else NO_EVENTS
    newest = _from_json(item.newest or "")
    return Tally(item.pk.removeprefix(_PREFIX), newest, int(item.count or 0), int(item.noted or 0), head)


def _to_json(refused: Refused) -> str:
    actor = [refused.actor.kind.value, refused.actor.id, refused.actor.channel]
    return json.dumps([refused.call.value, actor, refused.code, refused.action, refused.policy_digest])


def _from_json(text: str) -> Refused:
    call, (kind, actor, channel), code, action, digest = json.loads(text)
    return Refused(RefusedCall(call), Actor(ActorKind(kind), actor, channel), code, action, digest)
