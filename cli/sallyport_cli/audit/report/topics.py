"""What a report counts: every figure, and every link behind a figure, is of the events of one topic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sallyport_cli.audit.history import Event

BY_POLICY = "policy"
UNKEPT = "more_refusals_not_kept"


@dataclass(frozen=True, slots=True)
class Topic:
    """`words` describe one event of the topic to people; `types` and `filter` select its rows of events.csv."""

    name: str
    words: str
    types: tuple[str, ...]
    filter: str = ""
    test: Callable[[Event], bool] = lambda _: True

    def has(self, event: Event) -> bool:
        return event.type in self.types and self.test(event)


def refused_code(event: Event) -> str:
    """Why somebody was refused; where the last of many refusals stands for the rest, why those were."""
    details = event.details
    return str(details.get("of") if details.get("code") == UNKEPT else details.get("code"))


def _decided(choice: str) -> Callable[[Event], bool]:
    return lambda event: event.details.get("decision") == choice


def _counted(event: Event) -> bool:
    return "count" in event.details


def _own(event: Event) -> bool:
    return refused_code(event) == "self_approval" and not _counted(event)


def _not_own(event: Event) -> bool:
    return refused_code(event) != "self_approval" and not _counted(event)


def _by_policy(event: Event) -> bool:
    return event.details.get("approvers") == [BY_POLICY]


def _by_people(event: Event) -> bool:
    return not _by_policy(event)


def _by_a_person(event: Event) -> bool:
    return bool(event.said["actor"]["kind"] == "person")


def _by_its_agent(event: Event) -> bool:
    return not _by_a_person(event)


def _in_an_emergency(event: Event) -> bool:
    return bool(event.details.get("break_glass"))


TOPICS = {
    topic.name: topic
    for topic in (
        Topic("submitted", "Requests made by agents", ("request.submitted",)),
        Topic("masked", "Requests masked before anybody saw them", ("request.masked",)),
        Topic("asked", "Requests put before approvers", ("approval.requested",)),
        Topic("escalated", "Requests passed on to further approvers", ("approval.escalated",)),
        Topic("approvals", "Approvals by a person", ("decision.recorded",), "decision approve", _decided("approve")),
        Topic("denials", "Denials by a person", ("decision.recorded",), "decision deny", _decided("deny")),
        Topic("withdrawals", "Approvals taken back", ("decision.recorded",), "decision withdraw", _decided("withdraw")),
        Topic("approved", "Requests approved by people", ("request.approved",), "", _by_people),
        Topic("by_policy", "Requests that policy allowed without a person", ("request.approved",), "", _by_policy),
        Topic("granted", "One-time permissions given", ("grant.issued",)),
        Topic("redeemed", "One-time permissions used", ("grant.redeemed",)),
        Topic("credentials", "Temporary credentials issued", ("credentials.issued",)),
        Topic("executed", "Actions carried out by Sallyport itself", ("action.executed",)),
        Topic("failed", "Approved actions that failed", ("action.failed", "credentials.failed")),
        Topic("expired", "Requests that expired without a decision", ("request.expired",)),
        Topic("unused", "One-time permissions that expired unused", ("grant.expired",)),
        Topic("cancelled", "Requests cancelled by their agent", ("request.cancelled",)),
        Topic("revoked", "Access ended early by a person", ("grant.revoked",), "", _by_a_person),
        Topic("returned", "Access handed back by its agent", ("grant.revoked",), "", _by_its_agent),
        Topic(
            "emergencies",
            "Emergency approvals (break-glass)",
            ("decision.recorded",),
            "break_glass",
            _in_an_emergency,
        ),
        Topic("reviews", "Emergency approvals reviewed afterwards", ("break_glass.reviewed",)),
        Topic(
            "self_approvals",
            "Attempts to approve one’s own request (refused)",
            ("decision.refused",),
            "code self_approval",
            _own,
        ),
        Topic(
            "decisions_refused",
            "Other decisions that were refused",
            ("decision.refused",),
            "another code",
            _not_own,
        ),
        Topic("uses_refused", "Attempts to use a permission that were refused", ("credentials.refused",)),
        Topic("requests_refused", "Requests refused before they were recorded", ("request.refused",), "", _counted),
        Topic("calls_refused", "Emergency stops and revocations refused", ("decision.refused",), "a count", _counted),
        Topic("halted", "Emergency stops", ("halted",)),
        Topic("resumed", "Emergency stops lifted", ("resumed",)),
        Topic("policies", "Changes of the policy", ("policy.changed",)),
    )
}
REFUSALS = ("self_approvals", "decisions_refused", "uses_refused", "requests_refused", "calls_refused")
# What a report draws over time, beside all refusals.
EXCEPTIONS = ("self_approvals", "emergencies", "expired", "unused", "revoked")


def topics_of(event: Event) -> tuple[str, ...]:
    return tuple(name for name, topic in TOPICS.items() if topic.has(event))
