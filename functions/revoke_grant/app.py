"""DELETE /v1/requests/{request_id}/grant: an approver revokes, or the agent says that it is done, and how."""

from datetime import UTC, datetime

from sallyport.contracts.requests import parse_report
from sallyport.contracts.views import request_view
from sallyport.runtime.http import Answer, Call, http_handler
from sallyport.runtime.wiring import wiring
from sallyport.usecases.get_request import view_of
from sallyport.usecases.revoke_grant import revoke_grant


def _revoke(call: Call) -> Answer:
    ports = wiring()
    request = revoke_grant(call.caller, call.request_id, ports, datetime.now(UTC), parse_report(call.body))
    return Answer(200, request_view(request, view_of(request, ports)), request.request_id, outcome="revoked")


handler = http_handler(_revoke)
