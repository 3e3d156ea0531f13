"""Have DynamoDB export the audit table when it is time to, and look how the last exports went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sallyport.domain.exports import ExportPorts, WindowGone, full_export, next_export, overdue


@dataclass(frozen=True, slots=True)
class Looked:
    """Whether an export was started, and why exports are not as they should be, None where they are."""

    started: bool
    overdue: str | None


def export_audit(ports: ExportPorts, now: datetime) -> Looked:
    """Raises PortFailed. What was exported when is DynamoDB's to tell, so nothing is kept here."""
    recent = ports.table_exports.recent()
    order = next_export(recent, now)
    if order is not None:
        try:
            ports.table_exports.start(order)
        except WindowGone:
            # Recovery was switched off and on again, which forgets what was before: begin anew.
            ports.table_exports.start(full_export(now))
    return Looked(order is not None, overdue(recent, now))
