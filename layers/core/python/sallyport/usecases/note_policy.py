"""A deploy that changes the policy is an event, written before the new policy judges anything."""

from __future__ import annotations

from datetime import datetime

from sallyport.domain.deployment import Deployment
from sallyport.domain.ports import Ports
from sallyport.usecases.halt import record_deployment, unchanged
from sallyport.usecases.halts import read_deployment


def note_policy(ports: Ports, now: datetime) -> Deployment:
    """The deployment as it stands, once its chain tells that today's policy judges in it.

    Every use case that judges begins here, and asks what it returns about the switches. The first one after a deploy
    writes `policy.changed`. A function's environment of before the deploy, which is still answering its last call, may
    note its own policy once more: that one did judge. Raises Unavailable.
    """
    current, unproved = read_deployment(ports, now)
    if not unproved and current.policy_digest == ports.policy.digest:
        return current
    return record_deployment(unchanged, ports, now)
