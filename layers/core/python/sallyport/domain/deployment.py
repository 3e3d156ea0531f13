"""What holds for the whole deployment: its kill switches, and the audit chain of its own that proves them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sallyport.domain.events import NO_EVENTS, Head, Subject

# In the place of a request's id, in events and in the audit table's key.
CHAIN = "deployment"
NO_ACTION = "none"
ALL = "all"


@dataclass(frozen=True, slots=True)
class Halt:
    """One switch that is on: `all`, `agent:<id>` or `action:<name>`. `reason` has been masked."""

    switch: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """`version` grows with every save and is the optimistic lock; `head` is the end of the chain; `policy_digest` is of
    the policy that last judged anything, None before that."""

    version: int = 0
    halts: tuple[Halt, ...] = ()
    head: Head = NO_EVENTS
    policy_digest: str | None = None

    @property
    def switches(self) -> frozenset[str]:
        return frozenset(halt.switch for halt in self.halts)

    def halted(self, halt: Halt) -> Deployment:
        return replace(self, halts=(*(h for h in self.halts if h.switch != halt.switch), halt))

    def resumed(self, switch: str) -> Deployment:
        return replace(self, halts=tuple(h for h in self.halts if h.switch != switch))


# Stands for a stored item that is not a deployment. The chain still says where the next save goes.
UNREADABLE = Deployment(version=-1)


def subject(policy_digest: str) -> Subject:
    """What the deployment's own events repeat: no action, and so no digest of one."""
    return Subject(CHAIN, NO_ACTION, "", policy_digest)
