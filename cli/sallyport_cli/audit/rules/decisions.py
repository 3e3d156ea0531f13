"""From the submission to the end of asking people, and the review of an emergency."""

from __future__ import annotations

from sallyport_cli.audit.events import Event
from sallyport_cli.audit.rules.progress import BY_POLICY, Progress, by, check_approvers, need, own_agent


def submitted(request: Progress, event: Event) -> None:
    by(event, "agent")
    facts = event.details
    missing = {"verdict", "delivery", "owner", "quorum", "expires_at", "duration_seconds"} - facts.keys()
    need(not missing, "a submission without the facts it is judged by")
    need(facts["verdict"] in ("allow", "approval"), "a submission that policy did not allow")
    need(facts["verdict"] == "allow" or facts["quorum"] >= 1, "an approval by nobody")
    request.first, request.status = event, "pending"


def decided(request: Progress, event: Event) -> None:
    by(event, "person")
    who, said = event.actor.id, event.details
    need(request.status == "pending", "a decision on a settled request")
    need(request.shown, "a decision before anything was shown")
    need(who != "unknown", "a decision by nobody in the directory")
    need(event.at <= request.fact("expires_at"), "a decision after the request had expired")
    before = request.words.get(who)
    standing = None if before is None else before.details["decision"]
    choice = said.get("decision")
    if choice == "withdraw":
        need(standing == "approve", "withdrew an approval that was not given")
    else:
        need(choice in ("approve", "deny"), "not a known decision")
        need(standing in (None, "withdraw"), "one person decided twice")
    if choice == "approve":
        need(who not in request.behind, "approved by somebody who stands behind the request")
    if said.get("break_glass"):
        need(choice == "approve" and str(said.get("comment", "")).strip(), "used break-glass without a reason")
    request.words[who] = event
    if choice == "deny":
        request.status = "denied"


def explained(request: Progress, event: Event) -> None:
    by(event, "person")
    who = event.actor.id
    said = request.words.get(who)
    need(said is not None and said.details["decision"] == "deny", "a denial explained by somebody who did not deny")
    assert said is not None
    need(who not in request.explained and not said.details.get("comment"), "a denial explained twice")
    need(event.details.keys() == {"comment"}, "an explanation that is not text")
    request.explained.add(who)


def approved(request: Progress, event: Event) -> None:
    need(request.status == "pending", "approved after it was settled")
    check_approvers(request, event)
    if event.actor.kind == "person":
        last = request.last
        spoke = last is not None and last.type == "decision.recorded" and last.actor.id == event.actor.id
        need(spoke, "approved without a decision just before")
    else:
        need(event.actor.kind == "system", "approved by an agent")
        need(event.details["approvers"] == [BY_POLICY], "approved by nobody")
    request.status = "approved"


def denied(request: Progress, event: Event) -> None:
    last = request.last
    denied = last is not None and last.type == "decision.recorded" and last.details["decision"] == "deny"
    same = last is not None and last.actor.id == event.actor.id
    need(request.status == "denied" and denied and same, "denied without a decision just before")


def expired(request: Progress, event: Event) -> None:
    by(event, "system")
    need(request.status == "pending", "expired after it was settled")
    request.status = "expired"


def cancelled(request: Progress, event: Event) -> None:
    by(event, "agent")
    own_agent(request, event)
    need(request.status == "pending", "cancelled after it was settled")
    request.status = "cancelled"


def reviewed(request: Progress, event: Event) -> None:
    by(event, "person")
    who = event.actor.id
    need(request.broken_glass and not request.reviewed, "a review where none was needed")
    need(who not in request.words and who not in request.behind, "reviewed by somebody who took part")
    request.reviewed = True
