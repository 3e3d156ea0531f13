"""One structured line per call: ids, codes and milliseconds. Never an event, a payload or an exception's text."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from aws_lambda_powertools import Logger

_logger = Logger(service="sallyport", level="INFO", log_uncaught_exceptions=False)


def log_call(
    started: float,
    outcome: str,
    *,
    request_id: str | None = None,
    counts: Mapping[str, int] | None = None,
    error: BaseException | None = None,
) -> None:
    """Write the line. `counts` are under our own names. Of an unforeseen `error` only its class and the place in our
    code are kept."""
    line: dict[str, object] = {
        "function": os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local"),
        "outcome": outcome,
        "ms": round((time.perf_counter() - started) * 1000),
    }
    if request_id is not None:
        line["request_id"] = request_id
    if counts:
        line["counts"] = dict(counts)
    if error is not None:
        line["error_class"] = type(error).__name__
        line["error_at"] = _place(error)
        _logger.error("call", extra=line)
        return
    _logger.info("call", extra=line)


def _place(error: BaseException) -> str:
    """`file:line` of the innermost frame; the frame's values and the exception's message stay out."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
