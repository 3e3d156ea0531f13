"""One chain's history with what is wrong with it, from an export, a receipt or the live table."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sallyport_cli.audit.chains import Chain, Item, Limits
from sallyport_cli.audit.events import Illegal, check_form
from sallyport_cli.audit.findings import CannotTell, Finding, Tally
from sallyport_cli.audit.history import Event, History, histories_in
from sallyport_cli.audit.receipts import check, read_receipt
from sallyport_cli.errors import UsageError

if TYPE_CHECKING:
    from sallyport_cli.audit.export import Source

type Told = tuple[History, tuple[Finding, ...]]


def in_export(folder: Path, chain: str) -> Told:
    """Raises UsageError, CannotTell."""
    history = next(histories_in(folder, only=[chain]), None)
    if history is None:
        raise UsageError(f"the export has no event of {chain}")
    return _readable(history), _findings(history)


def in_receipt(path: Path, chain: str) -> Told:
    """Raises UsageError, CannotTell. The signature is `verify`'s to check: nobody has handed a key over."""
    receipt = read_receipt(path)
    if receipt.request != chain:
        raise UsageError(f"{path} is the receipt of {receipt.request}")
    history = _history(chain, [(entry.event, "") for entry in receipt.entries])
    return _readable(history), check(receipt, None).findings


def in_table(source: Source, chain: str) -> Told:
    """Raises UsageError."""
    from botocore.exceptions import BotoCoreError, ClientError

    asked = {"TableName": source.table, "KeyConditionExpression": "pk = :pk", "ConsistentRead": True}
    values = {":pk": {"S": f"REQ#{chain}"}}
    try:
        pages = source.dynamodb.get_paginator("query").paginate(**asked, ExpressionAttributeValues=values)
        items = [item for page in pages for item in page["Items"]]
    except (ClientError, BotoCoreError) as error:
        raise UsageError(f"the table cannot be read: {error}") from None
    if not items:
        raise UsageError(f"the table has no event of {chain}")
    history = _history(chain, [(_text(item, "event"), _text(item, "hash")) for item in items])
    return _readable(history), _findings(history)


def _text(item: dict[str, Any], name: str) -> str:
    return str(item.get(name, {}).get("S", ""))


def _history(chain: str, texts: Iterable[tuple[str, str]]) -> History:
    try:
        return History(chain, tuple(Event(text, digest, json.loads(text)) for text, digest in texts))
    except (ValueError, RecursionError):
        raise CannotTell(f"an event of {chain} cannot be read") from None


def _readable(history: History) -> History:
    """Nobody can be told what is not of the documented form."""
    for event in history.events:
        try:
            check_form(event.said)
            if event.at.tzinfo is None:
                raise ValueError
        except (Illegal, KeyError, TypeError, ValueError, AttributeError):
            detail = f"event {event.said.get('seq')} of {history.chain} is not of the documented form"
            raise CannotTell(f"{detail}: `sallyport audit verify` says more") from None
    return history


def _findings(history: History) -> tuple[Finding, ...]:
    tally = Tally()
    items = [
        Item(history.chain, f"{event.seq:010d}", event.text, event.hash, str(event.said.get("prev_hash")))
        for event in history.events
    ]
    Chain(history.chain, Limits(), tally).check(items, None)
    return tuple(tally.findings)
