"""The audit table's stream: tell EventBridge when a request has settled, so that nobody has to poll."""

import time
from typing import Any

from sallyport.contracts.stream import parse_changes
from sallyport.domain.ports import PortFailed
from sallyport.runtime.log import log_call
from sallyport.runtime.wiring import wiring
from sallyport.usecases.announce_settled import announce_settled


class NotAnnounced(Exception):
    """Raised so that Lambda delivers the records again; the message is a code."""


def handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    """The number of announcements. The log line's outcome raises the alarm."""
    started = time.perf_counter()
    try:
        announced = announce_settled(parse_changes(event), wiring())
    except PortFailed as failed:
        log_call(started, "not_announced", counts={failed.code: 1})
        raise NotAnnounced(failed.code) from None
    except Exception as unforeseen:  # noqa: BLE001 - whatever it is, its text must not reach a log
        log_call(started, "not_announced", error=unforeseen)
        raise NotAnnounced("unforeseen") from None
    log_call(started, "ok", counts={"announced": announced})
    return {"announced": announced}
