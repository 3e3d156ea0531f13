"""How each event maps to OCSF 1.8.0, as in docs/audit-format.md: class, activity, operation, outcome.

Numbers and their captions are the schema's (https://schema.ocsf.io/1.8.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any


class Class(Enum):
    """`category` and `uid` number it, `caption` names it; activities are numbered within it."""

    API_ACTIVITY = (6, "Application Activity", 6003, "API Activity")
    USER_ACCESS = (3, "Identity & Access Management", 3005, "User Access Management")

    def __init__(self, category: int, category_name: str, uid: int, caption: str) -> None:
        self.category, self.category_name, self.uid, self.caption = category, category_name, uid, caption


class Activity(Enum):
    """An activity and the class in which it has this number."""

    CREATE = (Class.API_ACTIVITY, 1, "Create")
    UPDATE = (Class.API_ACTIVITY, 3, "Update")
    DELETE = (Class.API_ACTIVITY, 4, "Delete")
    # The schema lets a source add names of its own.
    EXECUTE = (Class.API_ACTIVITY, 99, "Execute")
    ASSIGN = (Class.USER_ACCESS, 1, "Assign Privileges")
    REVOKE = (Class.USER_ACCESS, 2, "Revoke Privileges")

    def __init__(self, of: Class, id_: int, caption: str) -> None:
        self.of, self.id, self.caption = of, id_, caption


class Severity(IntEnum):
    """The part of OCSF's scale that is used."""

    INFORMATIONAL = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5


class Control(Enum):
    """What Sallyport as a security control did: action and disposition, each with its caption."""

    APPROVED = (1, "Allowed", 8, "Approved")
    ALLOWED = (1, "Allowed", 1, "Allowed")
    BLOCKED = (2, "Denied", 2, "Blocked")
    OBSERVED = (3, "Observed", 17, "Logged")

    def __init__(self, action_id: int, action: str, disposition_id: int, disposition: str) -> None:
        self.members: Mapping[str, Any] = {
            "action_id": action_id,
            "action": action,
            "disposition_id": disposition_id,
            "disposition": disposition,
        }


@dataclass(frozen=True, slots=True)
class Row:
    """One type of event. `operation` is the call of docs/openapi.yaml or the step of the workflow."""

    activity: Activity
    operation: str
    control: Control = Control.OBSERVED
    failed: bool = False
    severity: Severity = Severity.INFORMATIONAL


def _refused(activity: Activity, operation: str) -> Row:
    return Row(activity, operation, Control.BLOCKED, failed=True, severity=Severity.LOW)


ROWS: Mapping[str, Row] = {
    "request.submitted": Row(Activity.CREATE, "submitRequest"),
    "request.refused": _refused(Activity.CREATE, "submitRequest"),
    "request.masked": Row(Activity.UPDATE, "maskPayload"),
    "approval.requested": Row(Activity.UPDATE, "requestApproval"),
    "approval.escalated": Row(Activity.UPDATE, "requestApproval", severity=Severity.LOW),
    "decision.recorded": Row(Activity.UPDATE, "decideRequest"),
    "decision.explained": Row(Activity.UPDATE, "decideRequest"),
    "decision.refused": _refused(Activity.UPDATE, "decideRequest"),
    "request.approved": Row(Activity.UPDATE, "decideRequest", Control.APPROVED),
    "request.denied": Row(Activity.UPDATE, "decideRequest", Control.BLOCKED),
    "request.expired": Row(Activity.UPDATE, "closeRequest", Control.BLOCKED),
    "request.cancelled": Row(Activity.DELETE, "cancelRequest"),
    "request.closed": Row(Activity.UPDATE, "closeRequest"),
    "grant.issued": Row(Activity.ASSIGN, "issueGrant", Control.ALLOWED),
    "grant.redeemed": Row(Activity.UPDATE, "redeemGrant", Control.ALLOWED),
    "grant.revoked": Row(Activity.REVOKE, "revokeGrant", Control.BLOCKED, severity=Severity.LOW),
    "grant.expired": Row(Activity.REVOKE, "closeRequest", Control.BLOCKED),
    "credentials.issued": Row(Activity.CREATE, "issueCredentials", Control.ALLOWED),
    "credentials.failed": Row(Activity.CREATE, "issueCredentials", failed=True, severity=Severity.LOW),
    "credentials.refused": _refused(Activity.CREATE, "redeemGrant"),
    "action.executed": Row(Activity.EXECUTE, "executeAction", Control.ALLOWED),
    "action.failed": Row(Activity.EXECUTE, "executeAction", failed=True, severity=Severity.LOW),
    "break_glass.reviewed": Row(Activity.UPDATE, "decideRequest"),
    "policy.changed": Row(Activity.UPDATE, "notePolicy", severity=Severity.MEDIUM),
    "halted": Row(Activity.UPDATE, "halt", Control.BLOCKED, severity=Severity.HIGH),
    "resumed": Row(Activity.UPDATE, "resume", severity=Severity.MEDIUM),
}

# A refusal that belongs to no request names the call that was refused.
CALLS = {"submit": "submitRequest", "halt": "halt", "resume": "resume", "revoke": "revokeAgent"}
# What a person said is the outcome of their decision.
DECIDED = {"approve": Control.APPROVED, "deny": Control.BLOCKED}
# Refusals that somebody should look at.
_NOTABLE = {"self_approval": Severity.MEDIUM, "evidence_mismatch": Severity.CRITICAL}


def severity_of(row: Row, details: Mapping[str, Any]) -> Severity:
    """The row's severity, or a higher one that this event's facts call for."""
    glass = Severity.HIGH if details.get("break_glass") else Severity.INFORMATIONAL
    return max(row.severity, glass, _NOTABLE.get(str(details.get("code")), Severity.INFORMATIONAL))
