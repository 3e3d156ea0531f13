"""The workflow. It carries ids, codes and numbers; a token goes back with an id alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from sallyport.domain.canonical import JSON
from sallyport.domain.ports import PortFailed
from sallyport.domain.turns import Turn

if TYPE_CHECKING:
    from botocore.client import BaseClient

# The state has timed out, was aborted, or was answered before: nobody is waiting any more.
_NOBODY_WAITS = ("TaskDoesNotExist", "TaskTimedOut", "InvalidToken")


class StepFunctions:
    """Workflow on a Standard state machine."""

    def __init__(self, client: BaseClient, state_machine_arn: str) -> None:
        self._sfn: Any = client
        self._arn = state_machine_arn

    def start(self, request_id: str, timers: Mapping[str, JSON]) -> None:
        try:
            self._sfn.start_execution(stateMachineArn=self._arn, name=request_id, input=json.dumps(timers))
        except ClientError as error:
            # Some implementations raise this even for the same input while the execution runs. It is harmless, because
            # nothing else uses the name.
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise PortFailed("workflow_unavailable") from None
        except BotoCoreError:
            raise PortFailed("workflow_unavailable") from None

    def succeed(self, task_token: str, request_id: str) -> bool:
        output = json.dumps({"request_id": request_id})
        return self._answer(lambda: self._sfn.send_task_success(taskToken=task_token, output=output))

    def fail(self, task_token: str, code: str) -> bool:
        return self._answer(lambda: self._sfn.send_task_failure(taskToken=task_token, error=code, cause=code))

    def ask_again(self, task_token: str, wait: int, turn: Turn) -> bool:
        cause = json.dumps({"rung": turn.rung, "seconds": turn.seconds, "tries": turn.tries, "wait": wait})
        return self._answer(lambda: self._sfn.send_task_failure(taskToken=task_token, error="ask_again", cause=cause))

    def _answer(self, call: Any) -> bool:
        try:
            call()
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOBODY_WAITS:
                return False
            raise PortFailed("workflow_unavailable") from None
        except BotoCoreError:
            raise PortFailed("workflow_unavailable") from None
        return True
