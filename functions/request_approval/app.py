"""Ask people, and leave the workflow waiting on its token."""

from datetime import UTC, datetime
from typing import Any

from sallyport.domain.turns import Turn
from sallyport.runtime.wiring import wiring
from sallyport.runtime.workflow import token_handler
from sallyport.usecases.request_approval import request_approval


def _request(event: dict[str, Any]) -> None:
    # An execution that began before turns were introduced knows only its rung, so it waits that rung out.
    turn = event.get("turn", event)
    asked = Turn(turn["rung"], tuple(event.get("rungs", ())), turn.get("seconds", 0), turn.get("tries", 0))
    request_approval(event["request_id"], event["task_token"], asked, wiring(), datetime.now(UTC))


handler = token_handler(_request)
