"""Which approvals still count today, and whether they are enough."""

from __future__ import annotations

from sallyport.domain.binding import same_digest
from sallyport.domain.ports import AuthorityPorts
from sallyport.domain.quorum import counted
from sallyport.domain.requests import ApprovalRequest, Decision


def standing(request: ApprovalRequest, ports: AuthorityPorts) -> tuple[Decision, ...]:
    """The approvals of exactly this view by people whom today's policy would still let decide like this: in this
    channel, and with a reason if it asks for one."""
    return tuple(decision for decision in request.approvals if _stands(decision, request, ports))


def is_met(request: ApprovalRequest, needed: int, ports: AuthorityPorts) -> bool:
    """Whether that many distinct people approve, by today's rules, or one who may use break-glass."""
    found = standing(request, ports)
    if any(decision.break_glass for decision in found):
        return True
    approval = ports.policy.actions[request.action].approval
    asked = approval.groups(request.rung)
    people = {d.by: ports.policy.directory.people[d.by].groups & asked for d in found}
    return counted(people, distinct_groups=approval.distinct_groups) >= needed


def _stands(decision: Decision, request: ApprovalRequest, ports: AuthorityPorts) -> bool:
    person = ports.policy.directory.people.get(decision.by)
    action = ports.policy.actions.get(request.action)
    if person is None or action is None or request.presented_digest is None:
        return False
    if not same_digest(decision.presented_digest, request.presented_digest):
        return False
    reason_missing = action.approval.reason_required and not (decision.comment or "").strip()
    if reason_missing or decision.channel not in action.approval.channels:
        return False
    if not decision.break_glass:
        return ports.authorizer.may("decide", person, request).allowed
    return (
        action.approval.break_glass_seconds is not None and ports.authorizer.may("break_glass", person, request).allowed
    )
