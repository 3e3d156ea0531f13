"""What policy says about one submission: checked when it is submitted, and once more when its grant is redeemed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sallyport.domain import execution
from sallyport.domain.accounts import ACCOUNT, REGION
from sallyport.domain.actions import ActionDefinition, PolicyBundle, Rung, target_role_name
from sallyport.domain.binding import VaultRecord
from sallyport.domain.canonical import JSON
from sallyport.domain.directory import Agent
from sallyport.domain.ports import Outlook, Places, Ports
from sallyport.domain.refusals import (
    IdentifierInScope,
    InvalidParameters,
    OnBehalfOfNotAllowed,
    OnBehalfOfRequired,
    PolicyChanged,
    PolicyDenied,
)
from sallyport.domain.requests import VerdictKind
from sallyport.domain.session_policy import PolicyTooLong, UnsafeValue, render
from sallyport.masking import masking_rules_from_policy
from sallyport.services.shown_exactly import must_be_masked

TARGET_PATH = "/sallyport/target/"


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
    """Whatever takes effect is shown exactly, to people and to CloudTrail, so it holds nothing that must be masked.

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
    on_behalf_of: str | None,
    parameters: Mapping[str, Any],
    ports: Ports,
    submitted: datetime,
) -> VerdictKind:
    """`ALLOW` or `REQUIRE_APPROVAL`. Raises PolicyDenied, and where another `on_behalf_of` would be admitted says so:
    OnBehalfOfRequired or OnBehalfOfNotAllowed."""
    context = request_context(parameters, submitted)
    if not _may_request(agent, action, on_behalf_of, context, ports):
        if not whom(agent, action, context, ports):
            raise PolicyDenied
        raise OnBehalfOfRequired if on_behalf_of is None else OnBehalfOfNotAllowed
    if ports.authorizer.may_skip_approval(agent, action, on_behalf_of, context).allowed:
        return VerdictKind.ALLOW
    return VerdictKind.REQUIRE_APPROVAL


def whom(agent: Agent, action: ActionDefinition, context: Mapping[str, JSON], ports: Ports) -> tuple[str | None, ...]:
    """On whose behalf the agent may ask for the action; None stands for naming nobody. Empty: not at all."""
    asked = (None, *sorted(agent.may_act_for))
    return tuple(person for person in asked if _may_request(agent, action, person, context, ports))


def outlook(agent: Agent, action: ActionDefinition, on_behalf_of: str | None, ports: Ports) -> Outlook:
    """What the agent may expect before the parameters and the hour are known: for the catalogue."""
    if not _may_name(agent, action, on_behalf_of):
        return Outlook.NO
    return ports.authorizer.outlook("request", agent, action, on_behalf_of)


def _may_request(
    agent: Agent, action: ActionDefinition, on_behalf_of: str | None, context: Mapping[str, JSON], ports: Ports
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


def places_of(action: ActionDefinition, parameters: Mapping[str, Any], ports: Ports) -> Places:
    """Where the action takes place: in the gate's account and region, or where the agent chose among those listed.

    `parameters` fit the action's schema. Raises InvalidParameters for a region that the account is not guarded in.
    """
    if not action.places:
        return ports.places
    account = ports.policy.accounts[parameters[ACCOUNT]]
    region = parameters.get(REGION, account.regions[0])
    if region not in account.regions:
        regions = ", ".join(account.regions)
        raise InvalidParameters(
            f"$.parameters.{REGION}", next_step=f"Choose a region in which that account is guarded: {regions}."
        )
    return replace(ports.places, account=account.id, region=region)


def target_role_arn(action: ActionDefinition, places: Places) -> str:
    """The action's own role, which `sallyport targets render` makes."""
    name = target_role_name(places.stack, action.name)
    return f"arn:{places.partition}:iam::{places.account}:role{TARGET_PATH}{name}"


def render_session_policy(action: ActionDefinition, parameters: Mapping[str, Any], places: Places) -> str:
    """The exact session policy. Raises InvalidParameters for a value that could widen it or does not fit."""
    try:
        return render(action.session_policy, parameters, places.as_dict())
    except UnsafeValue as unsafe:
        raise InvalidParameters(
            f"$.parameters.{unsafe.parameter}", next_step="Use an exact value, without *, ?, ${ or control characters."
        ) from None
    except PolicyTooLong:
        raise InvalidParameters("$.parameters", next_step="Ask for less at once: fewer or shorter values.") from None


def planned_call(
    action: ActionDefinition, request_id: str, parameters: Mapping[str, Any], places: Places, ports: Ports
) -> dict[str, Any] | None:
    """The exact call that Sallyport will make, None for an action of delivery `credential`.

    Raises InvalidParameters for arguments that the service's own model does not take: before a person is disturbed.
    """
    call = rendered_call(action, request_id, parameters, places)
    if call is not None and not ports.call_maker.check(call):
        raise InvalidParameters("$.parameters")
    return call


def rendered_call(
    action: ActionDefinition, request_id: str, parameters: Mapping[str, Any], places: Places
) -> dict[str, Any] | None:
    """`planned_call` without asking the service's model, which takes long to read."""
    if action.execute is None:
        return None
    try:
        call = execution.planned_call(action.execute, {**parameters, **places.as_dict(), "request_id": request_id})
    except execution.UnfitValue as unfit:
        raise InvalidParameters(f"$.parameters.{unfit.parameter}") from None
    return {**call, "region": places.region}


def check_rendered(action: ActionDefinition, vaulted: VaultRecord, ports: Ports) -> Places:
    """Where the vaulted action takes place, once its parameters are found to be what session policy and call hold.

    Raises PolicyChanged when rendering them again gives anything else, to the byte.
    """
    try:
        places = places_of(action, vaulted.parameters, ports)
        rendered = render_session_policy(action, vaulted.parameters, places)
        call = rendered_call(action, vaulted.request_id, vaulted.parameters, places)
    except (InvalidParameters, KeyError):
        raise PolicyChanged from None
    bound = (vaulted.session_policy, vaulted.call, vaulted.target_role_arn)
    if (rendered, call, target_role_arn(action, places)) != bound:
        raise PolicyChanged
    return places


def place_name(places: Places, policy: PolicyBundle, action: ActionDefinition) -> str:
    """The account by its name in accounts.yaml, or else by its id; the region where the agent chose it."""
    name = next((one.name for one in policy.accounts.values() if one.id == places.account), places.account)
    return f"account {name}" + (f", {places.region}" if REGION in action.places else "")


def rung_seconds(rung: Rung, agent: Agent) -> int:
    return rung.seconds if agent.patience_seconds is None else min(rung.seconds, agent.patience_seconds)


def approval_seconds(action: ActionDefinition, agent: Agent) -> int:
    """How long this agent's request waits for a decision."""
    return sum(rung_seconds(rung, agent) for rung in action.approval.ladder)
