"""On a schedule: remind people of break-glass approvals that nobody reviewed in time. The log line's outcome is the
alarm."""

import time
from datetime import UTC, datetime

from sallyport.runtime.log import log_call
from sallyport.runtime.wiring import wiring
from sallyport.usecases.remind_reviews import remind_reviews


def handler(_event: object, _context: object) -> dict[str, int]:
    """The number of overdue reviews. A failure is logged by its class only, and counts for the alarm as well."""
    started = time.perf_counter()
    try:
        overdue = remind_reviews(wiring(), datetime.now(UTC))
    except Exception as unforeseen:  # noqa: BLE001 - whatever it is, its text must not reach a log
        log_call(started, "reviews_not_checked", error=unforeseen)
        return {"overdue": -1}
    for request_id in overdue:
        log_call(started, "review_overdue", request_id=request_id)
    if not overdue:
        log_call(started, "ok")
    return {"overdue": len(overdue)}
