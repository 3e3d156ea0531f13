"""The audit table's stream, and a schedule: copy events to the WORM bucket, sign checkpoints, report tampering."""

import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sallyport.contracts.stream import parse_changes
from sallyport.domain.notary import Busy, LogInconsistent, Run
from sallyport.domain.ports import PortFailed
from sallyport.runtime.log import log_call
from sallyport.runtime.wiring import wiring
from sallyport.usecases.notarize import Notarized, notarize_changes, notarize_on_schedule


class NotNotarized(Exception):
    """Raised so that Lambda delivers the records again; the message is a code."""


def handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    """The number of events added to the log. The log lines' outcomes raise the alarms."""
    started = time.perf_counter()
    run = Run(uuid4().hex, _now, time.sleep, lambda chain: log_call(started, "audit_tampered", request_id=chain))
    try:
        done = _notarize(event, run)
    except LogInconsistent as found:
        log_call(started, "log_inconsistent", counts={found.code: 1})
        raise NotNotarized(found.code) from None
    except PortFailed as failed:
        log_call(started, "not_notarized", counts={failed.code: 1})
        raise NotNotarized(failed.code) from None
    except Busy:
        log_call(started, "not_notarized", counts={"busy": 1})
        raise NotNotarized("busy") from None
    except Exception as unforeseen:  # noqa: BLE001 - whatever it is, its text must not reach a log
        log_call(started, "not_notarized", error=unforeseen)
        raise NotNotarized("unforeseen") from None
    counts = {"appended": done.appended} | ({} if done.size is None else {"size": done.size})
    log_call(started, "ok" if "Records" in event else "checkpoint_signed", counts=counts)
    return {"appended": done.appended}


def _notarize(event: dict[str, Any], run: Run) -> Notarized:
    if "Records" in event:
        return notarize_changes(parse_changes(event), wiring(), run)
    return notarize_on_schedule(wiring(), run)


def _now() -> datetime:
    return datetime.now(UTC)
