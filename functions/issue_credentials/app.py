"""POST /v1/requests/{request_id}/credentials: the agent redeems its grant, once."""

from datetime import UTC, datetime

from sallyport.contracts.views import credentials_answer
from sallyport.runtime.http import Answer, Call, http_handler
from sallyport.runtime.wiring import wiring
from sallyport.usecases.issue_credentials import issue_credentials


def _issue(call: Call) -> Answer:
    credentials, request = issue_credentials(call.caller, call.request_id, wiring(), datetime.now(UTC))
    return Answer(200, credentials_answer(credentials, request), request.request_id)


handler = http_handler(_issue)
