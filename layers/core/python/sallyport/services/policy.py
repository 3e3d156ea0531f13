"""Whether policy accepts what is asked for: when it is submitted, and again when its grant is issued and redeemed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from sallyport.domain.actions import ActionDefinition
from sallyport.domain.canonical import JSON
from sallyport.domain.directory import Agent
from sallyport.domain.ports import AuthorityPorts, Outlook
from sallyport.domain.refusals import (
    IdentifierInScope,
    InvalidParameters,
    OnBehalfOfNotAllowed,
    OnBehalfOfRequired,
    PolicyDenied,
)
from sallyport.domain.requests import VerdictKind
from sallyport.masking import masking_rules_from_policy
from sallyport.services.shown_exactly import must_be_masked


class Asked(Protocol):
    """What is asked for, in a submission or from the vault."""

    @property
    def parameters(self) -> Mapping[str, Any]: ...
    @property
    def on_behalf_of(self) -> str | None: ...
    @property
    def duration_seconds(self) -> int | None: ...


def check_parameters(action: ActionDefinition, parameters: Mapping[str, Any]) -> None:
    """Raises InvalidParameters with the declared paths that do not fit. Never quotes a value or an unknown name."""
    from sallyport.services.parameter_schema import faults  # jsonschema: 100 ms that only submission pays

    found = faults(action.parameters, parameters)
    if found:
        takes = f"{action.name} takes {', '.join(action.parameters['properties'])}"
        raise InvalidParameters(
            *found, next_step=f"Correct what `paths` names: {takes}; GET /v1/actions/{action.name} has its schema."
        )


def check_scope(action: ActionDefinition, parameters: Mapping[str, Any], masking: Mapping[str, Any]) -> None:
    """Whatever takes effect is shown exactly, to people and to CloudTrail, so nothing in it may need masking.

    Raises IdentifierInScope with the declared paths. Numbers, booleans and choices are the action file's own words.
    """
    asked = sorted(name for name in action.shown if name in parameters and action.words_are_agents(name))
    rules = masking_rules_from_policy(masking)
    found = [
        f"$.parameters.{name}"
        for name in asked
        if not action.is_harmless(name, parameters[name]) and must_be_masked(name, parameters[name], rules)
    ]
    if found:
        raise IdentifierInScope(*found)


def check(action: ActionDefinition, asked: Asked, masking: Mapping[str, Any]) -> int:
    """Everything that needs no authority: parameters, scope and duration. The seconds that the credential may live."""
    check_parameters(action, asked.parameters)
    check_scope(action, asked.parameters, masking)
    return duration(action, asked.duration_seconds)


def duration(action: ActionDefinition, asked: int | None) -> int:
    """Seconds the credential may live. Raises InvalidParameters outside the action's bounds."""
    seconds = action.duration.default if asked is None else asked
    if not action.duration.minimum <= seconds <= action.duration.maximum:
        bounds = f"{action.duration.minimum} to {action.duration.maximum}"
        raise InvalidParameters(
            "$.duration_seconds", next_step=f"Ask for {bounds} seconds, or leave it to the default."
        )
    return seconds


def admitted(
    agent: Agent,
    action: ActionDefinition,
    asked: Asked,
    ports: AuthorityPorts,
    submitted: datetime,
) -> VerdictKind:
    """`ALLOW` or `REQUIRE_APPROVAL`. Raises PolicyDenied, and where another `on_behalf_of` would be admitted says so:
    OnBehalfOfRequired or OnBehalfOfNotAllowed."""
    context, on_behalf_of = request_context(asked.parameters, submitted), asked.on_behalf_of
    if not _may_request(agent, action, on_behalf_of, context, ports):
        if not whom(agent, action, context, ports):
            raise PolicyDenied
        raise OnBehalfOfRequired if on_behalf_of is None else OnBehalfOfNotAllowed
    if ports.authorizer.may_skip_approval(agent, action, on_behalf_of, context).allowed:
        return VerdictKind.ALLOW
    return VerdictKind.REQUIRE_APPROVAL


def whom(
    agent: Agent, action: ActionDefinition, context: Mapping[str, JSON], ports: AuthorityPorts
) -> tuple[str | None, ...]:
    """On whose behalf the agent may ask for the action; None stands for naming nobody. Empty: not at all."""
    asked = (None, *sorted(agent.may_act_for))
    return tuple(person for person in asked if _may_request(agent, action, person, context, ports))


def outlook(agent: Agent, action: ActionDefinition, on_behalf_of: str | None, ports: AuthorityPorts) -> Outlook:
    """What the agent may expect before the parameters and the hour are known: for the catalogue."""
    if not _may_name(agent, action, on_behalf_of):
        return Outlook.NO
    return ports.authorizer.outlook("request", agent, action, on_behalf_of)


def _may_request(
    agent: Agent, action: ActionDefinition, on_behalf_of: str | None, context: Mapping[str, JSON], ports: AuthorityPorts
) -> bool:
    allowed = _may_name(agent, action, on_behalf_of)
    return allowed and ports.authorizer.may_request(agent, action, on_behalf_of, context).allowed


def _may_name(agent: Agent, action: ActionDefinition, on_behalf_of: str | None) -> bool:
    """What the directory says of the agent, and the action's file of the action."""
    return not action.on_behalf_of_required if on_behalf_of is None else on_behalf_of in agent.may_act_for


def request_context(parameters: Mapping[str, Any], submitted: datetime) -> dict[str, JSON]:
    """What the rules on requesting and on skipping approval may look at, beside who asks for what."""
    return {
        "hour": submitted.hour,
        "weekday": submitted.isoweekday(),
        "scope": [f"{name}={value}" for name in sorted(parameters) for value in _listed(parameters[name])],
    }


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
