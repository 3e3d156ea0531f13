"""What may follow what in a chain, and who may do it, as docs/audit-format.md says: judged by the events' own facts.

Each rule is a function of the walk so far and the next event; it raises Illegal with what is wrong, or takes the event
into the walk.
"""

from __future__ import annotations

from sallyport_cli.audit.rules.others import Deployment, Refusals
from sallyport_cli.audit.rules.requests import Request

DEPLOYMENT, REFUSED, REQUEST = "deployment", "refused-", "req-"

type Walk = Request | Deployment | Refusals


def walk_of(chain: str) -> Walk | None:
    """Which rules a chain follows; None for an invalid chain."""
    if chain == DEPLOYMENT:
        return Deployment()
    if chain.startswith(REFUSED):
        return Refusals(chain)
    return Request() if chain.startswith(REQUEST) else None
