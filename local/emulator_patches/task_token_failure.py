# ruff: noqa: SLF001 - a patch is about ministack's inner names
"""A Lambda that raises in a `.waitForTaskToken` state: AWS fails the state at once, ministack waits on for a callback.

ministack swallows the error inside `_invoke_with_callback`. The wrapped `_call_lambda` puts it where a
SendTaskFailure would have put it, unless the token was settled before the function raised.
"""

import importlib
from contextvars import ContextVar
from typing import Any


def apply() -> None:
    """Let a failed call settle the token of the state that made it."""
    machine: Any = importlib.import_module("ministack.services.stepfunctions")
    invoke_with_callback = machine._invoke_with_callback
    call_lambda = machine._call_lambda
    waiting: ContextVar[str | None] = ContextVar("waiting_task_token", default=None)

    def invoke_remembering_token(resource: str, payload: Any, token: str, state: dict[str, Any]) -> Any:
        reset = waiting.set(token)
        try:
            return invoke_with_callback(resource, payload, token, state)
        finally:
            waiting.reset(reset)

    def call_lambda_settling_token(function: Any, event: Any) -> Any:
        try:
            return call_lambda(function, event)
        except machine._ExecutionError as failure:
            pending = machine._task_tokens.get(waiting.get()) if waiting.get() else None
            if pending is not None and not pending["event"].is_set():
                pending["error"] = {"Error": failure.error, "Cause": failure.cause}
                pending["event"].set()
            raise

    machine._invoke_with_callback = invoke_remembering_token
    machine._call_lambda = call_lambda_settling_token
