"""Where a request is asked, by policy: in which room of the chat its card belongs, and who is written to directly."""

from __future__ import annotations

from enum import Enum, auto

from sallyport.domain.accounts import ACCOUNT
from sallyport.domain.actions import ActionDefinition, PolicyBundle
from sallyport.domain.ports import PortFailed, RoutePorts
from sallyport.domain.requests import ApprovalRequest, CardRef
from sallyport.domain.routes import Route, rule_for
from sallyport.services.cards import stored_view


class Standing(Enum):
    """REPLACED is where the request is or was asked, but not its card; FOREIGN is somewhere else."""

    CURRENT = auto()
    REPLACED = auto()
    FOREIGN = auto()


def routes_of(request: ApprovalRequest, rungs: int, ports: RoutePorts) -> tuple[Route, ...]:
    """For each rung that was climbed, the last one first. Raises PortFailed when the account that a rule asks about
    cannot be read."""
    action = ports.policy.actions.get(request.action)
    if action is None:
        return (Route(),)
    steps = routes_by_policy(action, _chosen(request, action, ports), ports.policy, ports.places.account)
    return steps[: max(1, rungs)][::-1]


def routes_by_policy(action: ActionDefinition, chosen: str | None, policy: PolicyBundle, own: str) -> tuple[Route, ...]:
    """For each rung of the action's ladder. `chosen` is the name of the account that the agent chose, and `own` the id
    of the gate's, which an action without a choice is about."""
    named = chosen or next((one.name for one in policy.accounts.values() if one.id == own), None)
    rules = (rule_for(policy.routes, action.name, rung.groups, named) for rung in action.approval.ladder)
    return tuple(rule.route if rule else Route() for rule in rules)


def rooms_of(request: ApprovalRequest, rungs: int, ports: RoutePorts) -> tuple[str, ...]:
    """The rooms in which it has been asked so far, the one where it is asked now first."""
    rooms = (route.room or ports.chat.default_room for route in routes_of(request, rungs, ports))
    return tuple(dict.fromkeys(rooms))


def room_of_card(request: ApprovalRequest, ports: RoutePorts) -> str:
    """Where its card is, or where it will be. Raises PortFailed."""
    return request.card.channel if request.card else rooms_of(request, request.rung, ports)[0]


def standing(card: CardRef | None, request: ApprovalRequest | None, ports: RoutePorts) -> Standing:
    """What a card that somebody clicked is to the request; what opens from a card is in no room, and current. While no
    card is noted, one that is in the right room already counts: its answer is on the way, or was lost."""
    if card is None or request is None or card == request.card:
        return Standing.CURRENT
    try:
        rooms = rooms_of(request, request.rung, ports)
    except PortFailed:
        rooms = ()
    if request.card is None and card.channel in rooms[:1]:
        return Standing.CURRENT
    known = card.channel in rooms or (request.card is not None and card.channel == request.card.channel)
    return Standing.REPLACED if known else Standing.FOREIGN


def _chosen(request: ApprovalRequest, action: ActionDefinition, ports: RoutePorts) -> str | None:
    """The account that the agent chose, if a rule asks. It is read from the view, whose digest binds it, and not from
    the request's item."""
    if ACCOUNT not in action.places or all(rule.account is None for rule in ports.policy.routes):
        return None
    view = stored_view(request, ports).members
    chosen: str | None = view["masked"]["parameters"].get(ACCOUNT)
    return chosen
