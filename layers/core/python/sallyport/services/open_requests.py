"""Ids that policy may not know any more, and that requests still name: what they name can still be stopped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from sallyport.domain.ports import RecordPorts
from sallyport.domain.requests import ApprovalRequest

_PAGE = 100
# What no action file can exceed (action.schema.json): five rungs of a week, a day for redemption, and STS's hour.
LONGEST_LIFE = timedelta(days=37)


def names(kind: Literal["agent", "action"], name: str, ports: RecordPorts, now: datetime) -> bool:
    """Whether a request that is pending, awaits its review or may have a live session names this agent or action."""
    agents = {name} if kind == "agent" else set(ports.policy.directory.agents)
    return any(getattr(request, kind) == name for request in _open(agents, ports, now))


def _open(agents: set[str], ports: RecordPorts, now: datetime) -> Iterator[ApprovalRequest]:
    """Live requests are looked for by agent: by `agents`, and by whatever agent the others name."""
    cursor: str | None = None
    while True:
        page, cursor = ports.store.pending(_PAGE, cursor)
        agents = agents | {request.agent for request in page}
        yield from page
        if cursor is None:
            break
    for agent in sorted(agents | {request.agent for request in ports.store.unreviewed()}):
        yield from ports.store.live(agent, now - LONGEST_LIFE)
