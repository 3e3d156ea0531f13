"""A deploy that changes the policy is an event, written before the new policy judges its first request."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sallyport.domain.deployment import Deployment
from sallyport.domain.events import SYSTEM, Draft, EventType
from sallyport.domain.ports import Ports
from sallyport.usecases.halt import record_deployment

NONE_BEFORE = "none"


def note_policy(ports: Ports, now: datetime) -> None:
    """Write `policy.changed` with both digests when another policy judged last. Harmless to repeat.

    The first submission after a deploy finds it out. A function's environment of before the deploy, which is still
    answering its last call, may note its own policy once more: that one did judge. Raises Unavailable.
    """
    digest = ports.policy.digest
    if ports.store.deployment().policy_digest == digest:
        return

    def changed(current: Deployment) -> tuple[Deployment, tuple[Draft, ...]]:
        if current.policy_digest == digest:
            raise _Noted
        details = {"before": current.policy_digest or NONE_BEFORE, "after": digest}
        return replace(current, policy_digest=digest), (Draft(EventType.POLICY_CHANGED, SYSTEM, details),)

    try:
        record_deployment(changed, ports, now)
    except _Noted:
        return


class _Noted(Exception):
    """Somebody else was faster, and has said the same."""
