"""Everything that stops something: grants and sessions, an agent's all at once, and the kill switches."""

from datetime import UTC, datetime

from sallyport.contracts.requests import parse_halt
from sallyport.contracts.views import halts_answer, request_view
from sallyport.domain.refusals import NotFound
from sallyport.runtime.http import Answer, Call, http_handler
from sallyport.runtime.wiring import wiring
from sallyport.usecases.get_request import view_of
from sallyport.usecases.halt import halt, list_halts, resume
from sallyport.usecases.revoke_grant import revoke_agent, revoke_grant


def _stop(call: Call) -> Answer:
    route = _ROUTES.get((call.method, call.resource))
    if route is None:
        raise NotFound
    return route(call)


def _revoke(call: Call) -> Answer:
    ports = wiring()
    request = revoke_grant(call.caller, call.request_id, ports, datetime.now(UTC))
    return Answer(200, request_view(request, view_of(request, ports)), request.request_id, outcome="revoked")


def _revoke_agent(call: Call) -> Answer:
    done, refused = revoke_agent(call.caller, call.path.get("agent", ""), wiring(), datetime.now(UTC))
    outcome = "revocations_refused" if refused else "revoked"
    return Answer(200, {"revoked": done, "refused": refused}, outcome=outcome)


def _halt(call: Call) -> Answer:
    switch, reason = parse_halt(call.body)
    deployment = halt(call.caller, switch, reason, wiring(), datetime.now(UTC))
    return Answer(200, halts_answer(deployment.halts), outcome="halted")


def _resume(call: Call) -> Answer:
    deployment = resume(call.caller, call.query.get("switch", ""), wiring(), datetime.now(UTC))
    return Answer(200, halts_answer(deployment.halts), outcome="resumed")


def _list(call: Call) -> Answer:
    return Answer(200, halts_answer(list_halts(call.caller, wiring(), datetime.now(UTC))))


_ROUTES = {
    ("DELETE", "/v1/requests/{request_id}/grant"): _revoke,
    ("DELETE", "/v1/agents/{agent}/grants"): _revoke_agent,
    ("POST", "/v1/halts"): _halt,
    ("DELETE", "/v1/halts"): _resume,
    ("GET", "/v1/halts"): _list,
}

handler = http_handler(_stop)
