"""GET /v1/requests/{request_id} and GET /v1/requests?status=pending."""

from sallyport.contracts.requests import parse_cursor
from sallyport.contracts.views import request_view
from sallyport.domain.refusals import MalformedRequest
from sallyport.runtime.http import Answer, Call, http_handler
from sallyport.runtime.wiring import wiring
from sallyport.usecases.get_request import MAX_WAIT_SECONDS, get_request, list_pending, view_of

_PAGE = 25


def _get(call: Call) -> Answer:
    return _one(call) if "request_id" in call.path else _list(call)


def _one(call: Call) -> Answer:
    wait = call.number("wait", 0, MAX_WAIT_SECONDS)
    request, view = get_request(call.caller, call.request_id, wait, wiring())
    return Answer(200, request_view(request, view), request.request_id)


def _list(call: Call) -> Answer:
    if call.query.get("status", "pending") != "pending":
        raise MalformedRequest("?status")
    ports = wiring()
    limit = max(1, call.number("limit", _PAGE, _PAGE))
    found, cursor = list_pending(call.caller, limit, parse_cursor(call.query.get("next")), ports)
    return Answer(200, {"requests": [request_view(r, view_of(r, ports)) for r in found], "next": cursor})


handler = http_handler(_get)
