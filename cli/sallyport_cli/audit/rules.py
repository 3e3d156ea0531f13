"""What may follow what in a chain, and who may do it, as docs/audit-format.md says: judged by the events' own facts.

Each rule is a function of the walk so far and the next event; it raises Illegal with what is wrong, or takes the event
into the walk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sallyport_cli.audit.events import Event, Illegal

DEPLOYMENT, REFUSED, REQUEST = "deployment", "refused-", "req-"
BY_POLICY = "policy"
# That somebody was refused moves nothing, and may stand anywhere behind the submission.
_REFUSALS = frozenset(("decision.refused", "credentials.refused"))


@dataclass(slots=True)
class Request:
    """A request as far as its chain was read."""

    first: Event | None = None
    last: Event | None = None
    status: str = "none"
    shown: str | None = None
    # Each person's newest word, and who ever spoke.
    words: dict[str, Event] = field(default_factory=dict)
    explained: set[str] = field(default_factory=set)
    granted: Event | None = None
    redeemed: Event | None = None
    outcome: str | None = None
    reviewed: bool = False

    def take(self, event: Event) -> None:
        """Raises Illegal for an event that cannot come next."""
        kind = event.type
        rule = _RULES.get(kind)
        if rule is None:
            raise Illegal(f"{kind} is no event of a request")
        if (self.first is None) is not (kind == "request.submitted"):
            raise Illegal("a request begins with its only submission")
        if self.first is not None and kind not in _REFUSALS:
            self._check_repeated(event, kind)
        rule(self, event)
        self.last = event

    def _check_repeated(self, event: Event, kind: str) -> None:
        assert self.first is not None
        first = self.first
        if (
            event.action != first.action
            or event.action_digest != first.action_digest
            or event.policy_digest != first.policy_digest
        ):
            raise Illegal("the request's action or policy changed on the way")
        named = event.presented_digest
        if kind == "request.masked":
            if self.shown is not None or not named:
                raise Illegal("what people are shown changed on the way")
            self.shown = named
        elif named != self.shown:
            raise Illegal("what people are shown changed on the way")

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


def _need(condition: object, wrong: str) -> None:
    if not condition:
        raise Illegal(wrong)


def _by(event: Event, *kinds: str) -> None:
    if event.actor.kind not in kinds:
        raise Illegal(f"{event.type} by {event.actor.kind}")


def _own_agent(request: Request, event: Event) -> None:
    assert request.first is not None
    if event.actor.id != request.first.actor.id:
        raise Illegal(f"{event.type} by another agent")


def _submitted(request: Request, event: Event) -> None:
    _by(event, "agent")
    facts = event.details
    missing = {"verdict", "delivery", "owner", "quorum", "expires_at", "duration_seconds"} - facts.keys()
    _need(not missing, "a submission without the facts it is judged by")
    _need(facts["verdict"] in ("allow", "approval"), "a submission that policy did not allow")
    _need(facts["verdict"] == "allow" or facts["quorum"] >= 1, "an approval by nobody")
    request.first, request.status = event, "pending"


def _system(_: Request, event: Event) -> None:
    _by(event, "system")


def _nothing(_: Request, __: Event) -> None:
    """That somebody was refused moves nothing."""


def _decided(request: Request, event: Event) -> None:
    _by(event, "person")
    who, said = event.actor.id, event.details
    _need(request.status == "pending", "a decision on a settled request")
    _need(request.shown, "a decision before anything was shown")
    _need(who != "unknown", "a decision by nobody in the directory")
    _need(event.at <= request.fact("expires_at"), "a decision after the request had expired")
    before = request.words.get(who)
    standing = None if before is None else before.details["decision"]
    choice = said.get("decision")
    if choice == "withdraw":
        _need(standing == "approve", "withdrew an approval that was not given")
    else:
        _need(choice in ("approve", "deny"), "not a known decision")
        _need(standing in (None, "withdraw"), "one person decided twice")
    if choice == "approve":
        _need(who not in request.behind, "approved by somebody who stands behind the request")
    if said.get("break_glass"):
        _need(choice == "approve" and str(said.get("comment", "")).strip(), "used break-glass without a reason")
    request.words[who] = event
    if choice == "deny":
        request.status = "denied"


def _explained(request: Request, event: Event) -> None:
    _by(event, "person")
    who = event.actor.id
    said = request.words.get(who)
    _need(said is not None and said.details["decision"] == "deny", "a denial explained by somebody who did not deny")
    assert said is not None
    _need(who not in request.explained and not said.details.get("comment"), "a denial explained twice")
    _need(event.details.keys() == {"comment"}, "an explanation that is not text")
    request.explained.add(who)


def _approved(request: Request, event: Event) -> None:
    _need(request.status == "pending", "approved after it was settled")
    _check_approvers(request, event)
    if event.actor.kind == "person":
        last = request.last
        spoke = last is not None and last.type == "decision.recorded" and last.actor.id == event.actor.id
        _need(spoke, "approved without a decision just before")
    else:
        _need(event.actor.kind == "system", "approved by an agent")
        _need(event.details["approvers"] == [BY_POLICY], "approved by nobody")
    request.status = "approved"


def _check_approvers(request: Request, event: Event) -> None:
    """A quorum of distinct people whose approvals stand, one who broke the glass, or policy where it allows alone."""
    named: Any = event.details.get("approvers")
    _need(isinstance(named, list) and named, "approved by nobody")
    if named == [BY_POLICY]:
        _need(request.fact("verdict") == "allow", "allowed by policy, which asked for approval")
        return
    standing = request.approvals
    _need(len(set(named)) == len(named), "one approver was counted twice")
    _need(set(named) <= standing.keys(), "approved by somebody who did not approve")
    alone = any(standing[by].details.get("break_glass") for by in named)
    _need(alone or len(named) >= max(1, request.fact("quorum")), "fewer approvers than the quorum")


def _denied(request: Request, event: Event) -> None:
    last = request.last
    denied = last is not None and last.type == "decision.recorded" and last.details["decision"] == "deny"
    same = last is not None and last.actor.id == event.actor.id
    _need(request.status == "denied" and denied and same, "denied without a decision just before")


def _expired(request: Request, event: Event) -> None:
    _by(event, "system")
    _need(request.status == "pending", "expired after it was settled")
    request.status = "expired"


def _cancelled(request: Request, event: Event) -> None:
    _by(event, "agent")
    _own_agent(request, event)
    _need(request.status == "pending", "cancelled after it was settled")
    request.status = "cancelled"


def _granted(request: Request, event: Event) -> None:
    _by(event, "system")
    _need(request.status == "approved", "a grant without an approval")
    _need(request.granted is None, "a second grant")
    _check_approvers(request, event)
    _need(
        bool(event.details.get("break_glass")) == request.broken_glass,
        "a break-glass approval that the grant does not mention",
    )
    request.granted = event


def _redeemed(request: Request, event: Event) -> None:
    _by(event, "agent")
    _own_agent(request, event)
    _need(request.redeemed is None, "a grant redeemed twice")
    _need(request.granted is not None and request.status == "approved", "redeemed without a grant")
    assert request.granted is not None
    _need(event.at <= request.granted.details["until"], "redeemed after the grant had expired")
    _need(event.details.get("delivery") == request.fact("delivery"), "redeemed for another delivery")
    request.redeemed, request.status = event, "redeemed"


def _issued(request: Request, event: Event) -> None:
    _by(event, "system")
    _need(request.redeemed is not None and request.status == "redeemed", "a credential without a redeemed grant")
    _need(request.fact("delivery") == "credential", "a credential for what Sallyport executes itself")
    _need(request.outcome is None, "a second credential")
    request.outcome = event.type


def _not_issued(request: Request, event: Event) -> None:
    _by(event, "system")
    _need(
        request.redeemed is not None and request.fact("delivery") == "credential", "a failure without a redeemed grant"
    )
    _need(request.outcome is None, "a credential that was issued and failed")
    _failed(request, event)


def _executed(request: Request, event: Event) -> None:
    _by(event, "system")
    _need(request.redeemed is not None and request.fact("delivery") == "execute", "executed without a redeemed grant")
    # After a call that was given up for dead its answer may still arrive.
    _need(request.outcome != event.type, f"{event.type} twice")
    if event.type == "action.failed":
        _failed(request, event)
    request.outcome = event.type


def _failed(request: Request, event: Event) -> None:
    request.outcome = event.type
    if request.status == "redeemed":
        request.status = "failed"


def _revoked(request: Request, event: Event) -> None:
    _by(event, "agent", "person")
    _need(event.details.keys() <= {"session", "outcome", "note"}, "a grant ended with a note that is not text")
    agent = event.actor.kind == "agent"
    if agent:
        _own_agent(request, event)
    if request.redeemed is None:
        _need(request.status == "approved", "revoked a grant that did not exist")
        request.status = "revoked"
        return
    _need(request.status == "redeemed" or (request.status == "closed" and not agent), "revoked what was already over")
    request.status = "closed" if agent else "revoked"


def _lapsed(request: Request, event: Event) -> None:
    _by(event, "system")
    _need(request.granted is not None and request.status == "approved", "a grant expired that could not")
    request.status = "lapsed"


# What `request.closed` may say, by where the request stood. Some ends have no event of their own before it.
_CLOSES = {
    "pending": ("failed",),
    "approved": ("expired", "failed"),
    "lapsed": ("expired", "failed"),
}


def _closed(request: Request, event: Event) -> None:
    _by(event, "system")
    said: Any = event.details.get("status")
    _need(said in _CLOSES.get(request.status, (request.status,)), f"closed as {said}, which it was not")
    request.status = said


def _reviewed(request: Request, event: Event) -> None:
    _by(event, "person")
    who = event.actor.id
    _need(request.broken_glass and not request.reviewed, "a review where none was needed")
    _need(who not in request.words and who not in request.behind, "reviewed by somebody who took part")
    request.reviewed = True


_RULES: Mapping[str, Callable[[Request, Event], None]] = {
    "request.submitted": _submitted,
    "request.masked": _system,
    "approval.requested": _system,
    "approval.escalated": _system,
    "decision.recorded": _decided,
    "decision.explained": _explained,
    "decision.refused": _nothing,
    "request.approved": _approved,
    "request.denied": _denied,
    "request.expired": _expired,
    "request.cancelled": _cancelled,
    "grant.issued": _granted,
    "grant.redeemed": _redeemed,
    "credentials.issued": _issued,
    "credentials.failed": _not_issued,
    "credentials.refused": _nothing,
    "action.executed": _executed,
    "action.failed": _executed,
    "grant.revoked": _revoked,
    "grant.expired": _lapsed,
    "request.closed": _closed,
    "break_glass.reviewed": _reviewed,
}


@dataclass(slots=True)
class Deployment:
    """The deployment's own chain: policies and kill switches."""

    policy: str | None = None

    def take(self, event: Event) -> None:
        kind, details = event.type, event.details
        _need(event.action == "none" and event.action_digest == "", "the deployment's chain is about no action")
        told = frozenset(details.get("switches", ()))
        if kind == "policy.changed":
            _by(event, "system")
            _need(details.get("before") == (self.policy or "none"), "a policy changed that had not judged last")
            _need(details.get("after") == event.judged_by, "not the policy that judged")
            self.policy = details["after"]
        elif kind == "halted":
            _by(event, "person", "system")
            # A switch that Sallyport set for lack of proof may be released in the same transaction.
            pulled = event.actor.kind == "system" or details.get("switch") in told
            _need(pulled, "a switch that was not set")
        elif kind == "resumed":
            _by(event, "person")
            _need(details.get("switch") not in told, "a switch that was not released")
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
        _need(kind == ("request.refused" if call == "submit" else "decision.refused"), "an event other than a refusal")
        _need(isinstance(count, int) and count > self.count, "a count that did not grow")
        named = self.chain.rpartition("-")[0]
        _need(named == f"refused-{call}-{actor.kind}-{actor.id}-{code}", "a count for another caller or code")
        self.count = count


type Walk = Request | Deployment | Refusals


def walk_of(chain: str) -> Walk | None:
    """Which rules a chain follows; None for an invalid chain."""
    if chain == DEPLOYMENT:
        return Deployment()
    if chain.startswith(REFUSED):
        return Refusals(chain)
    return Request() if chain.startswith(REQUEST) else None
