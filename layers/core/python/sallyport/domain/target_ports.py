"""Ports to the target side: the roles whose sessions are denied, and the one call that Sallyport makes itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sallyport.domain.credentials import ScopedCredentials
from sallyport.domain.revocations import RevokedSessions


class RoleLists(Protocol):
    """The list of denied sessions of each target role, changed by one holder at a time."""

    def read(self, role: str) -> RevokedSessions:
        """As it stands, without holding it."""

    def acquire(self, role: str, holder: str, now: datetime, lease: timedelta) -> RevokedSessions:
        """Hold the role's list for `lease` at most. Raises Conflict while another holds it."""

    def store(self, role: str, holder: str, sessions: RevokedSessions) -> None:
        """Keep the list, before its policy is written. Raises Conflict for one who does not hold it any more."""

    def release(self, role: str, holder: str) -> None:
        """Harmless for one who does not hold it any more."""


class RolePolicies(Protocol):
    def put(self, role: str, document: str) -> None:
        """Write the role's deny policy. `role` is a name under /sallyport/target/. Raises PortFailed."""


class OutcomeUnknown(Exception):
    """The call may have been made or not: no answer came. It must not be made again."""


@dataclass(frozen=True, slots=True)
class CallResult:
    """What was picked of a service's answer: plain JSON, unmasked. `complete`: False when a bound ended the paging."""

    picked: Any = field(repr=False)
    complete: bool = True


class CallMaker(Protocol):
    """Makes the one call of an `execute` action; `call` is what `domain.execution.planned_call` rendered."""

    def check(self, call: Mapping[str, Any]) -> bool:
        """Whether the service's model takes these arguments. Nothing is sent."""

    def make(self, call: Mapping[str, Any], credentials: ScopedCredentials) -> CallResult:
        """Send it, once. Raises PortFailed with our code when it surely had no effect, OutcomeUnknown otherwise."""
