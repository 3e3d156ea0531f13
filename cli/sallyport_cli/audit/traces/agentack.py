"""Requests as traces for AgentAck (PyPI `agentack`, trace schema 2), which judges whether approvals held.

AgentAck reads proposals, presentations to people, their decisions, and executions or blocks, and finds what ran
without approval, after a denial, changed, twice, late or out of order (its rules ACK001 to ACK009). It knows no quorum,
no withdrawal and no timeout, so docs/audit-format.md says how those are represented.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sallyport_cli.audit.history import Event, History
from sallyport_cli.audit.traces.forms import documented

type Record = dict[str, Any]

_VERSION = 2
# AgentAck's own policy asks for a person's approval of these two tools, and not of the third.
_TOOLS = {"credential": "credential", "execute": "network"}
_ALLOWED = "policy-allowed"
_EXECUTED = ("credentials.issued", "action.executed")
_FAILED = ("credentials.failed", "action.failed")
# Each of these can end a request that came to nothing.
_ENDS = ("request.denied", "request.expired", "request.cancelled", "grant.expired", *_FAILED, "request.closed")


@dataclass(slots=True)
class LeftOut:
    """How many requests have no place in a trace, because there is nothing yet that AgentAck could judge."""

    unsettled: int = 0
    never_asked: int = 0

    def __str__(self) -> str:
        return f"left out: {self.unsettled} not settled yet, {self.never_asked} ended before anybody was asked"


def trace(histories: Iterable[History], session: str, left_out: LeftOut) -> Iterator[Record]:
    """One trace of all these requests, request by request; nothing at all where none of them has a place in it."""
    latest = ""
    for history in histories:
        for record in _told(history, session, left_out):
            latest = max(latest, record["timestamp"])
            yield record
    if latest:
        yield {"schema_version": _VERSION, "type": "session_end", "timestamp": latest, "session_id": session}


def _told(history: History, session: str, left_out: LeftOut) -> list[Record]:
    if not history.is_request:
        return []
    with documented(history):
        request = _Request(history, session)
        for event in history.events:
            request.tell(event)
    if not request.ended:
        left_out.unsettled += 1
    elif not (request.asked or request.approvals or request.executed or request.by_policy):
        left_out.never_asked += 1
    else:
        return request.records
    return []


@dataclass(frozen=True, slots=True)
class _Approval:
    """One presentation to one person. `shown` tells what was presented, `answered` which event answers it."""

    id: str
    shown: Event
    answered: Event
    allowed: bool


@dataclass(slots=True)
class _Request:
    """A request on its way into the trace. The whole history is known, so it is clear what stands in the end."""

    history: History
    session: str
    records: list[Record] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    approvals: list[_Approval] = field(default_factory=list)
    # Approvals that the quorum needs and nobody gave.
    vacant: list[str] = field(default_factory=list)
    masked: bool = False
    asked: bool = False
    executed: bool = False
    blocked: bool = False
    used_at: str | None = None

    def __post_init__(self) -> None:
        submitted = self.history.first("request.submitted")
        self.facts = submitted.details if submitted is not None else {}
        self.approvals = _approvals(self.history)
        self.vacant = self._missing()

    def _missing(self) -> list[str]:
        """Approvals that the grant or the quorum rests on and nobody gave. A denial settles it."""
        if self.by_policy or self._denial is not None:
            return []
        standing = [approval for approval in self.approvals if approval.allowed]
        named = {by for event in self.history.all("request.approved", "grant.issued") for by in _approvers(event)}
        ghosts = sorted(named - {approval.shown.actor for approval in standing})
        # One break-glass approval is enough by itself.
        alone = any(approval.shown.details.get("break_glass") for approval in standing)
        lacking = (1 if alone else int(self.facts.get("quorum", 1))) - len(standing) - len(ghosts)
        vacant = [*ghosts, *(f"vacant-{number}" for number in range(1, lacking + 1))]
        return [f"{self.history.chain}/{name}" for name in vacant]

    @property
    def by_policy(self) -> bool:
        return bool(self.facts.get("verdict") == "allow")

    @property
    def ended(self) -> bool:
        return self.executed or self.blocked

    @property
    def _denial(self) -> str | None:
        denials = (a.id for a in self.approvals if a.answered.details["decision"] == "deny")
        return next(denials, None)

    @property
    def _authority(self) -> str | None:
        """What an execution rests on: the denial, if there is one, or the approval that completed the quorum."""
        if self._denial is not None:
            return self._denial
        standing = [approval.id for approval in self.approvals if approval.allowed]
        return standing[-1] if standing and not self.vacant else None

    def tell(self, event: Event) -> None:
        if event.type == "request.submitted":
            self._add(event, "action_proposed", action=self._action(event, self._shown()))
        elif event.type == "request.masked":
            self.masked = True
        elif event.type == "approval.requested" and not self.asked:
            self._ask(event)
        elif event.type == "decision.recorded":
            self._decide(event)
        elif event.type == "grant.redeemed":
            self.used_at = event.said["at"]
        elif event.type in _EXECUTED:
            self._execute(event)
        elif event.type == "grant.revoked" and self.executed:
            self._interrupt(event)
        elif event.type == "grant.revoked" or event.type in _ENDS:
            self._end(event)

    def _shown(self) -> str | None:
        masked = self.history.first("request.masked")
        return None if masked is None else masked.said.get("presented_digest")

    def _action(self, event: Event, shown: str | None) -> Record:
        """The action as this event has it. The digests stand for the parameters, which no event contains."""
        digests = {"action_digest": event.said["action_digest"], "presented_digest": shown}
        tool = _ALLOWED if self.by_policy else _TOOLS.get(str(self.facts.get("delivery")), "credential")
        return {"tool": tool, "operation": event.said["action"], "parameters": digests}

    def _ask(self, event: Event) -> None:
        """Every approval that the quorum needs is requested, so that one which nobody gave stays open."""
        self.asked = True
        shown = {approval.id: approval.shown for approval in self.approvals} | dict.fromkeys(self.vacant, event)
        for name in (*(approval.id for approval in self.approvals), *self.vacant):
            action = self._action(shown[name], shown[name].said.get("presented_digest"))
            self._add(event, "approval_requested", approval_id=name, action=action)

    def _decide(self, event: Event) -> None:
        if not self.asked and self.masked:
            self._ask(event)  # through the API, before the card was posted
        grant = self.history.first("grant.issued")
        until = {} if grant is None else {"expires_at": grant.details["until"]}
        for approval in self.approvals:
            if approval.answered.seq == event.seq:
                answer = {"decision": "allow", **until} if approval.allowed else {"decision": "deny"}
                self._add(event, "approval_decision", approval_id=approval.id, **answer)

    def _execute(self, event: Event) -> None:
        """At the time when the grant was redeemed: the call itself may take longer than an approval lasts."""
        self.executed = True
        authority = {} if self._authority is None else {"approval_id": self._authority}
        action = self._action(event, event.said.get("presented_digest"))
        at = self.used_at or event.said["at"]
        self._add(event, "action_executed", action=action, timestamp=at, **authority)

    def _interrupt(self, event: Event) -> None:
        """A revocation stops one request. AgentAck's interrupt stops a session, so it takes a session of its own."""
        if self.session == self.history.chain:
            self.records.append(self._head(event, "interrupt") | {"reason": event.type})

    def _end(self, event: Event) -> None:
        # The answer to a call that had been given up may still arrive.
        late = event.type in _FAILED and self.history.first(*_EXECUTED) is not None
        if self.ended or late:
            return
        self.blocked = True
        if self.asked and self.history.first("request.approved") is None:
            for name in self.vacant:
                self._add(event, "approval_decision", approval_id=name, decision="deny")
        told = [*(approval.id for approval in self.approvals), *self.vacant]
        last = self._denial or (told[-1] if told and self.asked else None)
        reason = str(event.details.get("code") or event.type)
        self._add(event, "action_blocked", reason=reason, **({} if last is None else {"approval_id": last}))

    def _head(self, event: Event, kind: str) -> Record:
        head = {"schema_version": _VERSION, "type": kind, "timestamp": event.said["at"]}
        return {**head, "session_id": self.session}

    def _add(self, event: Event, kind: str, **members: Any) -> None:
        chain = self.history.chain
        self.records.append({**self._head(event, kind), "action_id": chain, "intent_id": chain, **members})


def _approvers(event: Event) -> list[str]:
    return [str(by) for by in event.details.get("approvers", ())]


def _approvals(history: History) -> list[_Approval]:
    """A presentation for each decision, named for the person, so that one who was counted twice appears twice."""
    told: list[_Approval] = []
    for event in history.all("decision.recorded"):
        name, choice = f"{history.chain}/{event.actor}", event.details["decision"]
        if choice != "withdraw":
            told.append(_Approval(name, event, event, choice == "approve"))
            continue
        for place, approval in enumerate(told):
            if approval.id == name and approval.allowed:
                # A withdrawn approval allows nothing, and the same person may approve again.
                told[place] = _Approval(f"{name}/withdrawn-{event.seq}", approval.shown, event, allowed=False)
    return told
