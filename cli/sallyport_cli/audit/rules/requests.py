"""The chain of one request: which rule each event goes by."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sallyport_cli.audit.events import Event, Illegal
from sallyport_cli.audit.rules import decisions, grants
from sallyport_cli.audit.rules.progress import Progress, by

# A refusal changes no state, and may come anywhere after the submission.
_REFUSALS = frozenset(("decision.refused", "credentials.refused"))


class Request(Progress):
    """A request's chain, read event by event."""

    __slots__ = ()

    def take(self, event: Event) -> None:
        """Raises Illegal for an event that cannot come next."""
        kind = event.type
        rule = RULES.get(kind)
        if rule is None:
            raise Illegal(f"{kind} is no event of a request")
        if (self.first is None) is not (kind == "request.submitted"):
            raise Illegal("a request begins with its only submission")
        if self.first is not None and kind not in _REFUSALS:
            self._check_repeated(event, kind)
        rule(self, event)
        self.last = event

    def _check_repeated(self, event: Event, kind: str) -> None:
        assert self.first is not None
        first = self.first
        if (
            event.action != first.action
            or event.action_digest != first.action_digest
            or event.policy_digest != first.policy_digest
        ):
            raise Illegal("the request's action or policy changed on the way")
        named = event.presented_digest
        if kind == "request.masked":
            if self.shown is not None or not named:
                raise Illegal("what people are shown changed on the way")
            self.shown = named
        elif named != self.shown:
            raise Illegal("what people are shown changed on the way")


def _system(_: Progress, event: Event) -> None:
    by(event, "system")


def _nothing(_: Progress, __: Event) -> None:
    """A refusal changes no state."""


RULES: Mapping[str, Callable[[Progress, Event], None]] = {
    "request.submitted": decisions.submitted,
    "request.masked": _system,
    "approval.requested": _system,
    "approval.escalated": _system,
    "decision.recorded": decisions.decided,
    "decision.explained": decisions.explained,
    "decision.refused": _nothing,
    "request.approved": decisions.approved,
    "request.denied": decisions.denied,
    "request.expired": decisions.expired,
    "request.cancelled": decisions.cancelled,
    "grant.issued": grants.granted,
    "grant.redeemed": grants.redeemed,
    "credentials.issued": grants.issued,
    "credentials.failed": grants.not_issued,
    "credentials.refused": _nothing,
    "action.executed": grants.executed,
    "action.failed": grants.executed,
    "grant.revoked": grants.revoked,
    "grant.expired": grants.lapsed,
    "request.closed": grants.closed,
    "break_glass.reviewed": decisions.reviewed,
}
