"""Who calls: somebody whom API Gateway or Slack has authenticated, as the directory knows them."""

from __future__ import annotations

from dataclasses import dataclass

from sallyport.domain.directory import Agent, Directory, Person
from sallyport.domain.events import UNKNOWN, Actor, ActorKind


@dataclass(frozen=True, slots=True)
class Caller:
    """`principal` is None for whoever the directory does not know."""

    principal: Agent | Person | None
    channel: str

    @property
    def person(self) -> Person | None:
        return self.principal if isinstance(self.principal, Person) else None

    @property
    def actor(self) -> Actor:
        """As the audit names them; whoever is not known is an unknown person."""
        if isinstance(self.principal, Agent):
            return Actor(ActorKind.AGENT, self.principal.id, self.channel)
        return Actor(ActorKind.PERSON, self.principal.id if self.principal else UNKNOWN, self.channel)


def known(caller: str | Caller, directory: Directory) -> Caller:
    """The caller behind an IAM principal's ARN, or the one who was recognised before."""
    if isinstance(caller, Caller):
        return caller
    return Caller(directory.agent_of(caller) or directory.person_of(caller), "api")
