"""A deploy that changes the policy is an event, written before the new policy judges anything."""

from __future__ import annotations

from datetime import datetime

from sallyport.domain.deployment import Deployment
from sallyport.domain.events import Draft
from sallyport.domain.ports import Ports
from sallyport.usecases.halt import record_deployment


def note_policy(ports: Ports, now: datetime) -> Deployment:
    """The deployment as it stands, once its chain tells that today's policy judges in it.

    Every use case that judges begins here, and asks what it returns about the switches. The first one after a deploy
    writes `policy.changed`. A function's environment of before the deploy, which is still answering its last call, may
    note its own policy once more: that one did judge. Raises Unavailable.
    """
    current = ports.store.deployment()
    if current.policy_digest == ports.policy.digest:
        return current
    return record_deployment(_unchanged, ports, now)


def _unchanged(current: Deployment) -> tuple[Deployment, tuple[Draft, ...]]:
    return current, ()
