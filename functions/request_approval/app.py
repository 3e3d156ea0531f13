"""Ask people, and leave the workflow waiting on its token."""

from datetime import UTC, datetime
from typing import Any

from sallyport.runtime.wiring import wiring
from sallyport.runtime.workflow import token_handler
from sallyport.usecases.request_approval import request_approval


def _request(event: dict[str, Any]) -> None:
    request_approval(event["request_id"], event["task_token"], event["rung"], wiring(), datetime.now(UTC))


handler = token_handler(_request)
