"""Handlers of the state machine. They carry ids and codes, and those of token states never raise: one emulator keeps a
token state waiting after it has raised, and an exception's name is not a code."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from sallyport.domain.ports import PortFailed
from sallyport.domain.refusals import Refusal
from sallyport.masking import MaskingFailed
from sallyport.runtime.log import log_call
from sallyport.runtime.outcomes import OutcomeClass
from sallyport.runtime.wiring import wiring
from sallyport.usecases.close_request import TIMED_OUT
from sallyport.usecases.request_approval import CannotAsk, NotPosted

_CODE = re.compile(r"[a-z_]{1,64}")
UNFORESEEN = "unforeseen"

type Step = Callable[[dict[str, Any]], None]


def task_handler(step: Step) -> Callable[[dict[str, Any], object], dict[str, str]]:
    """A plain state: answers `{"request_id", "code"}` with code `ok`, or why it failed; the machine branches on it."""

    def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
        return {"request_id": event["request_id"], "code": _run(step, event)[0]}

    return handler


def token_handler(step: Step) -> Callable[[dict[str, Any], object], dict[str, str]]:
    """A state that waits with a token: if the step fails, the state fails with its code, unless the step
    itself said what happens next."""

    def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
        code, over = _run(step, event)
        if over:
            try:
                wiring().workflow.fail(event["task_token"], code)
            except PortFailed:
                # The state then times out, which settles the request without a grant.
                unsaid = OutcomeClass.FAILED
                log_call(time.perf_counter(), "workflow_unavailable", unsaid, request_id=event["request_id"])
        return {"request_id": event["request_id"], "code": code}

    return handler


def closing_handler(
    close: Callable[[dict[str, Any], str], None],
) -> Callable[[dict[str, Any], object], dict[str, str]]:
    """The last state: passes on the code with which the machine came here, in our words."""

    def step(event: dict[str, Any]) -> None:
        reached = str(event["error"])
        if reached == "States.Timeout":
            reached = TIMED_OUT
        close(event, reached if _CODE.fullmatch(reached) else UNFORESEEN)

    plain = task_handler(step)

    def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
        answer = plain(event, _context)
        if answer["code"] != "ok":
            raise NotClosed(answer["code"])  # so that the machine retries, and at last fails visibly
        return answer

    return handler


class NotClosed(Exception):
    """A request could not be closed; the message is a code."""


def _run(step: Step, event: dict[str, Any]) -> tuple[str, bool]:
    """The step's code, and whether the request can go no further."""
    started = time.perf_counter()
    error: BaseException | None = None
    outcome: str | None = None
    kind, over = OutcomeClass.FAILED, True
    try:
        step(event)
        code, kind, over = "ok", OutcomeClass.DONE, False
    except NotPosted as later:
        # A queue raises no alarm by itself; what queues for too long shows up as more than `chat_busy`.
        code, kind, over = later.code, OutcomeClass.REFUSED if later.queued else OutcomeClass.FAILED, False
    except Refusal as refusal:
        code, outcome, kind = refusal.code, refusal.outcome, OutcomeClass.REFUSED
    except (PortFailed, CannotAsk, MaskingFailed) as failed:
        code = failed.code
    except Exception as unforeseen:  # noqa: BLE001 - whatever it is, the request must end without a grant
        code, error = UNFORESEEN, unforeseen
    log_call(started, outcome or code, kind, request_id=event.get("request_id"), error=error)
    return code if _CODE.fullmatch(code) else UNFORESEEN, over
