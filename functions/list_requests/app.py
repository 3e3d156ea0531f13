"""GET /v1/requests?status=pending and GET /v1/halts: what people look at before they decide. Nothing here waits."""

from datetime import UTC, datetime

from sallyport.contracts.requests import parse_cursor
from sallyport.contracts.views import halts_answer, request_view
from sallyport.domain.refusals import MalformedRequest
from sallyport.runtime.http import Answer, Call, http_handler
from sallyport.runtime.wiring import wiring
from sallyport.usecases.get_request import list_pending, view_of
from sallyport.usecases.halt import list_halts

_PAGE = 25


def _list(call: Call) -> Answer:
    return _halts(call) if call.resource == "/v1/halts" else _requests(call)


def _requests(call: Call) -> Answer:
    if call.query.get("status", "pending") != "pending":
        raise MalformedRequest("?status")
    ports = wiring()
    limit = max(1, call.number("limit", _PAGE, _PAGE))
    found, cursor = list_pending(call.caller, limit, parse_cursor(call.query.get("next")), ports)
    return Answer(200, {"requests": [request_view(r, view_of(r, ports)) for r in found], "next": cursor})


def _halts(call: Call) -> Answer:
    return Answer(200, halts_answer(list_halts(call.caller, wiring(), datetime.now(UTC))))


handler = http_handler(_list)
