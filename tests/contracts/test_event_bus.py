"""EventBus: what is announced arrives, in the form that docs/agents.md tells of."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from sallyport.adapters.event_bus import DETAIL_TYPE, SOURCE, EventBridgeBus
from sallyport.domain.ports import PortFailed
from sallyport.domain.requests import RequestStatus
from sallyport.domain.settlements import EventBus, Settlement
from tests.fakes.event_bus import FakeEventBus

DENIED = Settlement(
    "req-" + "0a" * 12, RequestStatus.DENIED, "export-bot", "s3.export", "2026-11-02T10:00:00.000Z", "a_code"
)
type Heard = Callable[[], list[tuple[str, str]]]


def queue() -> str:
    """A queue that hears of everything, as an agent's would: its URL."""
    events, sqs = boto3.client("events"), boto3.client("sqs")
    url = sqs.create_queue(QueueName="settled")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="settled", EventPattern=json.dumps({"source": [SOURCE], "detail-type": [DETAIL_TYPE]}))
    events.put_targets(Rule="settled", Targets=[{"Id": "queue", "Arn": arn}])
    received(url)  # what an earlier test left
    return url


def received(url: str) -> list[dict[str, Any]]:
    sqs, found = boto3.client("sqs"), list[dict[str, Any]]()
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [json.loads(message["Body"]) for message in messages]
    return found


@pytest.fixture(params=["fake", "aws"])
def bus(request: pytest.FixtureRequest, account: None) -> tuple[EventBus, Heard]:
    if request.param == "fake":
        fake = FakeEventBus()
        return fake, lambda: [(s.request_id, s.status.value) for s in fake.heard]
    url = queue()
    real = EventBridgeBus(boto3.client("events"), "default", "gate")
    return real, lambda: [(e["detail"]["request_id"], e["detail"]["status"]) for e in received(url)]


@pytest.mark.parametrize("count", [1, 10, 23])
def test_all_that_is_announced_is_heard(bus: tuple[EventBus, Heard], count: int) -> None:
    announcing, heard = bus
    ids = [f"req-{number:024x}" for number in range(count)]
    announcing.announce([Settlement(i, RequestStatus.CLOSED, "bot", "s3.export", DENIED.at) for i in ids])
    assert sorted(heard()) == [(i, "closed") for i in ids]


def test_event_has_ids_and_codes_and_nothing_else(account: None) -> None:
    url = queue()
    EventBridgeBus(boto3.client("events"), "default", "gate").announce([DENIED])
    (event,) = received(url)
    assert (event["source"], event["detail-type"]) == ("sallyport", "Request Settled")
    assert event["detail"] == {
        "stack": "gate",
        "request_id": DENIED.request_id,
        "status": "denied",
        "agent": "export-bot",
        "action": "s3.export",
        "at": DENIED.at,
        "code": "a_code",
    }


def test_entry_that_is_not_taken_is_a_failure() -> None:
    client = boto3.client("events", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubbed:
        stubbed.add_response("put_events", {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]})
        with pytest.raises(PortFailed, match="event_bus_unavailable"):
            EventBridgeBus(client, "default", "gate").announce([DENIED])


def test_service_that_refuses_is_a_failure() -> None:
    client = boto3.client("events", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubbed:
        stubbed.add_client_error("put_events", "AccessDeniedException", "says more than we may")
        with pytest.raises(PortFailed) as failed:
            EventBridgeBus(client, "default", "gate").announce([DENIED])
    assert failed.value.code == "event_bus_unavailable"
