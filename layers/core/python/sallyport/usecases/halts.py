"""The kill switches as everybody else sees them."""

from __future__ import annotations

from sallyport.domain.deployment import ALL, Deployment
from sallyport.domain.ports import RequestStore
from sallyport.domain.refusals import Halted


def check_not_halted(agent: str, action: str, store: RequestStore) -> Deployment:
    """The deployment as it was read, which may guard what is saved because of this answer.

    Raises Halted when everything, this agent or this action is halted.
    """
    deployment = store.deployment()
    if deployment.switches & {ALL, f"agent:{agent}", f"action:{action}"}:
        raise Halted
    return deployment
