"""Writing state and evidence in one DynamoDB transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from sallyport.adapters.tables import AuditItem
from sallyport.domain.events import AuditEvent
from sallyport.domain.ports import PortFailed

if TYPE_CHECKING:
    from pynamodb.connection import Connection

CONFLICT_ATTEMPTS = 6


class Cancelled(Exception):
    """The transaction met a condition or another transaction; nothing was written. `codes` are its items' reasons."""

    def __init__(self, codes: list[str | None]) -> None:
        super().__init__()
        self.codes = codes


def transact(connection: Connection, write: Callable[[TransactWrite], None]) -> None:
    """Do all that `write` puts into the transaction, or nothing.

    Raises Cancelled when a condition does not hold, or another transaction was at one of the items for long; PortFailed
    for everything else.
    """
    for attempt in range(CONFLICT_ATTEMPTS):
        try:
            with TransactWrite(connection=connection) as tx:
                write(tx)
            return
        except TransactWriteError as error:
            codes = [reason.code if reason else None for reason in error.cancellation_reasons]
        if "ConditionalCheckFailed" not in codes and "TransactionConflict" not in codes:
            raise PortFailed("store_unavailable")
        if "ConditionalCheckFailed" in codes:
            break
        # Every redemption looks at the switches' item in its transaction, so two at once may meet there.
        time.sleep(0.02 * (attempt + 1))
    raise Cancelled(codes)


def append(tx: TransactWrite, events: tuple[AuditEvent, ...]) -> None:
    """Put the events in their places, on condition that each is free, because a plain put would overwrite."""
    for event in events:
        item = AuditItem(
            f"REQ#{event.request_id}", f"{event.seq:010d}", event=event.body, hash=event.hash, prev_hash=event.prev_hash
        )
        tx.save(item, condition=AuditItem.pk.does_not_exist())
