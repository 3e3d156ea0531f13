"""First state of the workflow: make the masked view that people will see."""

from datetime import UTC, datetime
from typing import Any

from sallyport.runtime.priming import before_snapshot, prime_masking
from sallyport.runtime.wiring import wiring
from sallyport.runtime.workflow import task_handler
from sallyport.usecases.mask_payload import mask_payload


def _mask(event: dict[str, Any]) -> None:
    mask_payload(event["request_id"], wiring(), datetime.now(UTC))


before_snapshot(prime_masking)
handler = task_handler(_mask)
