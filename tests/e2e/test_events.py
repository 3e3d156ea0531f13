"""Whoever makes the rule of docs/agents.md hears when a request settles."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.driver import Live

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "agents.md").read_text(encoding="utf-8")
AGENT, OTHER_AGENT, APPROVER = "export-bot", "triage-bot", "petra.approver"


def documented_pattern() -> str:
    """The event pattern of the page's rule; of CloudFormation's tags nothing is needed."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)
    (block,) = re.findall(r"```yaml\n(Settled:.*?)```", PAGE, re.DOTALL)
    return json.dumps(yaml.load(block, Loader)["Settled"]["Properties"]["EventPattern"])


@pytest.fixture
def queue(live: Live) -> str:
    events, sqs = live.client("events"), live.client("sqs")
    url = sqs.create_queue(QueueName="sallyport-e2e-settled")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="sallyport-e2e-settled", EventPattern=documented_pattern())
    events.put_targets(Rule="sallyport-e2e-settled", Targets=[{"Id": "q", "Arn": arn, "InputPath": "$.detail"}])
    return str(url)


def heard(live: Live, url: str, request_id: str, count: int) -> list[dict[str, Any]]:
    """What the queue has of this request once there is so much, in the order of what happened."""
    sqs, found, deadline = live.client("sqs"), list[dict[str, Any]](), time.monotonic() + 60
    while len(found) < count and time.monotonic() < deadline:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2).get("Messages", [])
        said = [json.loads(message["Body"]) for message in messages]
        found += [event for event in said if event["request_id"] == request_id]
        assert all(event["agent"] == AGENT for event in said)
    return sorted(found, key=lambda event: str(event["at"]))


def test_statuses_reach_the_agents_queue_as_they_happen(live: Live, queue: str) -> None:
    live.call(OTHER_AGENT, "DELETE", f"/v1/requests/{live.ask(OTHER_AGENT)}")
    request_id, digest = live.waiting(AGENT)
    live.decide(APPROVER, request_id, "approve", digest)
    live.until(AGENT, request_id, "grant")
    assert live.redeem(AGENT, request_id).status == 200
    assert live.call(AGENT, "DELETE", f"/v1/requests/{request_id}/grant", {"outcome": "done"}).status == 200
    events = heard(live, queue, request_id, 3)
    assert [event["status"] for event in events] == ["approved", "redeemed", "closed"]
    assert {(event["action"], event["code"]) for event in events} == {("s3.export", None)}


def test_denial_is_heard_without_its_reason(live: Live, queue: str) -> None:
    request_id, digest = live.waiting(AGENT)
    live.decide(APPROVER, request_id, "deny", digest, reason="Not this quarter")
    (event,) = heard(live, queue, request_id, 1)
    assert event["status"] == "denied"
    assert "quarter" not in json.dumps(event)
