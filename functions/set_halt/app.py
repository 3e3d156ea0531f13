"""POST and DELETE /v1/halts: set a kill switch, or release it. Nothing else runs in this function, so nothing can delay
it."""

from datetime import UTC, datetime

from sallyport.contracts.requests import parse_halt
from sallyport.contracts.views import halts_answer
from sallyport.runtime.http import Answer, Call, http_handler
from sallyport.runtime.wiring import wiring
from sallyport.usecases.halt import halt, resume


def _set(call: Call) -> Answer:
    return _resume(call) if call.method == "DELETE" else _halt(call)


def _halt(call: Call) -> Answer:
    switch, reason = parse_halt(call.body)
    deployment = halt(call.caller, switch, reason, wiring(), datetime.now(UTC))
    return Answer(200, halts_answer(deployment.halts), outcome="halted")


def _resume(call: Call) -> Answer:
    deployment = resume(call.caller, call.query.get("switch", ""), wiring(), datetime.now(UTC))
    return Answer(200, halts_answer(deployment.halts), outcome="resumed")


handler = http_handler(_set)
