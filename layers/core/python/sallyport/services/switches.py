"""The deployment's item: its kill switches, the policy that judged last, and the chain that proves both."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sallyport.domain.deployment import ALL, CHAIN, Deployment, Halt, subject
from sallyport.domain.events import SYSTEM, Draft, EventType, Link, link
from sallyport.domain.evidence import Disproved, end, opened, proves, switches_told
from sallyport.domain.ports import Conflict, PortFailed, RecordPorts
from sallyport.domain.refusals import Halted, SwitchesUnproved, Unavailable

UNPROVED = "switches_unproved"
# While a switch is being set, a reader may see the item but not yet the event: DynamoDB isolates only single reads.
_LOOKS, _PAUSE_SECONDS = 3, 0.03
_ATTEMPTS = 8
# What the first `policy.changed` tells as the digest before.
NONE_BEFORE = "none"

type Change = Callable[[Deployment], tuple[Deployment, tuple[Draft, ...]]]


def check_not_halted(agent: str, action: str, deployment: Deployment) -> None:
    """Raises Halted when everything, this agent or this action is halted."""
    pulled = [halt for halt in deployment.halts if halt.switch in (ALL, f"agent:{agent}", f"action:{action}")]
    if any(halt.by == SYSTEM.id for halt in pulled):
        raise SwitchesUnproved
    if pulled:
        raise Halted


def read_deployment(
    ports: RecordPorts, now: datetime, sleep: Callable[[float], None] = time.sleep
) -> tuple[Deployment, tuple[Draft, ...]]:
    """The deployment as its chain proves it, and the events that its next save must begin with.

    If the chain's newest event contradicts the item (deleted, garbled, restored to an older state, edited), Sallyport
    itself halts everything, and there is an event to write. A switch that either of the two lists stays set. Raises
    PortFailed.
    """
    for look in range(_LOOKS):
        if look:
            sleep(_PAUSE_SECONDS)
        newest, item = ports.store.newest(CHAIN), ports.store.deployment()
        if proves(newest, item):
            return item, ()
    restored = _restored(item, newest, now).halted(Halt(ALL, SYSTEM.id, now, UNPROVED))
    return restored, (Draft(EventType.HALTED, SYSTEM, {"switch": ALL, "reason": UNPROVED}),)


def note_policy(ports: RecordPorts, now: datetime) -> Deployment:
    """The deployment as it stands, once its chain tells that today's policy judges in it.

    Every use case that judges begins here, and asks what it returns about the switches. The first one after a deploy
    writes `policy.changed`. A function's environment of before the deploy, which is still answering its last call, may
    note its own policy once more: that one did judge. Raises Unavailable.
    """
    current, unproved = read_deployment(ports, now)
    if not unproved and current.policy_digest == ports.policy.digest:
        return current
    return record_deployment(unchanged, ports, now)


def record_deployment(change: Change, ports: RecordPorts, now: datetime) -> Deployment:
    """Apply `change` and write its events to the deployment's chain in the same transaction, after `policy.changed`
    if another policy judged last. Every event lists the switches that are set after it, if any.

    Like `transition.record` for what belongs to no request. Raises Unavailable, or what `change` raises.
    """
    policy_digest = ports.policy.digest
    for _ in range(_ATTEMPTS):
        current, unproved = read_deployment(ports, now)
        changed, drafts = change(current)
        drafts = (*unproved, *_policy_change(current, policy_digest), *drafts)
        if not drafts:
            return current
        switches = {"switches": sorted(changed.switches)} if changed.switches else {}
        told = [replace(draft, details={**draft.details, **switches}) for draft in drafts]
        events, head = link(subject(policy_digest), current.head, told, now)
        changed = replace(changed, version=head.length, head=head, policy_digest=policy_digest)
        try:
            ports.store.save_deployment(current, changed, events)
        except Conflict:
            continue
        return changed
    raise Unavailable


def unchanged(current: Deployment) -> tuple[Deployment, tuple[Draft, ...]]:
    """The change that only notes the policy."""
    return current, ()


def _restored(item: Deployment, newest: Link | None, now: datetime) -> Deployment:
    told, policy_digest = frozenset[str](), None
    try:
        head = end(newest)
    except Disproved:
        raise PortFailed("chain_unreadable") from None
    if newest is not None:
        try:
            event = opened(newest, CHAIN)
            told, policy_digest = switches_told(event), event["judged_by"]
        except (Disproved, KeyError):
            pass  # an edited event tells nothing, and everything is halted anyway
    kept = tuple(Halt(switch, SYSTEM.id, now, UNPROVED) for switch in sorted(told - item.switches))
    return replace(item, halts=(*item.halts, *kept), head=head, policy_digest=policy_digest)


def _policy_change(current: Deployment, policy_digest: str) -> tuple[Draft, ...]:
    if current.policy_digest == policy_digest:
        return ()
    details = {"before": current.policy_digest or NONE_BEFORE, "after": policy_digest}
    return (Draft(EventType.POLICY_CHANGED, SYSTEM, details),)
