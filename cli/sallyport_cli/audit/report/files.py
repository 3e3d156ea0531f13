"""The CSV files beside a report. What each column means is said only here; the report prints it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sallyport_cli.audit.findings import Finding
from sallyport_cli.audit.history import Event, History
from sallyport_cli.audit.report.summary import Summary
from sallyport_cli.audit.report.topics import REFUSALS, refused_code
from sallyport_cli.audit.sentences import sentence
from sallyport_cli.pages.sheets import Rows, Sheet, open_sheet

_PLACE = {"record": "the request’s id, or the name of another record", "number": "the event’s number in its record"}

REQUESTS = Sheet(
    "requests.csv",
    "One row for each request with an event in the period.",
    {
        "request_id": "the request",
        "submitted_at": "when the agent made it (UTC)",
        "agent": "who asked",
        "owner": "the person who answers for the agent",
        "on_behalf_of": "the person for whom the agent acted, if it named one",
        "action": "what it asked for",
        "risk": "how risky policy rates the action",
        "asked_of": "“approval” if people had to decide, “allow” if policy allowed it",
        "quorum": "how many different people had to approve",
        "outcome": "what had come of it when the export was taken",
        "settled_at": "when it was approved or denied (UTC)",
        "seconds_to_decision": "from the request to the decision by people; empty where people did not decide",
        "approvers": "whose approvals it was approved with; “policy” for none",
        "emergency_approval_by": "who approved alone in an emergency",
        "emergency_reviewed_by": "who reviewed that afterwards; empty if nobody had",
        "delivery": "“credential” if the agent got credentials, “execute” if Sallyport acted itself",
        "access_until": "when the access ended by itself (UTC)",
        "refusals": "attempts to decide or use it that were refused and recorded",
        "closed_at": "when its record closed (UTC)",
        "presented_digest": "SHA-256 of the masked view that people decided on",
        "policy_digest": "SHA-256 of the policy that judged it",
    },
)
DECISIONS = Sheet(
    "decisions.csv",
    "One row for each approval, denial or withdrawal of an approval in the period, and each review of an emergency.",
    {
        **_PLACE,
        "at": "when (UTC)",
        "person": "who decided",
        "through": "slack, teams or api",
        "decision": "approve, deny or withdraw; of a review: approve if the emergency was justified, deny if not",
        "kind": "“decision”, “emergency” (approved by one person alone), “review” of one, “explanation” of a denial",
        "comment": "what the person wrote, sensitive values masked",
        "presented_digest": "SHA-256 of the masked view that was decided on",
        "judged_by": "SHA-256 of the policy by which the person was allowed to decide",
    },
)
REFUSED = Sheet(
    "refusals.csv",
    "One row for each refusal that was recorded in the period.",
    {
        **_PLACE,
        "at": "when (UTC)",
        "kind": "person, agent or system",
        "who": "who was refused; “unknown” for nobody in the directory",
        "through": "slack, teams, api or workflow",
        "what": "what was refused: a decision, the use of a permission, or another call",
        "code": "why, as the audit format calls it",
        "count": "for refusals that belong to no request: how many of this kind there had been in that hour",
        "action": "the action it was about",
    },
)
EVENTS = Sheet(
    "events.csv",
    "Every event of the period. Events of one record are together and in order.",
    {
        **_PLACE,
        "at": "when (UTC)",
        "type": "what happened, as the audit format calls it",
        "what_happened": "the same in a sentence",
        "kind": "person, agent or system",
        "who": "who did it",
        "through": "slack, teams, api, workflow or reconcile",
        "action": "the action it was about",
        "details": "the facts of the event, as JSON",
        "hash": "SHA-256 of the event’s text: it finds the event in the export",
    },
)
FINDINGS = Sheet(
    "findings.csv",
    "What the verification found wrong; no rows when it found nothing.",
    {**_PLACE, "kind": "the kind of manipulation, as the audit format calls it", "detail": "what is wrong"},
)
SHEETS = (REQUESTS, DECISIONS, REFUSED, EVENTS, FINDINGS)
_DECISIONS = ("decision.recorded", "decision.explained", "break_glass.reviewed")
_KINDS = {"break_glass.reviewed": "review", "decision.explained": "explanation"}


type Row = tuple[Sheet, dict[str, Any]]


def rows_of(history: History, told: Iterable[tuple[Event, Iterable[str]]], summary: Summary | None) -> list[Row]:
    """What is written about one record: `told` are its events in the period, with their topics."""
    rows: list[Row] = [] if summary is None else [(REQUESTS, _request(summary))]
    for event, topics in told:
        rows.append((EVENTS, _event(history, event)))
        if event.type in _DECISIONS:
            rows.append((DECISIONS, _decision(history, event)))
        if any(topic in REFUSALS for topic in topics):
            rows.append((REFUSED, _refusal(history, event)))
    return rows


def row_of(found: Finding) -> Row:
    place = {"record": found.chain, "number": found.seq}
    return FINDINGS, {**place, "kind": found.kind.value, "detail": found.detail}


@dataclass(frozen=True, slots=True)
class Files:
    """The open files."""

    rows: dict[str, Rows]

    def add(self, rows: Iterable[Row]) -> None:
        for sheet, row in rows:
            self.rows[sheet.name].add(row)


@contextmanager
def open_files(folder: Path) -> Iterator[Files]:
    """All files, with their heads."""
    with ExitStack() as stack:
        yield Files({sheet.name: stack.enter_context(open_sheet(folder, sheet)) for sheet in SHEETS})


def _place(history: History, event: Event) -> dict[str, Any]:
    return {"record": history.chain, "number": event.seq, "at": event.said["at"]}


def _actor(event: Event) -> dict[str, Any]:
    actor = event.said["actor"]
    return {"kind": actor["kind"], "who": actor["id"], "through": actor["channel"], "action": event.said["action"]}


def _request(summary: Summary) -> dict[str, Any]:
    return {
        "request_id": summary.request_id,
        "submitted_at": summary.submitted.said["at"],
        "agent": summary.agent,
        "action": summary.action,
        **{name: summary.fact(name) for name in ("owner", "on_behalf_of", "risk", "quorum", "delivery")},
        "asked_of": summary.fact("verdict"),
        "outcome": summary.outcome.value,
        "settled_at": summary.settled.said["at"] if summary.settled else "",
        "seconds_to_decision": "" if summary.seconds is None else f"{summary.seconds:.3f}",
        "approvers": summary.approvers,
        "emergency_approval_by": summary.emergency.actor if summary.emergency else "",
        "emergency_reviewed_by": summary.review.actor if summary.review else "",
        "access_until": summary.credential_until,
        "refusals": summary.refusals,
        "closed_at": summary.closed_at,
        "presented_digest": summary.presented,
        "policy_digest": summary.submitted.said["policy_digest"],
    }


def _decision(history: History, event: Event) -> dict[str, Any]:
    said = event.details
    plain = "emergency" if said.get("break_glass") else "decision"
    return {
        **_place(history, event),
        "person": event.actor,
        "through": event.said["actor"]["channel"],
        "decision": said.get("decision"),
        "kind": _KINDS.get(event.type, plain),
        "comment": said.get("comment"),
        "presented_digest": event.said.get("presented_digest"),
        "judged_by": event.said["judged_by"],
    }


def _refusal(history: History, event: Event) -> dict[str, Any]:
    said = event.details
    what = said.get("call") or ("use of a permission" if event.type == "credentials.refused" else "decision")
    return {
        **_place(history, event),
        **_actor(event),
        "what": what,
        "code": refused_code(event),
        "count": said.get("count"),
    }


def _event(history: History, event: Event) -> dict[str, Any]:
    return {
        **_place(history, event),
        **_actor(event),
        "type": event.type,
        "what_happened": sentence(event),
        "details": json.dumps(event.details, sort_keys=True),
        "hash": event.hash,
    }
