"""GET /v1/requests/{request_id}, at once or when its status changes."""

from sallyport.contracts.views import request_view
from sallyport.runtime.http import Answer, Call, http_handler
from sallyport.runtime.settings import setting
from sallyport.runtime.wiring import wiring
from sallyport.usecases.get_request import MAX_WAIT_SECONDS, get_request

# Nobody waits unless waiting reads have reserved concurrency, because without a cap they would use up everybody's.
_NO_CAPACITY = "0"


def _get(call: Call) -> Answer:
    wait = call.number("wait", 0, MAX_WAIT_SECONDS)
    if setting("LONG_POLL_CONCURRENCY") == _NO_CAPACITY:
        wait = 0
    request, view = get_request(call.caller, call.request_id, wait, wiring())
    return Answer(200, request_view(request, view), request.request_id)


handler = http_handler(_get)
