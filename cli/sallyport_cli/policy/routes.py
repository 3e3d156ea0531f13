"""Where cards go by a layer's channels.yaml: for one submission, and whether each rule ever applies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sallyport.adapters.policy_channels import TEMPLATES_OWN
from sallyport.domain.accounts import ACCOUNT
from sallyport.domain.routes import Route, RouteRule, rule_for
from sallyport.services.routes import routes_by_policy
from sallyport_cli.policy.findings import Finding
from sallyport_cli.policy.judge import Asked
from sallyport_cli.policy.layer import PLACES, Layer


def routes(layer: Layer, asked: Asked) -> tuple[Route, ...]:
    """For each step of the action's ladder."""
    action = layer.policy.actions[asked.action]
    chosen = asked.parameters[ACCOUNT] if ACCOUNT in action.places else None
    return routes_by_policy(action, chosen, layer.policy, layer.places.account)


def routes_known(layer: Layer, action: str, parameters: Mapping[str, Any] | None) -> tuple[Route | None, ...]:
    """For each step of the action's ladder; None where the step's channel depends on an account that is not known:
    the one that the agent chose if there are no `parameters`, or the gate's own if nobody named it."""
    definition = layer.policy.actions[action]
    chosen: list[str | None] = [None]
    if ACCOUNT in definition.places:
        chosen = [parameters.get(ACCOUNT)] if parameters is not None else [*layer.policy.accounts]
    elif layer.places == PLACES and all(one.id != PLACES.account for one in layer.policy.accounts.values()):
        chosen += layer.policy.accounts
    each = [routes_by_policy(definition, one, layer.policy, layer.places.account) for one in chosen]
    return tuple(step[0] if len(set(step)) == 1 else None for step in zip(*each, strict=True))


def told_routes(layer: Layer, action: str, account: str | None) -> list[str]:
    """For each step of the ladder: the channel, and whether people are written to as well."""
    steps = routes_by_policy(layer.policy.actions[action], account, layer.policy, layer.places.account)
    return [(step.room or TEMPLATES_OWN) + (" and direct messages" if step.direct else "") for step in steps]


def check_routes(layer: Layer) -> Iterator[Finding]:
    """If a rule never applies, its author is mistaken about it."""
    counting = list(_counting(layer))
    for number, rule in enumerate(layer.policy.routes, start=1):
        if not any(rule is one for one in counting):
            message = f"rule {number} is never used: an earlier one fits first, or no action asks that group there"
            yield Finding("channels.yaml", "dead_rule", message)


def _counting(layer: Layer) -> Iterator[RouteRule | None]:
    """The rule that applies for each possible action, step and account."""
    # Which of the accounts is the gate's own is known where it is deployed.
    accounts = [None, *layer.policy.accounts]
    for action in layer.policy.actions.values():
        for rung in action.approval.ladder:
            for account in accounts:
                yield rule_for(layer.policy.routes, action.name, rung.groups, account)
