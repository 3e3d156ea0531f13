"""DELETE /v1/requests/{request_id}: the agent withdraws what it asked for."""

from datetime import UTC, datetime

from sallyport.contracts.views import request_view
from sallyport.runtime.http import Answer, Call, http_handler
from sallyport.runtime.wiring import wiring
from sallyport.usecases.cancel_request import cancel_request
from sallyport.usecases.get_request import view_of


def _cancel(call: Call) -> Answer:
    ports = wiring()
    request = cancel_request(call.caller, call.request_id, ports, datetime.now(UTC))
    return Answer(200, request_view(request, view_of(request, ports)), request.request_id)


handler = http_handler(_cancel)
