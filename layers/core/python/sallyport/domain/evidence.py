"""What a stored chain proves. Nothing that was read back is believed until it has been checked here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sallyport.domain.canonical import NotCanonical, canonical, sha256_hex
from sallyport.domain.deployment import CHAIN, Deployment
from sallyport.domain.events import GENESIS, NO_EVENTS, Head, Link

type Event = Mapping[str, Any]


class Disproved(Exception):
    """A link, or a chain, is not what its writer wrote."""


def opened(link: Link, chain: str) -> Event:
    """The event of one link of `chain`, which is a request's id. Raises Disproved unless the stored text is the RFC
    8785 form of an event of this chain in this place, and the hash is that of the text."""
    try:
        event = json.loads(link.body)
        sound = (
            sha256_hex(link.body.encode()) == link.hash
            and canonical(event).decode() == link.body
            and event["request_id"] == chain
            and f"{event['seq']:010d}" == link.place
            and event["prev_hash"] == link.prev_hash
        )
    except (ValueError, TypeError, KeyError, NotCanonical, RecursionError):
        raise Disproved from None
    if not sound:
        raise Disproved
    found: Event = event
    return found


def end(newest: Link | None) -> Head:
    """The end of a chain as stored, after which its next event goes. Raises Disproved for an invalid place."""
    if newest is None:
        return NO_EVENTS
    if not (newest.place.isascii() and newest.place.isdigit()):
        raise Disproved
    return Head(int(newest.place) + 1, newest.hash)


def verified(chain: str, links: Sequence[Link]) -> tuple[Event, ...]:
    """All events of a chain, in order. Raises Disproved when one was edited, removed, added or put elsewhere; that the
    tail is missing shows in the request's head alone."""
    before, events = GENESIS, []
    for place, link in enumerate(links):
        event = opened(link, chain)
        if event["seq"] != place or link.prev_hash != before:
            raise Disproved
        before = link.hash
        events.append(event)
    return tuple(events)


def proves(newest: Link | None, deployment: Deployment) -> bool:
    """Whether the newest event of the deployment's chain agrees with its item: the chain's end, every switch that
    is set, and the policy that judged last. Before the first event there is no item."""
    if newest is None:
        return deployment == Deployment()
    try:
        event = opened(newest, CHAIN)
        return (
            deployment.head == end(newest)
            and deployment.switches == switches_told(event)
            and deployment.policy_digest == event["judged_by"]
        )
    except (Disproved, KeyError):
        return False


def switches_told(event: Event) -> frozenset[str]:
    """The switches that are set after an event of the deployment's chain. Without any, the event has no such member."""
    return frozenset(event["details"].get("switches", ()))
