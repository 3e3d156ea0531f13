"""What the use cases need from outside. Each port has two implementations, AWS's or Slack's and a fake, and one
contract suite that both pass (`tests/contracts`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from sallyport.domain.actions import ActionDefinition, PolicyBundle
from sallyport.domain.binding import VaultRecord
from sallyport.domain.canonical import JSON
from sallyport.domain.channels import Channel, Trouble
from sallyport.domain.credentials import CredentialOrder, ScopedCredentials
from sallyport.domain.deployment import Deployment
from sallyport.domain.directory import Agent, Person
from sallyport.domain.events import AuditEvent, Link
from sallyport.domain.requests import ApprovalRequest
from sallyport.domain.tallies import Tallies
from sallyport.domain.target_ports import CallMaker, RoleLists, RolePolicies
from sallyport.domain.turns import Turn
from sallyport.masking import MaskedDocument


class Conflict(Exception):
    """Somebody else saved first. Load again and decide again."""


class Exists(Exception):
    """An identical request is undecided or not yet redeemed, or the idempotency key is taken. `request_id` is the one
    that exists."""

    def __init__(self, request_id: str, *, by_key: bool, sameness: str) -> None:
        super().__init__(request_id)
        self.request_id = request_id
        self.by_key = by_key
        self.sameness = sameness


class PortFailed(Exception):
    """A service did not do what it was asked. `code` is stable; whatever the service said stays out of it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ChatFailed(PortFailed):
    """A channel did not do what it was asked. `retry_after`: for how many seconds it wants to be left alone."""

    def __init__(self, trouble: Trouble, retry_after: int = 0) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.retry_after = retry_after


class TooManyRequests(Exception):
    """One of the agent's limits stopped the transaction: too many `pending`, or too many in the hour. Nothing was
    stored."""

    def __init__(self, *, pending: bool) -> None:
        super().__init__()
        self.pending = pending


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one agent may ask for: new requests in an hour, and undecided ones at a time."""

    per_hour: int
    pending: int


class RequestStore(Protocol):
    """State and evidence, written together or not at all."""

    def create(
        self,
        request: ApprovalRequest,
        events: tuple[AuditEvent, ...],
        *,
        idempotency_key: str | None,
        limits: Limits,
        now: datetime,
    ) -> None:
        """Take the agent's counters and store, all in one. Raises Exists when an identical request
        `answers` this one or the key is taken, or TooManyRequests; then nothing is stored and nothing counted."""

    def load(self, request_id: str) -> ApprovalRequest | None:
        """Strongly consistent."""

    def save(
        self,
        previous: ApprovalRequest,
        request: ApprovalRequest,
        events: tuple[AuditEvent, ...],
        guard: Deployment | None = None,
    ) -> None:
        """Store `request` in the place of `previous`, as long as `guard` is what holds for the deployment.

        Raises Conflict when one of them is no longer what is stored.
        """

    def undecided(self, agent: str) -> int:
        """How many of this agent's requests are pending."""

    def pending(self, limit: int, after: str | None) -> tuple[tuple[ApprovalRequest, ...], str | None]:
        """A page of undecided requests, oldest first, and where the next one begins."""

    def seen_before(self, signature: str, now: datetime) -> bool:
        """Remember a Slack signature for its window; True when it was there already."""

    def links(self, request_id: str) -> tuple[Link, ...]:
        """The whole chain, in order, as it lies there. Strongly consistent."""

    def newest(self, request_id: str) -> Link | None:
        """The last link of the chain. Strongly consistent."""

    def deployment(self) -> Deployment:
        """The switches with their reasons and the end of the deployment's own chain, as they are stored: `UNREADABLE`
        when they are not. Ask `halts.read_deployment`, which holds them against the chain. Strongly consistent."""

    def save_deployment(self, previous: Deployment, deployment: Deployment, events: tuple[AuditEvent, ...]) -> None:
        """Store in the place of `previous`. Raises Conflict when that is no longer what is stored."""

    def live(self, agent: str, since: datetime) -> tuple[ApprovalRequest, ...]:
        """Requests of this agent, made after `since`, whose grant or session may be of use: until the session is over
        or its deny stands. Eventually consistent (may lag about 1 s)."""

    def overdue(self, now: datetime) -> Iterator[str]:
        """Ids of the requests that are due (`domain.overdue`), oldest first, read as they are asked for. Eventually
        consistent (may lag about 1 s)."""

    def unreviewed(self) -> tuple[ApprovalRequest, ...]:
        """Requests whose broken glass nobody has reviewed, oldest first. A second behind, perhaps."""


class Vault(Protocol):
    """Raw actions, encrypted, short-lived."""

    def put(self, record: VaultRecord) -> None: ...

    def get(self, request_id: str) -> VaultRecord:
        """Raises PortFailed(`vault_unavailable`) when it is not there or cannot be read."""

    def delete(self, request_id: str) -> None:
        """Every version. Harmless when there is none."""

    def listed(self) -> Iterator[tuple[str, datetime]]:
        """The ids of all that is there in any version, and when it was put, read as they are asked for."""


class Views(Protocol):
    """What approvers were shown, by its digest, kept for the retention period."""

    def put(self, presented_digest: str, view: MaskedDocument) -> None: ...

    def get(self, presented_digest: str) -> MaskedDocument:
        """Raises PortFailed when the view is not there, or is not the one of this digest."""


class Workflow(Protocol):
    def start(self, request_id: str, timers: Mapping[str, JSON]) -> None:
        """Harmless when it was started before."""

    def succeed(self, task_token: str, request_id: str) -> bool:
        """Let a waiting state go on, with the id alone. False when nobody waits for this token any more."""

    def fail(self, task_token: str, code: str) -> bool:
        """Let a waiting state end with this code. False when nobody waits for this token any more."""

    def ask_again(self, task_token: str, wait: int, turn: Turn) -> bool:
        """Let a state that waits for people be entered once more, for this turn, after `wait` seconds."""


class CredentialIssuer(Protocol):
    def issue(self, wanted: CredentialOrder) -> ScopedCredentials:
        """Raises PortFailed with `policy_too_large`, `role_refused` or `sts_unavailable`."""


class SamenessKey(Protocol):
    def sign(self, data: bytes) -> str:
        """A keyed digest in hexadecimal, equal for equal bytes; the key never leaves KMS."""


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


class Entropy(Protocol):
    """Randomness, drawn at call time: SnapStart would repeat whatever is drawn at import."""

    def request_id(self) -> str: ...

    def salt(self) -> str:
        """32 random bytes in hexadecimal."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where this deployment runs, and what its stack is called."""

    partition: str
    account: str
    region: str
    stack: str = "sallyport"

    def as_dict(self) -> dict[str, str]:
        return {"partition": self.partition, "account": self.account, "region": self.region}


class Ports(Protocol):
    """All that a function was wired with; what it does not use is never connected."""

    @property
    def store(self) -> RequestStore: ...
    @property
    def tallies(self) -> Tallies: ...
    @property
    def vault(self) -> Vault: ...
    @property
    def views(self) -> Views: ...
    @property
    def workflow(self) -> Workflow: ...
    @property
    def chat(self) -> Channel: ...
    @property
    def issuer(self) -> CredentialIssuer: ...
    @property
    def role_lists(self) -> RoleLists: ...
    @property
    def role_policies(self) -> RolePolicies: ...
    @property
    def call_maker(self) -> CallMaker: ...
    @property
    def sameness(self) -> SamenessKey: ...
    @property
    def authorizer(self) -> Authorizer: ...
    @property
    def entropy(self) -> Entropy: ...
    @property
    def policy(self) -> PolicyBundle: ...
    @property
    def places(self) -> Places: ...
    @property
    def limits(self) -> Limits: ...
