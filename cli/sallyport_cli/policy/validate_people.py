"""Checks of who can do what: rules that nothing uses, actions that nobody can ask for, quorums that nobody can fill."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import cedarpy

from sallyport.domain.actions import ActionDefinition
from sallyport.domain.requests import ApprovalRequest
from sallyport_cli.policy.cases import Outcome
from sallyport_cli.policy.findings import Finding
from sallyport_cli.policy.judge import last_rung, people_who, seats
from sallyport_cli.policy.layer import Layer
from sallyport_cli.policy.matrix import askable

_CEDAR = "authorization.cedar"


def check_cedar(layer: Layer) -> Iterator[Finding]:
    """The rules fit the schema, every policy has an id of its own, and every entity that it names is in the layer."""
    result = cedarpy.validate_policies(layer.policy.cedar, layer.policy.cedar_schema)
    for error in result.errors:
        yield Finding(_CEDAR, "cedar", str(error.error if hasattr(error, "error") else error))
    written = json.loads(cedarpy.policies_to_json_str(layer.policy.cedar))
    if written["templates"]:
        yield Finding(_CEDAR, "cedar", "templates are not evaluated; write policies")
    ids = [p.get("annotations", {}).get("id") for p in written["staticPolicies"].values()]
    if None in ids:
        yield Finding(_CEDAR, "rule_id", "every policy needs an @id, because events, explanations and tests name it")
    for twice in sorted({i for i in ids if i is not None and ids.count(i) > 1}):
        yield Finding(_CEDAR, "rule_id", f"two policies are called {twice}")
    known = _known_entities(layer)
    for kind, name in sorted(set(_entities(written["staticPolicies"]))):
        if kind in known and name not in known[kind]:
            yield Finding(_CEDAR, "unknown_entity", f'{kind}::"{name}" is not in the layer')


def rule_ids(layer: Layer) -> list[str]:
    written = json.loads(cedarpy.policies_to_json_str(layer.policy.cedar))
    return sorted(p.get("annotations", {}).get("id", key) for key, p in written["staticPolicies"].items())


def _known_entities(layer: Layer) -> dict[str, set[str]]:
    directory = layer.policy.directory
    return {
        "Person": set(directory.people),
        "Agent": set(directory.agents),
        "Group": {group for person in directory.people.values() for group in person.groups},
        "Operation": set(layer.policy.actions),
    }


def _entities(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        if set(node) == {"type", "id"} and all(isinstance(v, str) for v in node.values()):
            yield node["type"], node["id"]
        for value in node.values():
            yield from _entities(value)
    elif isinstance(node, list):
        for value in node:
            yield from _entities(value)


def check_dead(layer: Layer, outcome: Outcome) -> Iterator[Finding]:
    """Rules and actions that no case looks at, people and agents that nobody can be."""
    for rule in rule_ids(layer):
        if rule not in outcome.determined:
            yield Finding(_CEDAR, "dead_rule", f"no case in the tests depends on {rule}")
    for name in layer.policy.actions:
        if name not in outcome.actions:
            yield Finding(f"actions/{name}.yaml", "untested", "no case in the tests asks for it")
    for person in layer.policy.directory.people.values():
        if not (person.slack_user_id or person.teams_user_id or person.principals):
            yield Finding("directory.yaml", "nobody", f"{person.id} has no account anywhere")
    for agent in layer.policy.directory.agents.values():
        if not agent.principals:
            yield Finding("directory.yaml", "nobody", f"{agent.id} has no principal")


def check_reachable(layer: Layer, action: ActionDefinition) -> Iterator[Finding]:
    """Some agent may ask for it, those who are asked exist, and they can fill the quorum whoever asks."""
    where = f"actions/{action.name}.yaml"
    groups = {group for person in layer.policy.directory.people.values() for group in person.groups}
    for group in sorted(action.approval.groups(len(action.approval.ladder)) - groups):
        yield Finding(where, "empty_group", f"the ladder asks {group}, but nobody is in it")
    requests = list(askable(layer, action.name))
    if not requests:
        yield Finding(where, "never_requested", "no agent may ever ask for it, on anybody's behalf")
    for request in requests:
        rung = last_rung(layer, action.name)
        deciders = reachable(layer, request, people_who(layer, "decide", request, rung))
        if request.quorum and seats(layer, request, deciders, rung) < request.quorum:
            behalf = f" on behalf of {request.on_behalf_of}" if request.on_behalf_of else ""
            message = f"asked by {request.agent}{behalf}, quorum {request.quorum} cannot be met by {list(deciders)}"
            yield Finding(where, "quorum", message)
        if action.approval.break_glass_seconds is not None and not people_who(layer, "break_glass", request):
            yield Finding(where, "break_glass", f"asked by {request.agent}, nobody may use break-glass")


def reachable(layer: Layer, request: ApprovalRequest, people: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the people who have an account in a channel that the action allows."""
    channels = layer.policy.actions[request.action].approval.channels
    found = layer.policy.directory.people
    accounts = {"slack": "slack_user_id", "teams": "teams_user_id", "api": "principals"}
    return tuple(p for p in people if any(getattr(found[p], accounts[channel]) for channel in channels))
