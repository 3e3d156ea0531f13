# ruff: noqa: SLF001 - a patch is about ministack's inner names
"""The resource of SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat: AWS takes the token's state machine.

ministack evaluates them only on `*`, so a policy that names the state machine would allow nothing.
"""

import importlib
import json
from contextvars import ContextVar
from typing import Any

_CALLBACKS = {"SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat"}


def apply() -> None:
    """Remember which state machine every token belongs to, even after it is settled, and answer with that."""
    machine: Any = importlib.import_module("ministack.services.stepfunctions")
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    execute_task, invoke_with_callback = machine._execute_task, machine._invoke_with_callback
    extract_resource_arn = actions.extract_resource_arn
    running: ContextVar[str] = ContextVar("running_state_machine", default="*")
    owners: dict[str, str] = {}

    def execute_task_of_machine(state: Any, raw_input: Any, execution: Any, context: dict[str, Any]) -> Any:
        reset = running.set(context.get("StateMachine", {}).get("Id", "*"))
        try:
            return execute_task(state, raw_input, execution, context)
        finally:
            running.reset(reset)

    def invoke_remembering_owner(resource: str, payload: Any, token: str, state: Any) -> Any:
        owners[token] = running.get()
        return invoke_with_callback(resource, payload, token, state)

    def extract_resource_arn_of_token(
        service: str, method: str, path: str, headers: dict[str, str], body: bytes, *rest: Any
    ) -> Any:
        if service == "states" and headers.get("x-amz-target", "").rpartition(".")[2] in _CALLBACKS:
            return owners.get(_token(body), "*")
        return extract_resource_arn(service, method, path, headers, body, *rest)

    machine._execute_task = execute_task_of_machine
    machine._invoke_with_callback = invoke_remembering_owner
    actions.extract_resource_arn = extract_resource_arn_of_token


def _token(body: bytes) -> str:
    try:
        request = json.loads(body or b"{}")
    except (json.JSONDecodeError, UnicodeDecodeError):
        return ""
    return str(request.get("taskToken", "")) if isinstance(request, dict) else ""
