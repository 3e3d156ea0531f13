"""POST /v1/requests: an agent asks for one action."""

from datetime import UTC, datetime

from sallyport.contracts.requests import parse_submission
from sallyport.contracts.views import request_view
from sallyport.domain.refusals import MalformedRequest
from sallyport.runtime.http import Answer, Call, http_handler
from sallyport.runtime.wiring import wiring
from sallyport.usecases.get_request import view_of
from sallyport.usecases.submit_request import submit_request

_MAX_KEY = 255


def _submit(call: Call) -> Answer:
    key = call.headers.get("idempotency-key")
    if key is not None and not (0 < len(key) <= _MAX_KEY):
        raise MalformedRequest("Idempotency-Key", next_step=f"Send a key of 1 to {_MAX_KEY} characters.")
    ports, now, submission = wiring(), datetime.now(UTC), parse_submission(call.body)
    request, new = submit_request(call.caller, submission, key, ports, now)
    return Answer(202 if new else 200, request_view(request, view_of(request, ports)), request.request_id)


handler = http_handler(_submit)
