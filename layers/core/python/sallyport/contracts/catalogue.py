"""Catalogue entries, as an agent and the model behind it read them."""

from __future__ import annotations

from typing import Any

from sallyport.contracts.tool_schemas import parameter_schema, tool_schema
from sallyport.domain.actions import Delivery
from sallyport.domain.catalogue import Entry, Need


def entry_view(entry: Entry, *, strict: bool) -> dict[str, Any]:
    """One action that the caller may ask for. With `strict` its schemas are in the form of OpenAI's strict mode."""
    action = entry.action
    return {
        "name": action.name,
        "tool_name": tool_name(action.name),
        "title": action.title,
        "description": f"{action.description} {_how(entry)}",
        "risk": action.risk,
        "delivery": action.delivery.value,
        "parameters": parameter_schema(action, strict=strict),
        "input_schema": tool_schema(action, strict=strict),
        "example": {
            "parameters": dict(action.example),
            "reason": action.example_reason,
            "context": {"ticket": "INC-42"},
        },
        "duration_seconds": {
            "default": action.duration.default,
            "minimum": action.duration.minimum,
            "maximum": action.duration.maximum,
        },
        "on_behalf_of_required": entry.on_behalf_of_required,
        "on_behalf_of": list(entry.on_behalf_of),
        "approval": {
            "required": entry.approval.value,
            "people": action.approval.quorum,
            "groups": sorted(action.approval.groups(1)),
            "answer_within_seconds": entry.patience_seconds,
            "redeem_within_seconds": action.redemption_seconds,
        },
        "outlasts": list(action.outlasts),
    }


def tool_name(action: str) -> str:
    """What a tool for the action is called: hosts of MCP take letters, digits, `_` and `-` alone, at most 64 of them.

    The part before the dot has no underscore (action.schema.json), so no two actions share a name.
    """
    return action.replace(".", "_", 1)


def _how(entry: Entry) -> str:
    """What a model must know about every action, in the words of the agent's side."""
    action = entry.action
    if action.delivery is Delivery.EXECUTE:
        brings = "Sallyport makes this one call itself, once, and returns its result with sensitive values masked."
    else:
        minutes = max(1, action.duration.default // 60)
        brings = (
            f"Gives temporary AWS credentials for exactly this, valid for {minutes} minutes unless you ask otherwise."
        )
    if entry.approval is Need.NEVER:
        return brings
    people = "A person approves" if action.approval.quorum == 1 else f"{action.approval.quorum} people approve"
    minutes = max(1, entry.patience_seconds // 60)
    return f"{brings} {people} before anything happens; that can take up to {minutes} minutes."
