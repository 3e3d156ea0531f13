"""How far a request's chain has been read, and what the rules know of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sallyport_cli.audit.events import Event, Illegal

BY_POLICY = "policy"


@dataclass(slots=True)
class Progress:
    """A request as far as its chain was read."""

    first: Event | None = None
    last: Event | None = None
    status: str = "none"
    shown: str | None = None
    # Each person's latest decision, and everybody who ever decided.
    words: dict[str, Event] = field(default_factory=dict)
    explained: set[str] = field(default_factory=set)
    granted: Event | None = None
    redeemed: Event | None = None
    outcome: str | None = None
    reviewed: bool = False

    def fact(self, name: str, default: Any = None) -> Any:
        assert self.first is not None
        return self.first.details.get(name, default)

    @property
    def behind(self) -> set[str]:
        """Those who may never approve: they stand behind the request."""
        own = {self.fact("owner"), *self.fact("operators", ()), self.first.actor.id if self.first else None}
        behalf = self.fact("on_behalf_of")
        return own | ({behalf} if behalf is not None else set(self.fact("may_act_for", ())))

    @property
    def approvals(self) -> dict[str, Event]:
        return {by: said for by, said in self.words.items() if said.details["decision"] == "approve"}

    @property
    def broken_glass(self) -> bool:
        return any(said.details.get("break_glass") for said in self.approvals.values())


def need(condition: object, wrong: str) -> None:
    if not condition:
        raise Illegal(wrong)


def by(event: Event, *kinds: str) -> None:
    if event.actor.kind not in kinds:
        raise Illegal(f"{event.type} by {event.actor.kind}")


def own_agent(request: Progress, event: Event) -> None:
    assert request.first is not None
    if event.actor.id != request.first.actor.id:
        raise Illegal(f"{event.type} by another agent")


def check_approvers(request: Progress, event: Event) -> None:
    """A quorum of distinct people whose approvals stand, one who used break-glass, or policy where it allows by
    itself."""
    named: Any = event.details.get("approvers")
    need(isinstance(named, list) and named, "approved by nobody")
    if named == [BY_POLICY]:
        need(request.fact("verdict") == "allow", "allowed by policy, which asked for approval")
        return
    standing = request.approvals
    need(len(set(named)) == len(named), "one approver was counted twice")
    need(set(named) <= standing.keys(), "approved by somebody who did not approve")
    alone = any(standing[by].details.get("break_glass") for by in named)
    need(alone or len(named) >= max(1, request.fact("quorum")), "fewer approvers than the quorum")
