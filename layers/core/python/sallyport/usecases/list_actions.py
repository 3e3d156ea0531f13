"""What somebody may ask for: a preview, by the same rules that judge a submission."""

from __future__ import annotations

from collections.abc import Iterator

from sallyport.domain.actions import ActionDefinition
from sallyport.domain.catalogue import Entry, Need
from sallyport.domain.directory import Agent
from sallyport.domain.ports import AuthorityPorts, Outlook
from sallyport.domain.refusals import NoSuchEntry, UnknownCaller
from sallyport.domain.waiting import approval_seconds
from sallyport.services import policy

_NEED = {Outlook.NO: Need.ALWAYS, Outlook.DEPENDS: Need.DEPENDS, Outlook.YES: Need.NEVER}


def list_actions(caller: str, ports: AuthorityPorts) -> list[Entry]:
    """An agent's own entries, by name; a person of the directory sees every action. Raises UnknownCaller.

    An action is left out if policy refuses it to this agent regardless of parameters and time. A listed action may
    still be refused, because a submission is judged as a whole.
    """
    directory = ports.policy.directory
    actions = [ports.policy.actions[name] for name in sorted(ports.policy.actions)]
    agent = directory.agent_of(caller)
    if agent is not None:
        return list(_entries(agent, actions, ports))
    if directory.person_of(caller) is None:
        raise UnknownCaller
    return [
        Entry(action, (), action.on_behalf_of_required, Need.ALWAYS, action.approval.timeout_seconds)
        for action in actions
    ]


def get_action(caller: str, name: str, ports: AuthorityPorts) -> Entry:
    """Raises NoSuchEntry for an action that is not in the caller's list, as for one that does not exist."""
    found = next((entry for entry in list_actions(caller, ports) if entry.action.name == name), None)
    if found is None:
        raise NoSuchEntry
    return found


def _entries(agent: Agent, actions: list[ActionDefinition], ports: AuthorityPorts) -> Iterator[Entry]:
    for action in actions:
        asked = (None, *sorted(agent.may_act_for))
        may = [p for p in asked if policy.outlook(agent, action, p, ports) is not Outlook.NO]
        if may:
            skips = {ports.authorizer.outlook("skip_approval", agent, action, person) for person in may}
            yield Entry(
                action=action,
                on_behalf_of=tuple(person for person in may if person is not None),
                on_behalf_of_required=None not in may,
                approval=_NEED[skips.pop()] if len(skips) == 1 else Need.DEPENDS,
                patience_seconds=approval_seconds(action, agent),
            )
