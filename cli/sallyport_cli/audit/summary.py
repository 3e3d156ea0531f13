"""One request in one row: what was asked, what came of it, who decided, and how long that took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sallyport_cli.audit.endings import Ending, ending_of
from sallyport_cli.audit.history import History

# The words of the `outcome` column (docs/audit-format.md); who revoked has a column of its own.
_OUTCOMES = {
    Ending.EXECUTED: "executed",
    Ending.ISSUED: "credential_issued",
    Ending.REVOKED_LATE: "credential_issued",
    Ending.STOPPED: "failed",
    Ending.FAILED: "failed",
    Ending.REVOKED: "revoked",
    Ending.RETURNED: "revoked",
    Ending.REDEEMED: "approved",
    Ending.LAPSED: "never_used",
    Ending.DENIED: "denied",
    Ending.CANCELLED: "cancelled",
    Ending.EXPIRED: "expired",
    Ending.APPROVED: "approved",
    Ending.OPEN: "pending",
}
# Events that settle whether the agent may act.
_SETTLING = ("request.approved", "request.denied", "request.expired", "request.cancelled")


@dataclass(frozen=True, slots=True)
class Summary:
    """Members are the columns of `requests` (docs/audit-format.md). None: it did not happen."""

    request: str
    submitted_at: datetime
    agent: str
    owner: str | None
    on_behalf_of: str | None
    action: str
    risk: str | None
    verdict: str | None
    quorum: int | None
    outcome: str
    decided_at: datetime | None
    decided_by: tuple[str, ...]
    time_to_decision: timedelta | None
    break_glass: bool
    reviewed_by: str | None
    refusals: int
    self_approvals: int
    credential_until: datetime | None
    revoked_by: str | None
    closed_at: datetime | None
    policy_digest: str
    presented_digest: str | None


def summary(request: History) -> Summary | None:
    """None for a chain that does not begin with a submission, or whose events are not of the documented form."""
    try:
        return _summary(request)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _summary(request: History) -> Summary | None:
    first = request.events[0]
    if first.type != "request.submitted":
        return None
    told, settled = first.details, request.first(*_SETTLING)
    issued, revoked = request.first("credentials.issued"), request.first("grant.revoked")
    closed, masked = request.first("request.closed"), request.first("request.masked")
    reviewed = request.first("break_glass.reviewed")
    refusals = request.all("decision.refused", "credentials.refused")
    return Summary(
        request=request.chain,
        submitted_at=first.at,
        agent=first.actor,
        owner=told.get("owner"),
        on_behalf_of=told.get("on_behalf_of"),
        action=first.said["action"],
        risk=told.get("risk"),
        verdict=told.get("verdict"),
        quorum=told.get("quorum"),
        outcome=_OUTCOMES[ending_of(request)],
        decided_at=settled.at if settled else None,
        decided_by=_deciders(request),
        time_to_decision=settled.at - first.at if settled else None,
        break_glass=any(said.details.get("break_glass") for said in request.all("decision.recorded")),
        reviewed_by=reviewed.actor if reviewed else None,
        refusals=len(refusals),
        self_approvals=sum(refusal.details.get("code") == "self_approval" for refusal in refusals),
        credential_until=datetime.fromisoformat(issued.details["until"]) if issued else None,
        revoked_by=revoked.actor if revoked else None,
        closed_at=closed.at if closed else None,
        policy_digest=first.said["policy_digest"],
        presented_digest=masked.said.get("presented_digest") if masked else None,
    )


def _deciders(request: History) -> tuple[str, ...]:
    """Those who approved or denied it; `policy` where nobody had to; nobody where it lapsed or was taken back."""
    settled = request.first("request.approved", "request.denied")
    if settled is None:
        return ()
    return tuple(map(str, settled.details["approvers"])) if settled.type == "request.approved" else (settled.actor,)
