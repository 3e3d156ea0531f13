"""The audit chain, verified from its documented format alone: nothing of the product is used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Protocol


class Link(Protocol):
    @property
    def body(self) -> str: ...
    @property
    def hash(self) -> str: ...
    @property
    def prev_hash(self) -> str: ...


def broken_at(links: Sequence[Link], length: int | None = None) -> int | None:
    """The place of the first link that does not hold, None for a sound chain.

    `length` is how many events there should be, as the request's head says; without it a missing tail cannot be seen.
    """
    before, request_id = "0" * 64, None
    for seq, item in enumerate(links):
        event = json.loads(item.body)
        request_id = request_id or event["request_id"]
        sound = (
            hashlib.sha256(item.body.encode()).hexdigest() == item.hash
            and item.prev_hash == event["prev_hash"] == before
            and event["seq"] == seq
            and event["request_id"] == request_id
            and json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False) == item.body
        )
        if not sound:
            return seq
        before = item.hash
    return len(links) if length is not None and length != len(links) else None
