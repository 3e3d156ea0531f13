"""On a schedule: break-glass requests that await their review."""

from __future__ import annotations

from datetime import datetime, timedelta

from sallyport.domain.ports import Ports
from sallyport.services.break_glass import notify


def remind_reviews(ports: Ports, now: datetime) -> tuple[str, ...]:
    """Send a reminder for every break-glass approval whose review is overdue; returns their ids, for the alarm."""
    overdue: list[str] = []
    for request in ports.store.unreviewed():
        action = ports.policy.actions.get(request.action)
        allowed = timedelta(seconds=(action.approval.review_seconds if action else None) or 0)
        broken_at = next((d.at for d in request.approvals if d.break_glass), request.created_at)
        if now < broken_at + allowed:
            continue
        overdue.append(request.request_id)
        words = f"Nobody has reviewed the break-glass approval of {request.request_id} ({request.action}) in time."
        notify(request, words, ports)
    return tuple(overdue)
