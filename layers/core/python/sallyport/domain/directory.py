"""Who there is: people with all their accounts, groups, and agents with the people behind them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

# 22 characters: `agent=<id>,approver=<id>` must fit the 64 of an STS SourceIdentity.
ID_PATTERN = re.compile(r"[a-z0-9._-]{1,22}")

_ASSUMED_ROLE = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([\w+=,.@-]+)/([\w+=,.@-]+)")
_SSO_ROLE = "AWSReservedSSO_"


@dataclass(frozen=True, slots=True)
class Person:
    """One human, however many accounts. `principals` are IAM users, roles of theirs alone, or
    `<AWSReservedSSO role ARN>/<session name>` where Identity Center sets the session name."""

    id: str
    name: str
    slack_user_id: str | None
    teams_user_id: str | None
    principals: tuple[str, ...]
    groups: frozenset[str]

    def account_in(self, chat: str) -> str | None:
        """This person's id in a chat, by the chat's name."""
        return {"slack": self.slack_user_id, "teams": self.teams_user_id}[chat]


@dataclass(frozen=True, slots=True)
class Agent:
    """A non-human principal. `patience_seconds`: after this long the agent no longer waits, so its requests expire."""

    id: str
    owner: str
    operators: frozenset[str]
    may_act_for: frozenset[str]
    principals: tuple[str, ...]
    patience_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """People and agents by id, and by the principal that API Gateway or Slack has authenticated."""

    people: Mapping[str, Person]
    agents: Mapping[str, Agent]
    # These people are made up: good for trying Sallyport out, refused in production.
    sample: bool = False
    _person_by_principal: Mapping[str, str] = field(init=False, repr=False)
    _agent_by_principal: Mapping[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_principal = {p: person.id for person in self.people.values() for p in person.principals}
        agents = {p: agent.id for agent in self.agents.values() for p in agent.principals}
        object.__setattr__(self, "_person_by_principal", by_principal)
        object.__setattr__(self, "_agent_by_principal", agents)

    def agent_of(self, user_arn: str) -> Agent | None:
        """The agent behind API Gateway's `identity.userArn`, or None."""
        for principal in principal_keys(user_arn):
            if principal in self._agent_by_principal:
                return self.agents[self._agent_by_principal[principal]]
        return None

    def person_of(self, user_arn: str) -> Person | None:
        """The person behind API Gateway's `identity.userArn`, or None."""
        for principal in principal_keys(user_arn):
            if principal in self._person_by_principal:
                return self.people[self._person_by_principal[principal]]
        return None

    def name_of(self, person_id: str) -> str:
        """What people call this person: the name, with the id added where two share it, or the id alone for an unknown
        one."""
        person = self.people.get(person_id)
        if person is None:
            return person_id
        namesakes = sum(other.name.casefold() == person.name.casefold() for other in self.people.values())
        return person.name if namesakes == 1 else f"{person.name} ({person_id})"

    def person_in(self, chat: str, user_id: str) -> Person | None:
        """The person with this id in that chat, or None. Never matched by name or e-mail."""
        return next((person for person in self.people.values() if person.account_in(chat) == user_id), None)


def principal_keys(user_arn: str) -> tuple[str, ...]:
    """The directory keys that a caller's ARN can stand for.

    A caller chooses its own session name, so a role counts as the role; only for Identity Center's roles, where
    AWS sets the session name to the user, does the session count, and there the role alone does not.
    """
    match = _ASSUMED_ROLE.fullmatch(user_arn)
    if match is None:
        return (user_arn,)
    partition, account, role, session = match.groups()
    arn = f"arn:{partition}:iam::{account}:role/{role}"
    return (f"{arn}/{session}",) if role.startswith(_SSO_ROLE) else (arn,)
