"""Where people are asked: policy's rules in order, of which the first that matches applies."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Route:
    """`room` is an id of the chat's own, empty for the room that the deployment was given. `direct`: each person who is
    asked also gets a direct message that says so."""

    room: str = ""
    direct: bool = False


@dataclass(frozen=True, slots=True)
class RouteRule:
    """Fits when each of `action`, `group` and `account` that it names does; one that names none always fits."""

    route: Route
    action: str | None = None
    group: str | None = None
    account: str | None = None

    def fits(self, action: str, groups: Collection[str], account: str | None) -> bool:
        """`groups` are those that one rung of the ladder adds; `account` is None for an account without a name."""
        return (
            self.action in (None, action)
            and (self.group is None or self.group in groups)
            and (self.account is None or self.account == account)
        )


def rule_for(rules: Sequence[RouteRule], action: str, groups: Collection[str], account: str | None) -> RouteRule | None:
    """The rule that applies, or None for the deployment's own room."""
    return next((rule for rule in rules if rule.fits(action, groups, account)), None)
