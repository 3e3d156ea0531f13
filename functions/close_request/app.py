"""Last state of the workflow, whatever happened: settle, update the card, empty the vault."""

from datetime import UTC, datetime
from typing import Any

from sallyport.runtime.wiring import wiring
from sallyport.runtime.workflow import closing_handler
from sallyport.usecases.close_request import close_request


def _close(event: dict[str, Any], code: str) -> None:
    close_request(event["request_id"], code, wiring(), datetime.now(UTC))


handler = closing_handler(_close)
