"""A month in which nobody asks: what is deployed costs money all the same."""

from __future__ import annotations

import re
from typing import Any

from tests.support.template import of_type, short

MONTH_HOURS = 730
# How long a scheduled run that finds nothing takes; of the four, two query an index, one signs and one asks DynamoDB.
SCHEDULED_SECONDS = 0.3
# A metric costs money in the hours in which something is written to it: calls and duration of each scheduled
# function, and the calls of each class that these end as, done and checkpoint.
METRICS_OF_A_FUNCTION, CLASSES = 2, 2


def quantities() -> dict[str, float]:
    """How much of everything that has a price a month uses, by the name of the price."""
    calls = sum(_calls_a_month(rule["ScheduleExpression"]) for rule in _scheduled())
    memory = {name: f["MemorySize"] / 1024 for name, f in of_type("AWS::Lambda::Function").items()}
    snapshots = [memory[n] for n, f in of_type("AWS::Lambda::Function").items() if "SnapStart" in f]
    return {
        "kms_key_month": len(of_type("AWS::KMS::Key")),
        "secret_month": len(of_type("AWS::SecretsManager::Secret")),
        "snapstart_cache_gigabyte_second": sum(snapshots) * MONTH_HOURS * 3600,
        "alarm_metric_month": sum(_metrics(alarm) for alarm in of_type("AWS::CloudWatch::Alarm").values()),
        "dashboard_month": len(of_type("AWS::CloudWatch::Dashboard")),
        "custom_metric_month": METRICS_OF_A_FUNCTION * len(_scheduled()) + CLASSES,
        "lambda_request": calls,
        "lambda_gigabyte_second": calls * SCHEDULED_SECONDS * memory["ReconcileRequests"],
    }


def rotating_keys() -> int:
    """Keys that get new material each year; the first two times, each adds another key's price."""
    return sum(bool(key.get("EnableKeyRotation")) for key in of_type("AWS::KMS::Key").values())


def _scheduled() -> list[dict[str, Any]]:
    return [rule for rule in of_type("AWS::Events::Rule").values() if "ScheduleExpression" in rule]


def _calls_a_month(schedule: str) -> float:
    every = re.fullmatch(r"rate\((\d+) minutes\)", short(schedule))
    if every is None:
        raise ValueError(schedule)
    return MONTH_HOURS * 60 / int(every[1])


def _metrics(alarm: dict[str, Any]) -> int:
    return sum("MetricStat" in metric for metric in alarm.get("Metrics", [])) or 1
