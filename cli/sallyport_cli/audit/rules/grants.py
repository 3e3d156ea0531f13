"""From the grant to its use, its end, and the close of the request."""

from __future__ import annotations

from typing import Any

from sallyport_cli.audit.events import Event
from sallyport_cli.audit.rules.progress import Progress, by, check_approvers, need, own_agent


def granted(request: Progress, event: Event) -> None:
    by(event, "system")
    need(request.status == "approved", "a grant without an approval")
    need(request.granted is None, "a second grant")
    check_approvers(request, event)
    need(
        bool(event.details.get("break_glass")) == request.broken_glass,
        "a break-glass approval that the grant does not mention",
    )
    request.granted = event


def redeemed(request: Progress, event: Event) -> None:
    by(event, "agent")
    own_agent(request, event)
    need(request.redeemed is None, "a grant redeemed twice")
    need(request.granted is not None and request.status == "approved", "redeemed without a grant")
    assert request.granted is not None
    need(event.at <= request.granted.details["until"], "redeemed after the grant had expired")
    need(event.details.get("delivery") == request.fact("delivery"), "redeemed for another delivery")
    request.redeemed, request.status = event, "redeemed"


def issued(request: Progress, event: Event) -> None:
    by(event, "system")
    need(request.redeemed is not None and request.status == "redeemed", "a credential without a redeemed grant")
    need(request.fact("delivery") == "credential", "a credential for what Sallyport executes itself")
    need(request.outcome is None, "a second credential")
    request.outcome = event.type


def not_issued(request: Progress, event: Event) -> None:
    by(event, "system")
    need(
        request.redeemed is not None and request.fact("delivery") == "credential", "a failure without a redeemed grant"
    )
    need(request.outcome is None, "a credential that was issued and failed")
    _failed(request, event)


def executed(request: Progress, event: Event) -> None:
    by(event, "system")
    need(request.redeemed is not None and request.fact("delivery") == "execute", "executed without a redeemed grant")
    # The answer to a call that had been given up may still arrive.
    need(request.outcome != event.type, f"{event.type} twice")
    if event.type == "action.failed":
        _failed(request, event)
    request.outcome = event.type


def _failed(request: Progress, event: Event) -> None:
    request.outcome = event.type
    if request.status == "redeemed":
        request.status = "failed"


def revoked(request: Progress, event: Event) -> None:
    by(event, "agent", "person")
    need(event.details.keys() <= {"session", "outcome", "note"}, "a grant ended with a note that is not text")
    agent = event.actor.kind == "agent"
    if agent:
        own_agent(request, event)
    if request.redeemed is None:
        need(request.status == "approved", "revoked a grant that did not exist")
        request.status = "revoked"
        return
    need(request.status == "redeemed" or (request.status == "closed" and not agent), "revoked what was already over")
    request.status = "closed" if agent else "revoked"


def lapsed(request: Progress, event: Event) -> None:
    by(event, "system")
    need(request.granted is not None and request.status == "approved", "a grant expired that could not")
    request.status = "lapsed"


# What `request.closed` may say, by where the request stood. Some ends have no event of their own before it.
_CLOSES = {
    "pending": ("failed",),
    "approved": ("expired", "failed"),
    "lapsed": ("expired", "failed"),
}


def closed(request: Progress, event: Event) -> None:
    by(event, "system")
    said: Any = event.details.get("status")
    need(said in _CLOSES.get(request.status, (request.status,)), f"closed as {said}, which it was not")
    request.status = said
