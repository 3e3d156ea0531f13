"""One request in a line: what was asked, who decided, what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sallyport_cli.audit.endings import Ending, ending_of
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


_OUTCOMES = {
    Ending.EXECUTED: Outcome.USED,
    Ending.ISSUED: Outcome.USED,
    Ending.REVOKED_LATE: Outcome.REVOKED,
    Ending.STOPPED: Outcome.REVOKED,
    Ending.FAILED: Outcome.FAILED,
    Ending.REVOKED: Outcome.REVOKED,
    Ending.RETURNED: Outcome.UNUSED,
    Ending.REDEEMED: Outcome.USED,
    Ending.LAPSED: Outcome.UNUSED,
    Ending.DENIED: Outcome.DENIED,
    Ending.CANCELLED: Outcome.CANCELLED,
    Ending.EXPIRED: Outcome.EXPIRED,
    Ending.APPROVED: Outcome.WAITING,
    Ending.OPEN: Outcome.OPEN,
}


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
        """What the submission says; empty where it does not."""
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
        outcome=_OUTCOMES[ending_of(history)],
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
