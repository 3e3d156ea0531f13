"""How long an agent's request waits for people."""

from __future__ import annotations

from sallyport.domain.actions import ActionDefinition, Rung
from sallyport.domain.directory import Agent


def rung_seconds(rung: Rung, agent: Agent) -> int:
    return rung.seconds if agent.patience_seconds is None else min(rung.seconds, agent.patience_seconds)


def approval_seconds(action: ActionDefinition, agent: Agent) -> int:
    """How long this agent's request waits for a decision."""
    return sum(rung_seconds(rung, agent) for rung in action.approval.ladder)
