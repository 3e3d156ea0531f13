"""On a schedule: have the audit table exported for auditors. The log line's outcome raises the alarm."""

import time
from datetime import UTC, datetime

from sallyport.domain.ports import PortFailed
from sallyport.runtime.log import log_call
from sallyport.runtime.wiring import wiring
from sallyport.usecases.export_audit import export_audit


def handler(_event: object, _context: object) -> dict[str, int]:
    """Whether an export was started: 1 or 0, and -1 where that failed, which counts for the alarm."""
    started = time.perf_counter()
    try:
        looked = export_audit(wiring(), datetime.now(UTC))
    except PortFailed as failed:
        log_call(started, "not_exported", counts={failed.code: 1})
        return {"started": -1}
    except Exception as unforeseen:  # noqa: BLE001 - whatever it is, its text must not reach a log
        log_call(started, "not_exported", error=unforeseen)
        return {"started": -1}
    if looked.overdue is not None:
        log_call(started, "not_exported", counts={looked.overdue: 1, "started": int(looked.started)})
    else:
        log_call(started, "export_started" if looked.started else "ok")
    return {"started": int(looked.started)}
