"""POST /v1/requests/{request_id}/decisions: an approver decides without Slack, by the same rules."""

from datetime import UTC, datetime

from sallyport.contracts.requests import parse_statement
from sallyport.contracts.views import request_view
from sallyport.runtime.http import Answer, Call, http_handler
from sallyport.runtime.wiring import wiring
from sallyport.usecases.decide import decide
from sallyport.usecases.get_request import view_of


def _decide(call: Call) -> Answer:
    ports = wiring()
    # An agent that calls this is a principal of no person, and is refused and audited like any stranger.
    person = ports.policy.directory.person_of(call.caller)
    request = decide(call.request_id, person, "api", parse_statement(call.body), ports, datetime.now(UTC))
    return Answer(200, request_view(request, view_of(request, ports)), request.request_id)


handler = http_handler(_decide)
