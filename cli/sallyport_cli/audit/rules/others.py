"""The chains that belong to no request: the deployment's own, and counts of refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sallyport_cli.audit.events import Event, Illegal
from sallyport_cli.audit.rules.progress import by, need


@dataclass(slots=True)
class Deployment:
    """The deployment's own chain: policies and kill switches."""

    policy: str | None = None

    def take(self, event: Event) -> None:
        kind, details = event.type, event.details
        need(event.action == "none" and event.action_digest == "", "the deployment's chain is about no action")
        told = frozenset(details.get("switches", ()))
        if kind == "policy.changed":
            by(event, "system")
            need(details.get("before") == (self.policy or "none"), "a policy changed that had not judged last")
            need(details.get("after") == event.judged_by, "not the policy that judged")
            self.policy = details["after"]
        elif kind == "halted":
            by(event, "person", "system")
            # A switch that Sallyport set because of missing proof may be released in the same transaction.
            pulled = event.actor.kind == "system" or details.get("switch") in told
            need(pulled, "a switch that was not set")
        elif kind == "resumed":
            by(event, "person")
            need(details.get("switch") not in told, "a switch that was not released")
        else:
            raise Illegal(f"{kind} is no event of the deployment")


@dataclass(slots=True)
class Refusals:
    """One hour's count of refusals of one caller with one code."""

    chain: str
    count: int = 0

    def take(self, event: Event) -> None:
        kind, actor, details = event.type, event.actor, event.details
        call, code = details.get("call"), details.get("code")
        count: Any = details.get("count")
        need(kind == ("request.refused" if call == "submit" else "decision.refused"), "an event other than a refusal")
        need(isinstance(count, int) and count > self.count, "a count that did not grow")
        named = self.chain.rpartition("-")[0]
        need(named == f"refused-{call}-{actor.kind}-{actor.id}-{code}", "a count for another caller or code")
        self.count = count
