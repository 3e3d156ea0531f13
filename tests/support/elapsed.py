"""Time that passes when a test says so: a state that waits as long as policy has it would take the test's time, and one
that waits a second would not leave the test enough of it on a busy machine."""

from __future__ import annotations

from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackOutcomeTimedOut
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from tests.support.house import House


def time_out(house: House, request_id: str) -> None:
    """End the wait of the state that has the request's token, as moto does once its seconds are over."""
    token, arn = house.request(request_id).task_token, house.execution_arn(request_id)
    assert token is not None
    _, _, _, region, account, *_ = arn.split(":")
    execution = stepfunctions_parser_backends[account][region].describe_execution(arn)
    assert execution.exec_worker.env.callback_pool_manager.notify(token, CallbackOutcomeTimedOut(token))
