"""On a schedule: settle what a lost start, callback or close left behind. The log line's outcome raises the alarm."""

import time
from datetime import UTC, datetime

from sallyport.domain.ports import PortFailed
from sallyport.runtime.log import log_call
from sallyport.runtime.wiring import wiring
from sallyport.usecases.reconcile_requests import reconcile_requests


def handler(_event: object, _context: object) -> dict[str, int]:
    """The number of each kind of repair. A failure is logged by its class only, and raises the alarm as well."""
    started = time.perf_counter()
    try:
        done = reconcile_requests(wiring(), _now)
    except PortFailed as failed:
        log_call(started, "not_reconciled", counts={failed.code: 1})
        return {}
    except Exception as unforeseen:  # noqa: BLE001 - whatever it is, its text must not reach a log
        log_call(started, "not_reconciled", error=unforeseen)
        return {}
    log_call(started, "reconcile_backlog" if done.backlog else "ok", counts=done.counts)
    return dict(done.counts)


def _now() -> datetime:
    return datetime.now(UTC)
