"""One request in a line: what was asked, who decided, what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sallyport_cli.audit.history import Event, History
from sallyport_cli.audit.report.topics import BY_POLICY

_REFUSALS = ("decision.refused", "credentials.refused")


class Outcome(StrEnum):
    """What had come of a request when the export was taken, in words for people."""

    USED = "Approved and used"
    UNUSED = "Approved, never used"
    REVOKED = "Approved, then revoked"
    FAILED = "Failed"
    DENIED = "Denied"
    EXPIRED = "Expired undecided"
    CANCELLED = "Cancelled"
    WAITING = "Approved, not used yet"
    OPEN = "Undecided at export"


# The first that fits says it: what came last takes away what came before.
_OUTCOMES = (
    ("executed", Outcome.USED),
    ("revoked", Outcome.REVOKED),
    ("failed", Outcome.FAILED),
    ("redeemed", Outcome.USED),
    ("returned", Outcome.UNUSED),
    ("unused", Outcome.UNUSED),
    ("cancelled", Outcome.CANCELLED),
    ("denied", Outcome.DENIED),
    ("expired", Outcome.EXPIRED),
    ("closed_expired", Outcome.UNUSED),
    ("closed_failed", Outcome.FAILED),
    ("approved", Outcome.WAITING),
)


@dataclass(frozen=True, slots=True)
class Summary:
    """`seconds` from the submission until people approved or denied; None where nobody did."""

    request_id: str
    submitted: Event
    outcome: Outcome
    settled: Event | None
    seconds: float | None
    approvers: tuple[str, ...]
    emergency: Event | None
    review: Event | None
    credential_until: str
    refusals: int
    closed_at: str
    presented: str

    @property
    def at(self) -> datetime:
        return self.submitted.at

    @property
    def agent(self) -> str:
        return self.submitted.actor

    @property
    def action(self) -> str:
        return str(self.submitted.said["action"])

    def fact(self, name: str) -> str:
        """What the submission tells; empty where it does not."""
        value = self.submitted.details.get(name)
        return "" if value is None else str(value)


def summary_of(history: History) -> Summary | None:
    """None for a chain that does not begin with a submission: there is nothing to summarise, and `verify` names it."""
    submitted = history.first("request.submitted")
    if submitted is None:
        return None
    settled = history.first("request.approved", "request.denied")
    by_people = settled is not None and settled.details.get("approvers") != [BY_POLICY]
    glass = next((e for e in history.all("decision.recorded") if e.details.get("break_glass")), None)
    used = history.first("credentials.issued", "grant.redeemed")
    closed, masked = history.first("request.closed"), history.first("request.masked")
    return Summary(
        request_id=history.chain,
        submitted=submitted,
        outcome=_outcome(history),
        settled=settled,
        seconds=(settled.at - submitted.at).total_seconds() if settled is not None and by_people else None,
        approvers=_approvers(settled),
        emergency=glass,
        review=history.first("break_glass.reviewed"),
        credential_until=str(used.details.get("until", "")) if used else "",
        refusals=len(history.all(*_REFUSALS)),
        closed_at=str(closed.said["at"]) if closed else "",
        presented=str(masked.said.get("presented_digest", "")) if masked else "",
    )


def _approvers(settled: Event | None) -> tuple[str, ...]:
    named = settled.details.get("approvers") if settled is not None else None
    return tuple(map(str, named)) if isinstance(named, list) else ()


def _outcome(history: History) -> Outcome:
    seen = {_sign(event) for event in history.events}
    # A credential that was handed back after its use was used all the same.
    if "redeemed" in seen:
        seen.discard("returned")
    return next((outcome for sign, outcome in _OUTCOMES if sign in seen), Outcome.OPEN)


_SIGNS = {
    "action.executed": "executed",
    "action.failed": "failed",
    "credentials.failed": "failed",
    "grant.redeemed": "redeemed",
    "grant.expired": "unused",
    "request.cancelled": "cancelled",
    "request.denied": "denied",
    "request.expired": "expired",
    "request.approved": "approved",
}


def _sign(event: Event) -> str:
    if event.type == "grant.revoked":
        return "revoked" if event.said["actor"]["kind"] == "person" else "returned"
    if event.type == "request.closed":
        return f"closed_{event.details.get('status')}"
    return _SIGNS.get(event.type, "")
