"""Check audit chains from the items of the audit table alone: nothing here comes from the code that wrote them."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

GENESIS = "0" * 64


class BrokenChainError(Exception):
    """A chain is not what its writer wrote; the message says which place and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The verified events of one request, in order."""

    request_id: str
    events: tuple[Mapping[str, Any], ...]

    @property
    def types(self) -> list[str]:
        return [str(event["type"]) for event in self.events]

    def of_type(self, kind: str) -> list[Mapping[str, Any]]:
        return [event for event in self.events if event["type"] == kind]


def verify(items: Iterable[Mapping[str, str]]) -> dict[str, Chain]:
    """All chains in these items (`pk`, `sk`, `event`, `hash`, `prev_hash`), by request id. Raises BrokenChainError.

    Checked: places run from 0 without a gap, every hash is that of the stored text, the text is its own RFC 8785 form,
    every link names the hash before it, and pk, sk and links say the same inside the hashed text as outside it.
    """
    chains: dict[str, list[Mapping[str, str]]] = {}
    for item in items:
        chains.setdefault(item["pk"], []).append(item)
    found = [_verify_one(pk, sorted(links, key=lambda link: link["sk"])) for pk, links in sorted(chains.items())]
    return {chain.request_id: chain for chain in found}


def _verify_one(pk: str, links: list[Mapping[str, str]]) -> Chain:
    before, events = GENESIS, []
    for place, link in enumerate(links):
        where = f"{pk} at {place}"
        event = _event(where, link)
        if link["sk"] != f"{place:010d}" or event.get("seq") != place:
            raise BrokenChainError(f"{where}: an event is missing or out of its place")
        if link["pk"] != f"REQ#{event.get('request_id')}":
            raise BrokenChainError(f"{where}: the event is of another request")
        if link["prev_hash"] != before or event.get("prev_hash") != before:
            raise BrokenChainError(f"{where}: does not follow the event before it")
        before = link["hash"]
        events.append(event)
    return Chain(pk.removeprefix("REQ#"), tuple(events))


def _event(where: str, link: Mapping[str, str]) -> dict[str, Any]:
    text = link["event"].encode()
    if hashlib.sha256(text).hexdigest() != link["hash"]:
        raise BrokenChainError(f"{where}: the hash is not that of the event")
    try:
        event: dict[str, Any] = json.loads(text)
        canonical = rfc8785.dumps(event)
    except ValueError:
        raise BrokenChainError(f"{where}: the event is not canonical JSON") from None
    if canonical != text:
        raise BrokenChainError(f"{where}: the event is not canonical JSON")
    return event
