"""Events in the Open Cybersecurity Schema Framework, version 1.8.0, one JSON object for each, for a SIEM.

API Activity (6003) describes the calls and the workflow's steps, User Access Management (3005) what an agent was given
and what was taken away. Only ids, codes, digests and times go out; comments and reasons that people typed stay in the
evidence, although they were masked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sallyport_cli.audit.history import Event, History
from sallyport_cli.audit.traces.forms import documented
from sallyport_cli.audit.traces.ocsf_classes import CALLS, DECIDED, ROWS, Class, Control, Row, Severity, severity_of

type Members = dict[str, Any]

VERSION = "1.8.0"
_PROFILES = ("cloud", "security_control")
_KINDS = {"person": (1, "User"), "system": (3, "System"), "agent": (4, "Service")}
_RISKS = {"low": (1, "Low"), "medium": (2, "Medium"), "high": (3, "High"), "critical": (4, "Critical")}
# The facts that are codes, ids, digests, counts or times. A fact with another name may be what a person typed.
FACTS = frozenset((
    "access_key_id", "after", "approvers", "before", "break_glass", "call", "categories", "code", "complete", "count",
    "decision", "delivery", "duration_seconds", "expires_at", "findings", "groups", "may_act_for", "members", "of",
    "on_behalf_of", "operators", "owner", "quorum", "risk", "role", "rung", "session", "status", "switch", "switches",
    "until", "verdict",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where the table is, if the export says so."""

    region: str | None = None
    account: str | None = None

    @classmethod
    def of(cls, table_arn: str | None) -> Place:
        parts = (table_arn or "").split(":")
        return cls(parts[3] or None, parts[4] or None) if len(parts) > 5 else cls()

    def members(self) -> Members:
        region = {"region": self.region} if self.region else {}
        account = {"account": {"uid": self.account, "type_id": 10, "type": "AWS Account"}} if self.account else {}
        return {"provider": "AWS", **region, **account}


def events_of(history: History, place: Place) -> list[Members]:
    """The chain's events in order. Raises CannotTell."""
    with documented(history):
        told = [_told(event, history, place) for event in history.events]
        _count(told)
    return told


def _count(told: list[Members]) -> None:
    """Each refusal event has the total so far, but a SIEM adds counts up, so each gets only what came since the
    last."""
    before = 0
    for each in told:
        if "count" in each["unmapped"]:
            each["count"], before = each["unmapped"]["count"] - before, each["unmapped"]["count"]


def _told(event: Event, history: History, place: Place) -> Members:
    row, details = ROWS[event.type], event.details
    severity = severity_of(row, details)
    return {
        **_classified(row),
        "time": _milliseconds(event),
        "severity_id": severity.value,
        "severity": severity.name.capitalize(),
        "status_id": 2 if row.failed else 1,
        "status": "Failure" if row.failed else "Success",
        **({"status_code": str(details["code"])} if "code" in details else {}),
        "message": " ".join((event.type, event.said["action"], str(details.get("code", "")))).strip(),
        "metadata": _metadata(event, history),
        "cloud": place.members(),
        "actor": {"user": _user(event.actor, event.said["actor"]["kind"])},
        "src_endpoint": {"svc_name": event.said["actor"]["channel"]},
        "api": {"operation": CALLS.get(str(details.get("call")), row.operation), "service": {"name": "sallyport"}},
        "resources": _resources(event, history),
        **_access(row, event, history),
        **_control(row, event),
        **_risk(history),
        "is_alert": severity >= Severity.HIGH,
        "unmapped": _unmapped(event),
    }


def _classified(row: Row) -> Members:
    activity, of = row.activity, row.activity.of
    return {
        "category_uid": of.category,
        "category_name": of.category_name,
        "class_uid": of.uid,
        "class_name": of.caption,
        "activity_id": activity.id,
        "activity_name": activity.caption,
        "type_uid": of.uid * 100 + activity.id,
        "type_name": f"{of.caption}: {'Other' if activity.id == 99 else activity.caption}",
    }


def _milliseconds(event: Event) -> int:
    return round(event.at.timestamp() * 1000)


def _metadata(event: Event, history: History) -> Members:
    """`uid` is the event's hash, which finds it in the export and in the log."""
    return {
        "version": VERSION,
        "profiles": list(_PROFILES),
        "product": {"name": "Sallyport", "vendor_name": "Sallyport"},
        "log_name": "audit",
        "log_version": str(event.said["v"]),
        "uid": event.hash,
        "correlation_uid": history.chain,
        "sequence": event.seq,
        "event_code": event.type,
        "original_time": event.said["at"],
    }


def _user(who: str, kind: str) -> Members:
    number, caption = _KINDS[kind]
    return {"uid": who, "name": who, "type_id": number, "type": caption}


def _agent(history: History) -> str:
    submitted = history.first("request.submitted")
    return "unknown" if submitted is None else submitted.actor


def _resources(event: Event, history: History) -> list[Members]:
    """What it is about: the request (or switch, policy, refused action), then the role and key that came of it."""
    details = event.details
    told: list[Members] = []
    if history.is_request:
        owner = _user(_agent(history), "agent")
        told.append({"uid": history.chain, "name": event.said["action"], "type": "Request", "owner": owner})
    elif "switch" in details:
        told.append({"uid": details["switch"], "type": "Kill Switch"})
    elif "after" in details:
        told.append({"uid": details["after"], "type": "Policy"})
    else:
        told.append({"name": event.said["action"], "type": "Action"})
    named = {"role": "AWS::IAM::Role", "access_key_id": "AWS::IAM::AccessKey"}
    return told + [{"uid": details[name], "type": kind} for name, kind in named.items() if name in details]


def _access(row: Row, event: Event, history: History) -> Members:
    if row.activity.of is not Class.USER_ACCESS:
        return {}
    return {"user": _user(_agent(history), "agent"), "privileges": [event.said["action"]]}


def _control(row: Row, event: Event) -> Members:
    """What was allowed or stopped, and the policy by which."""
    decision = event.details.get("decision") or event.details.get("verdict")
    # A review no longer decides anything.
    control = DECIDED.get(str(decision), Control.OBSERVED) if event.type == "decision.recorded" else row.control
    policy = {"uid": event.said["judged_by"], "type": "Sallyport Policy"}
    given = {"authorizations": [{"decision": decision, "policy": policy}]} if decision else {}
    return {**control.members, **given, "policy": policy}


def _risk(history: History) -> Members:
    submitted = history.first("request.submitted")
    number, caption = _RISKS.get("" if submitted is None else submitted.details.get("risk", ""), (None, None))
    return {} if number is None else {"risk_level_id": number, "risk_level": caption}


def _unmapped(event: Event) -> Members:
    said = {name: event.said[name] for name in ("action", "action_digest", "policy_digest", "prev_hash")}
    shown = {"presented_digest": event.said["presented_digest"]} if "presented_digest" in event.said else {}
    return {**said, **shown, **{name: value for name, value in event.details.items() if name in FACTS}}
