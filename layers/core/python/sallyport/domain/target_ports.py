"""Ports to the target side: the roles whose sessions are denied, and the one call that Sallyport makes itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sallyport.domain.credentials import ScopedCredentials
from sallyport.domain.revocations import RoleList


class RoleLists(Protocol):
    """The list of denied sessions of each target role. Nobody holds one: it changes by compare-and-set."""

    def read(self, role: str) -> RoleList:
        """Strongly consistent; an empty one for a role that has none yet."""

    def save(self, role: str, previous: RoleList, changed: RoleList) -> RoleList:
        """Store in the place of `previous`; returns what is stored now. Raises Conflict when another list is there."""


class RolePolicies(Protocol):
    def put(self, role: str, document: str) -> None:
        """Write the role's deny policy. `role` is a name under /sallyport/target/, behind `<account>/` where it is in
        another account.

        Raises PortFailed when it was not written, OutcomeUnknown when it may still be.
        """


class OutcomeUnknown(Exception):
    """The call may have been made or not: no answer came."""


@dataclass(frozen=True, slots=True)
class CallResult:
    """What was picked from a service's answer: plain JSON, unmasked. `complete`: False when a limit ended the
    paging."""

    picked: Any = field(repr=False)
    complete: bool = True


class CallMaker(Protocol):
    """Makes the one call of an `execute` action; `call` is what `domain.execution.planned_call` rendered."""

    def check(self, call: Mapping[str, Any]) -> bool:
        """Whether the service's model takes these arguments. Nothing is sent."""

    def make(self, call: Mapping[str, Any], credentials: ScopedCredentials) -> CallResult:
        """Send it, once. Raises PortFailed with our code when it surely had no effect, OutcomeUnknown otherwise."""
