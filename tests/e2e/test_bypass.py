"""The rule behind BypassAlarm as it was deployed: the emulator judges records as CloudTrail writes them by its pattern.

The emulator writes no data events of its own, and like AWS it takes none from anybody (`NotAuthorizedForSource`).
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.driver import Live
from tests.support.cloudtrail import Record, get_item, get_object, session, user

TARGET = "arn:aws:iam::000000000000:role/sallyport/target/sallyport-target-s3-export"
AT = "2026-11-02T10:00:00Z"


@pytest.fixture
def rings(live: Live) -> Callable[[str, Record], bool]:
    events = live.client("events")
    (rule,) = [
        r for page in events.get_paginator("list_rules").paginate() for r in page["Rules"] if "Bypass" in r["Name"]
    ]

    def matches(source: str, told: Record) -> bool:
        kind = {"source": source, "detail-type": "AWS API Call via CloudTrail"}
        where: dict[str, Any] = {
            "id": "1",
            "account": "000000000000",
            "time": AT,
            "region": "us-east-1",
            "resources": [],
        }
        event = json.dumps({**kind, **where, "detail": told})
        return bool(events.test_event_pattern(EventPattern=rule["EventPattern"], Event=event)["Result"])

    return matches


def test_reaching_the_sample_data_without_a_credential_rings(live: Live, rings: Callable[[str, Record], bool]) -> None:
    bucket = live.stack["buckets"]["sample_data"]
    assert rings("aws.s3", get_object(user("mallory"), AT, bucket, "q3/a.csv"))
    assert rings("aws.dynamodb", get_item(user("mallory"), AT, "sallyport-sample-patients"))
    assert not rings("aws.s3", get_object(user("mallory"), AT, "somebody-elses", "q3/a.csv"))
    assert not rings("aws.s3", get_object(session(TARGET, "req-1", "ASIAX"), AT, bucket, "q3/a.csv"))
