"""What an action is: read from its file in the policy layer, never from a caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from sallyport.domain.accounts import GuardedAccount
from sallyport.domain.directory import Directory
from sallyport.domain.routes import RouteRule


class Delivery(StrEnum):
    CREDENTIAL = "credential"
    EXECUTE = "execute"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: wait `seconds`, asking `groups` (cumulative with the rungs before)."""

    seconds: int
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Approval:
    """How a request of this action is decided: distinct people needed, who is asked and when, by which channels."""

    quorum: int
    ladder: tuple[Rung, ...]
    channels: tuple[str, ...]
    reason_required: bool
    # Each approval must come from a different one of the asked groups.
    distinct_groups: bool = False
    # None: no break-glass. Otherwise the longest that a break-glass credential lives, and by when a second person must
    # have reviewed the approval.
    break_glass_seconds: int | None = None
    review_seconds: int | None = None

    @property
    def timeout_seconds(self) -> int:
        return sum(rung.seconds for rung in self.ladder)

    def groups(self, rungs: int) -> frozenset[str]:
        """Who may decide once `rungs` steps (at least one) of the ladder have been climbed."""
        return frozenset(group for rung in self.ladder[: max(1, rungs)] for group in rung.groups)


@dataclass(frozen=True, slots=True)
class Duration:
    """Bounds of the credential's life in seconds; below STS's floor of 900 s the session policy's cut-off ends it."""

    default: int
    minimum: int
    maximum: int


class Pattern(Protocol):
    """A compiled pattern that takes linear time, whatever the text."""

    @property
    def pattern(self) -> str: ...

    def fullmatch(self, text: str, /) -> object | None: ...


@dataclass(frozen=True, slots=True)
class ActionDefinition:
    """One action file. `bound_by` says for each parameter what holds the approved value: every parameter takes effect,
    in the session policy or in the call. `scope` are those of the session policy, which end up in CloudTrail; `hidden`
    says why an approver does not see a parameter; `harmless` gives for some parameters a pattern of values that
    identify nobody, so that no detector is asked about them."""

    name: str
    title: str
    review: str
    risk: str
    delivery: Delivery
    parameters: Mapping[str, Any]
    bound_by: Mapping[str, str]
    scope: frozenset[str]
    hidden: Mapping[str, str]
    session_policy: tuple[Mapping[str, Any], ...]
    duration: Duration
    approval: Approval
    redemption_seconds: int
    on_behalf_of_required: bool
    outlasts: tuple[str, ...]
    execute: Mapping[str, Any] | None = None
    # Which part of the place the agent chooses: nothing, `account`, or `account` and `region`.
    places: frozenset[str] = frozenset()
    harmless: Mapping[str, Pattern] = field(default_factory=dict)
    # What becomes possible, with a place for each parameter (`domain.sentences`); empty for the title with all of them.
    sentence: str = ""
    # For the model that asks: what the action is for, and example parameters with a reason that a person would accept.
    description: str = ""
    example: Mapping[str, Any] = field(default_factory=dict)
    example_reason: str = ""

    def is_harmless(self, name: str, value: object) -> bool:
        """Whether the action's author vouches for `value` of parameter `name`: for each item of a list."""
        pattern = self.harmless.get(name)
        values = value if isinstance(value, list) else [value]
        return pattern is not None and all(isinstance(one, str) and pattern.fullmatch(one) for one in values)

    @property
    def shown(self) -> frozenset[str]:
        """The parameters that an approver sees exactly: all that are not declared hidden."""
        return frozenset(self.parameters["properties"]) - frozenset(self.hidden)

    def words_are_agents(self, name: str) -> bool:
        """Whether the parameter's words are the agent's own: not a number, a boolean or a choice from the action
        file."""
        schema: Mapping[str, Any] = self.parameters["properties"][name]
        schema = schema.get("items", schema)
        return "enum" not in schema and schema["type"] == "string"


def target_role_name(stack: str, action: str) -> str:
    """The name of the role whose sessions carry out `action`: each action has its own, and each gate its own set."""
    return f"{stack}-target-{action.replace('.', '-').replace('_', '-')}"


def revoker_role_name(stack: str) -> str:
    """The role in another account that may write the denies of that account's target roles."""
    return f"{stack}-revoker"


@dataclass(frozen=True, slots=True)
class PolicyBundle:
    """Everything the policy layer says, with the digest that is stamped on requests and events."""

    digest: str
    actions: Mapping[str, ActionDefinition]
    directory: Directory
    cedar: str
    cedar_schema: str
    masking: Mapping[str, Any]
    accounts: Mapping[str, GuardedAccount] = field(default_factory=dict)
    routes: tuple[RouteRule, ...] = ()
