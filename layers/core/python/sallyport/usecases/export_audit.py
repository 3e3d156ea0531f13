"""Have DynamoDB export the audit table when it is time, and check how the last exports went."""

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
    """Raises PortFailed. DynamoDB lists what was exported when, so nothing is stored here."""
    recent = ports.table_exports.recent()
    order = next_export(recent, now)
    if order is not None:
        try:
            ports.table_exports.start(order)
        except WindowGone:
            # Recovery was switched off and on again, which forgets everything before: start over.
            ports.table_exports.start(full_export(now))
    return Looked(order is not None, overdue(recent, now))
