"""The kill switches as everybody else sees them."""

from __future__ import annotations

from sallyport.domain.deployment import ALL, Deployment
from sallyport.domain.refusals import Halted


def check_not_halted(agent: str, action: str, deployment: Deployment) -> None:
    """Raises Halted when everything, this agent or this action is halted."""
    if deployment.switches & {ALL, f"agent:{agent}", f"action:{action}"}:
        raise Halted
