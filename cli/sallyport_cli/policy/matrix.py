"""Who may ask for what, and who decides it: every agent, action and person that may be acted for, tried one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import product
from typing import Any

import cedarpy

from sallyport.domain.requests import ApprovalRequest
from sallyport_cli.policy.judge import MONDAY, Asked, judge, last_rung, people_who
from sallyport_cli.policy.layer import Layer


@dataclass(frozen=True)
class Access:
    """The outcome of one action for one agent, acting for one person or nobody.

    `verdicts` are all that occur over the week and the values that rules look at; `deny` is there only when nothing
    else is. `deciders` are the people who may decide on each step of the ladder, `break_glass` those who may decide
    alone.
    """

    action: str
    agent: str
    on_behalf_of: str | None
    verdicts: tuple[str, ...]
    quorum: int = 0
    deciders: tuple[tuple[str, ...], ...] = ()
    break_glass: tuple[str, ...] = ()


def access(layer: Layer) -> Iterator[Access]:
    """The whole matrix, sorted by action and agent."""
    for action in sorted(layer.policy.actions):
        for agent_id, agent in sorted(layer.policy.directory.agents.items()):
            for behalf in (None, *sorted(agent.may_act_for)):
                yield _access(layer, action, agent_id, behalf)


def _access(layer: Layer, action: str, agent: str, behalf: str | None) -> Access:
    verdicts: dict[str, ApprovalRequest] = {}
    for judged in _judged(layer, action, agent, behalf):
        verdicts.setdefault(judged.verdict.value, judged)
    if not verdicts:
        return Access(action, agent, behalf, ("deny",))
    request = verdicts.get("approval") or next(iter(verdicts.values()))
    approval = layer.policy.actions[action].approval
    rungs = range(1, last_rung(layer, action) + 1)
    return Access(
        action,
        agent,
        behalf,
        tuple(sorted(verdicts)),
        quorum=request.quorum,
        deciders=tuple(people_who(layer, "decide", request, rung) for rung in rungs),
        break_glass=people_who(layer, "break_glass", request) if approval.break_glass_seconds is not None else (),
    )


def askable(layer: Layer, action: str) -> Iterator[ApprovalRequest]:
    """The action as each agent may ask for it, once for each person that the agent may act for and once for none."""
    for agent_id, agent in layer.policy.directory.agents.items():
        for behalf in (None, *sorted(agent.may_act_for)):
            request = next(_judged(layer, action, agent_id, behalf), None)
            if request is not None:
                yield request


def _judged(layer: Layer, action: str, agent: str, behalf: str | None) -> Iterator[ApprovalRequest]:
    """Every request that policy lets through, over the values and instants that its rules look at."""
    for parameters, at in product(variants(layer, action), instants(layer)):
        judged = judge(layer, Asked(agent, action, parameters, behalf, at))
        if judged.request is not None:
            yield judged.request


def instants(layer: Layer) -> list[datetime]:
    """One instant for rules that do not look at the clock, every hour of a week for rules that do."""
    if not _looked_at(layer.policy.cedar).attributes & {"hour", "weekday"}:
        return [MONDAY]
    return [MONDAY + timedelta(days=days, hours=hours) for days, hours in product(range(7), range(24))]


def variants(layer: Layer, action: str) -> list[dict[str, Any]]:
    """The action's example, and it with each value that its schema lists or that a rule compares `scope` with."""
    example = dict(layer.raw_actions[action].get("example", {}))
    found = [example]
    properties = layer.policy.actions[action].parameters["properties"]
    for name, schema in properties.items():
        found += [{**example, name: value} for value in schema.get("enum", ())]
    for text in _looked_at(layer.policy.cedar).texts:
        name, equals, value = text.partition("=")
        if equals and properties.get(name, {}).get("type") == "string":
            found.append({**example, name: value})
        if equals and properties.get(name, {}).get("type") == "array":
            found.append({**example, name: [value]})
    return [one for index, one in enumerate(found) if one not in found[:index]]


@dataclass(frozen=True)
class _LookedAt:
    attributes: frozenset[str]
    texts: tuple[str, ...]


# Rendering the rules as JSON takes longer than evaluating them, and every cell of the matrix asks; a diff has two.
@lru_cache(maxsize=2)
def _looked_at(cedar: str) -> _LookedAt:
    """The attributes that rules read, and the texts they compare with, sorted."""
    nodes = list(_nodes(json.loads(cedarpy.policies_to_json_str(cedar))["staticPolicies"]))
    attributes = frozenset(node["attr"] for node in nodes if isinstance(node.get("attr"), str))
    return _LookedAt(attributes, tuple(sorted({n["Value"] for n in nodes if isinstance(n.get("Value"), str)})))


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from _nodes(value)
