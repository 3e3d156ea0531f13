# ruff: noqa: SLF001 - a patch is about ministack's inner names
"""`TimeoutSecondsPath` of a Task state: ministack reads only the fixed `TimeoutSeconds`.

As on AWS the path is resolved in the state's input (or, with `$$.`, in the context object) and must select a positive
whole number; anything else fails the execution with States.Runtime, which no Catch sees.
"""

import importlib
from typing import Any


def apply() -> None:
    """Make `_execute_task` put the resolved number where it looks for `TimeoutSeconds`."""
    machine: Any = importlib.import_module("ministack.services.stepfunctions")
    execute_task = machine._execute_task

    def execute_task_with_path(state: dict[str, Any], raw_input: Any, execution: Any, context: Any) -> Any:
        path = state.get("TimeoutSecondsPath")
        if path is None:
            return execute_task(state, raw_input, execution, context)
        seconds = machine._resolve_path_or_ctx(path, machine._apply_input_path(state, raw_input, context), context)
        if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds <= 0:
            raise machine._ExecutionError("States.Runtime", f"TimeoutSecondsPath {path} selects no positive integer")
        return execute_task({**state, "TimeoutSeconds": seconds}, raw_input, execution, context)

    machine._execute_task = execute_task_with_path
