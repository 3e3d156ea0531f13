"""Which ports a piece of the work takes: as few as it uses, so that its signature says what it can reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sallyport.domain.actions import PolicyBundle
from sallyport.domain.channels import Channel
from sallyport.domain.ports.authority import Authorizer
from sallyport.domain.ports.effects import CredentialIssuer, Entropy, SamenessKey, Workflow
from sallyport.domain.ports.storage import Limits, RequestStore, Vault, Views
from sallyport.domain.tallies import Tallies
from sallyport.domain.target_ports import CallMaker, RoleLists, RolePolicies


@dataclass(frozen=True, slots=True)
class Places:
    """Where this deployment runs, and what its stack is called."""

    partition: str
    account: str
    region: str
    stack: str = "sallyport"

    def as_dict(self) -> dict[str, str]:
        return {"partition": self.partition, "account": self.account, "region": self.region}


class RecordPorts(Protocol):
    """To record a transition with its evidence, and to read the switches."""

    @property
    def store(self) -> RequestStore: ...
    @property
    def policy(self) -> PolicyBundle: ...


class AuthorityPorts(Protocol):
    """To ask who may."""

    @property
    def policy(self) -> PolicyBundle: ...
    @property
    def authorizer(self) -> Authorizer: ...


class PlacePorts(Protocol):
    """To know where an action takes place."""

    @property
    def policy(self) -> PolicyBundle: ...
    @property
    def places(self) -> Places: ...


class RenderPorts(PlacePorts, Protocol):
    """To render what an action will do, and to hold its call against the service's model."""

    @property
    def call_maker(self) -> CallMaker: ...


class JudgePorts(AuthorityPorts, RenderPorts, Protocol):
    """To judge a submission: who may, and what it would do."""


class GrantPorts(JudgePorts, Protocol):
    """To look again at what was approved."""

    @property
    def vault(self) -> Vault: ...


class RedeemPorts(RecordPorts, GrantPorts, Protocol):
    """To use a grant up."""


class ViewPorts(Protocol):
    """To read what approvers were shown."""

    @property
    def views(self) -> Views: ...
    @property
    def policy(self) -> PolicyBundle: ...


class CardPorts(ViewPorts, RecordPorts, Protocol):
    """To show a request as it stands now."""

    @property
    def chat(self) -> Channel: ...


class ChatPeoplePorts(Protocol):
    """To tell who is behind an account of the chat."""

    @property
    def chat(self) -> Channel: ...
    @property
    def policy(self) -> PolicyBundle: ...


class RoutePorts(ViewPorts, PlacePorts, Protocol):
    """To know in which room of the chat a request is asked."""

    @property
    def chat(self) -> Channel: ...


class NotifyPorts(AuthorityPorts, RoutePorts, Protocol):
    """To call those people who may decide."""


class OpenRequestPorts(RecordPorts, AuthorityPorts, Protocol):
    """To read requests and to ask who may do what with them."""


class WorkflowPorts(Protocol):
    """To start a workflow, and to wake it."""

    @property
    def workflow(self) -> Workflow: ...
    @property
    def policy(self) -> PolicyBundle: ...


class SessionPorts(RecordPorts, Protocol):
    """To deny sessions on their role."""

    @property
    def places(self) -> Places: ...
    @property
    def entropy(self) -> Entropy: ...
    @property
    def role_lists(self) -> RoleLists: ...
    @property
    def role_policies(self) -> RolePolicies: ...


class TallyPorts(Protocol):
    """To count what was refused."""

    @property
    def tallies(self) -> Tallies: ...
    @property
    def policy(self) -> PolicyBundle: ...


class Ports(RedeemPorts, CardPorts, WorkflowPorts, SessionPorts, TallyPorts, Protocol):
    """All that a function was wired with; what it does not use is never connected."""

    @property
    def issuer(self) -> CredentialIssuer: ...
    @property
    def sameness(self) -> SamenessKey: ...
    @property
    def limits(self) -> Limits: ...
