"""Re-check a recorded approval, issue its grant, and leave the workflow waiting until the agent redeems it."""

from datetime import UTC, datetime
from typing import Any

from sallyport.runtime.wiring import wiring
from sallyport.runtime.workflow import token_handler
from sallyport.usecases.issue_grant import issue_grant


def _issue(event: dict[str, Any]) -> None:
    issue_grant(event["request_id"], event["task_token"], wiring(), datetime.now(UTC))


handler = token_handler(_issue)
