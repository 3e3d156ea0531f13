"""POST /v1/requests/{request_id}/result: the agent redeems its grant, once; the call is made here and now."""

from datetime import UTC, datetime

from sallyport.contracts.views import result_answer
from sallyport.runtime.http import Answer, Call, http_handler
from sallyport.runtime.wiring import wiring
from sallyport.usecases.execute_action import execute_action


def _execute(call: Call) -> Answer:
    made = execute_action(call.caller, call.request_id, wiring(), datetime.now(UTC))
    answer = result_answer(made.request, made.code, made.document, complete=made.complete)
    return Answer(200, answer, made.request.request_id, outcome=made.code)


handler = http_handler(_execute)
