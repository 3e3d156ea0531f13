"""What an action will do, rendered: its role, the exact session policy, and the call where Sallyport makes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sallyport.domain import execution
from sallyport.domain.accounts import ACCOUNT, REGION
from sallyport.domain.actions import ActionDefinition, PolicyBundle, target_role_name
from sallyport.domain.binding import Effect, VaultRecord
from sallyport.domain.ports import PlacePorts, Places, RenderPorts
from sallyport.domain.refusals import InvalidParameters, PolicyChanged
from sallyport.domain.session_policy import PolicyTooLong, UnsafeValue, render

TARGET_PATH = "/sallyport/target/"


def effect_of(action: ActionDefinition, request_id: str, parameters: Mapping[str, Any], ports: RenderPorts) -> Effect:
    """What the action will do, once the service's own model takes the arguments of its call: before a person is
    disturbed.

    `parameters` fit the action's schema. Raises InvalidParameters.
    """
    effect = _rendered(action, request_id, parameters, places_of(action, parameters, ports))
    if effect.call is not None and not ports.call_maker.check(effect.call):
        raise InvalidParameters("$.parameters")
    return effect


def check_rendered(action: ActionDefinition, vaulted: VaultRecord, ports: PlacePorts) -> Places:
    """Where the vaulted action takes place, once its parameters are found to be what session policy and call hold.

    Raises PolicyChanged when rendering them again gives anything else, to the byte.
    """
    try:
        places = places_of(action, vaulted.parameters, ports)
        rendered = _rendered(action, vaulted.request_id, vaulted.parameters, places)
    except (InvalidParameters, KeyError):
        raise PolicyChanged from None
    if rendered != vaulted.effect:
        raise PolicyChanged
    return places


def places_of(action: ActionDefinition, parameters: Mapping[str, Any], ports: PlacePorts) -> Places:
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


def place_name(places: Places, policy: PolicyBundle, action: ActionDefinition) -> str:
    """The account by its name in accounts.yaml, or else by its id; the region where the agent chose it."""
    name = next((one.name for one in policy.accounts.values() if one.id == places.account), places.account)
    return f"account {name}" + (f", {places.region}" if REGION in action.places else "")


def _rendered(action: ActionDefinition, request_id: str, parameters: Mapping[str, Any], places: Places) -> Effect:
    return Effect(
        target_role_arn=_target_role_arn(action, places),
        session_policy=_session_policy(action, parameters, places),
        call=_call(action, request_id, parameters, places),
    )


def _target_role_arn(action: ActionDefinition, places: Places) -> str:
    """The action's own role, which `sallyport targets render` makes."""
    name = target_role_name(places.stack, action.name)
    return f"arn:{places.partition}:iam::{places.account}:role{TARGET_PATH}{name}"


def _session_policy(action: ActionDefinition, parameters: Mapping[str, Any], places: Places) -> str:
    """Raises InvalidParameters for a value that could widen it or does not fit."""
    try:
        return render(action.session_policy, parameters, places.as_dict())
    except UnsafeValue as unsafe:
        raise InvalidParameters(
            f"$.parameters.{unsafe.parameter}", next_step="Use an exact value, without *, ?, ${ or control characters."
        ) from None
    except PolicyTooLong:
        raise InvalidParameters("$.parameters", next_step="Ask for less at once: fewer or shorter values.") from None


def _call(
    action: ActionDefinition, request_id: str, parameters: Mapping[str, Any], places: Places
) -> dict[str, Any] | None:
    """None for an action of delivery `credential`."""
    if action.execute is None:
        return None
    try:
        call = execution.planned_call(action.execute, {**parameters, **places.as_dict(), "request_id": request_id})
    except execution.UnfitValue as unfit:
        raise InvalidParameters(f"$.parameters.{unfit.parameter}") from None
    return {**call, "region": places.region}
