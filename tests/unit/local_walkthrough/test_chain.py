"""The walk-through's own reading of a chain: what the product writes verifies, and nothing that was touched does."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from local.chain import BrokenChainError, verify
from sallyport.domain.events import NO_EVENTS, SYSTEM, Draft, EventType, Subject, link

type Item = dict[str, str]

TYPES = (EventType.REQUEST_SUBMITTED, EventType.REQUEST_MASKED, EventType.REQUEST_CLOSED)


def _items(request_id: str = "req-a") -> list[Item]:
    """A chain as the product makes it."""
    subject = Subject(request_id, "s3.export", "a" * 64, "b" * 64)
    drafts = [Draft(kind, SYSTEM, {"n": n}) for n, kind in enumerate(TYPES)]
    events, _ = link(subject, NO_EVENTS, drafts, datetime(2026, 1, 2, tzinfo=UTC))
    return [
        {
            "pk": f"REQ#{event.request_id}",
            "sk": f"{event.seq:010d}",
            "event": event.body,
            "hash": event.hash,
            "prev_hash": event.prev_hash,
        }
        for event in events
    ]


def _rehash(item: Item, **changes: object) -> None:
    """Change the event and give it a hash that fits: what a careful forger would do."""
    item["event"] = json.dumps({**json.loads(item["event"]), **changes}, sort_keys=True, separators=(",", ":"))
    item["hash"] = hashlib.sha256(item["event"].encode()).hexdigest()


def _edit_text(items: list[Item]) -> None:
    items[1]["event"] = items[1]["event"].replace('"n":1', '"n":2')


def _edit_and_rehash(items: list[Item]) -> None:
    _rehash(items[1], type="request.approved")


def _edit_last_of_another_request(items: list[Item]) -> None:
    _rehash(items[2], request_id="req-b")


def _remove_middle(items: list[Item]) -> None:
    del items[1]


def _remove_first(items: list[Item]) -> None:
    del items[0]


def _swap(items: list[Item]) -> None:
    items[1]["sk"], items[2]["sk"] = items[2]["sk"], items[1]["sk"]


def _other_spelling(items: list[Item]) -> None:
    items[2]["event"] = json.dumps(json.loads(items[2]["event"]))
    items[2]["hash"] = hashlib.sha256(items[2]["event"].encode()).hexdigest()


def _not_json(items: list[Item]) -> None:
    items[2]["event"] = "{"
    items[2]["hash"] = hashlib.sha256(b"{").hexdigest()


def _link_beside_differs(items: list[Item]) -> None:
    items[1]["prev_hash"] = "c" * 64


def test_a_chain_as_the_product_writes_it_verifies() -> None:
    chains = verify([*reversed(_items("req-b")), *_items("req-a")])
    assert list(chains) == ["req-a", "req-b"]
    assert chains["req-a"].types == ["request.submitted", "request.masked", "request.closed"]
    assert [event["details"] for event in chains["req-b"].of_type("request.masked")] == [{"n": 1}]


@pytest.mark.parametrize(
    ("forge", "found"),
    [
        (_edit_text, "the hash is not that of the event"),
        (_edit_and_rehash, "does not follow the event before it"),
        (_edit_last_of_another_request, "the event is of another request"),
        (_remove_middle, "missing or out of its place"),
        (_remove_first, "missing or out of its place"),
        (_swap, "missing or out of its place"),
        (_other_spelling, "not canonical JSON"),
        (_not_json, "not canonical JSON"),
        (_link_beside_differs, "does not follow the event before it"),
    ],
)
def test_a_touched_chain_does_not_verify(forge: Callable[[list[Item]], None], found: str) -> None:
    items = _items()
    forge(items)
    with pytest.raises(BrokenChainError, match=found):
        verify(items)
