"""Who may do what: the questions that policy answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

from sallyport.domain.actions import ActionDefinition
from sallyport.domain.canonical import JSON
from sallyport.domain.directory import Agent, Person
from sallyport.domain.requests import ApprovalRequest


@dataclass(frozen=True, slots=True)
class Answer:
    """An authorization answer: `reasons` are the ids of the policies that determined it."""

    allowed: bool
    reasons: tuple[str, ...] = ()


type Verb = Literal["decide", "deny", "break_glass", "read", "redeem", "revoke"]


class Outlook(StrEnum):
    """What policy would answer before the parameters and the hour are known."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends"


class Authorizer(Protocol):
    """Who may. Any error is a no."""

    def outlook(
        self,
        verb: Literal["request", "skip_approval"],
        agent: Agent,
        action: ActionDefinition,
        on_behalf_of: str | None,
    ) -> Outlook:
        """A preview for the catalogue, never an authorization."""

    def may_request(
        self, agent: Agent, action: ActionDefinition, on_behalf_of: str | None, context: Mapping[str, JSON]
    ) -> Answer: ...

    def may_skip_approval(
        self, agent: Agent, action: ActionDefinition, on_behalf_of: str | None, context: Mapping[str, JSON]
    ) -> Answer: ...

    def may(self, verb: Verb, principal: Agent | Person, request: ApprovalRequest) -> Answer:
        """Deciding is judged by the groups that the ladder has asked so far."""

    def may_halt(self, person: Person) -> Answer: ...
