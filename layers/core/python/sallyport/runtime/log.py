"""One structured line per call: ids, codes and milliseconds. Never an event, a payload or an exception's text.

The line is also the call's metrics, in CloudWatch's embedded metric format, so that there is nothing else to write.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from sallyport.runtime.outcomes import OutcomeClass, class_of

_logger = Logger(service="sallyport", level="INFO", log_uncaught_exceptions=False)


def log_call(
    started: float,
    outcome: str,
    kind: OutcomeClass = OutcomeClass.DONE,
    *,
    request_id: str | None = None,
    counts: Mapping[str, int] | None = None,
    error: BaseException | None = None,
) -> None:
    """Write the line. `kind` is the class of an outcome that no alarm listens for. The keys of `counts` are our own
    names. Of an unforeseen `error` only its class and its place in our code are kept."""
    milliseconds = round((time.perf_counter() - started) * 1000)
    line: dict[str, object] = {
        "outcome": outcome,
        "ms": milliseconds,
        **_metrics(class_of(outcome, kind), milliseconds),
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


def _metrics(kind: OutcomeClass, milliseconds: int) -> dict[str, object]:
    """Members that make CloudWatch count the line: calls per class for alarms, calls and durations per function and
    class for the dashboard. Each combination of values is a metric of its own and costs money."""
    function = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local")
    metrics = EphemeralMetrics(namespace=os.environ.get("STACK_NAME", "local"))
    metrics.add_dimension("outcome_class", kind.value)
    metrics.add_dimensions(function=function, outcome_class=kind.value)
    metrics.add_metric("calls", MetricUnit.Count, 1)
    metrics.add_metric("duration", MetricUnit.Milliseconds, milliseconds)
    line: dict[str, Any] = dict(metrics.serialize_metric_set())
    line["_aws"] = {**line["_aws"], "CloudWatchMetrics": list(_directives(line["_aws"]["CloudWatchMetrics"][0]))}
    return line


def _directives(all_by_all: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Powertools puts every metric under every set of dimensions; no alarm asks how long a class took."""
    by_class, by_function = all_by_all["Dimensions"]
    calls = [metric for metric in all_by_all["Metrics"] if metric["Name"] == "calls"]
    yield {**all_by_all, "Dimensions": [by_class], "Metrics": calls}
    yield {**all_by_all, "Dimensions": [by_function]}


def _place(error: BaseException) -> str:
    """`file:line` of the innermost frame; the frame's values and the exception's message stay out."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
