"""What comes in from outside, once it has the right shape. Nothing in it is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sallyport.domain.actions import ActionDefinition
from sallyport.domain.binding import VaultRecord, same_digest
from sallyport.domain.directory import Agent
from sallyport.domain.requests import ApprovalRequest, Choice, RequestStatus, VerdictKind
from sallyport.domain.waiting import approval_seconds


@dataclass(frozen=True, slots=True)
class Submission:
    """An agent's request. `parameters` have not been held against the action's schema yet."""

    action: str
    parameters: Mapping[str, Any] = field(repr=False)
    reason: str = field(repr=False)
    context: Any = field(repr=False)
    on_behalf_of: str | None
    duration_seconds: int | None


def new_request(
    vaulted: VaultRecord, agent: Agent, action: ActionDefinition, verdict: VerdictKind, sameness: str, now: datetime
) -> ApprovalRequest:
    """The pending request for what is in the vault. Whatever later rules depend on is copied from today's policy, so
    that removing an agent or an action from policy strands nothing."""
    return ApprovalRequest(
        request_id=vaulted.request_id,
        version=0,
        status=RequestStatus.PENDING,
        agent=agent.id,
        owner=agent.owner,
        operators=tuple(sorted(agent.operators)),
        may_act_for=tuple(sorted(agent.may_act_for)),
        risk=action.risk,
        asked=tuple(sorted(action.approval.groups(1))),
        on_behalf_of=vaulted.on_behalf_of,
        action=action.name,
        verdict=verdict,
        delivery=action.delivery,
        duration_seconds=vaulted.duration_seconds,
        action_digest=vaulted.action_digest,
        policy_digest=vaulted.policy_digest,
        sameness=sameness,
        created_at=now,
        expires_at=now + timedelta(seconds=approval_seconds(action, agent)),
        quorum=0 if verdict is VerdictKind.ALLOW else action.approval.quorum,
    )


class Outcome(StrEnum):
    """What became of a credential, according to its agent."""

    DONE = "done"
    FAILED = "failed"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Report:
    """What whoever ends a grant says about it."""

    outcome: Outcome | None
    note: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a person said about a request. `presented_digest` is of the view that they saw; the channel may carry
    `action_digest` too. `on_replaced_card`: another card has replaced the one that they saw."""

    choice: Choice
    presented_digest: str
    reason: str | None = field(default=None, repr=False)
    action_digest: str | None = None
    break_glass: bool = False
    on_replaced_card: bool = False

    def is_about(self, request: ApprovalRequest) -> bool:
        """Whether it is about what is pending now."""
        shown = request.presented_digest
        if self.on_replaced_card or shown is None or not same_digest(self.presented_digest, shown):
            return False
        return self.action_digest is None or same_digest(self.action_digest, request.action_digest)
