"""The state machine that is deployed, run whole in this process: its real definition, the real handlers, moto's AWS."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from local.canaries import scan
from sallyport.domain.requests import GrantStatus, RequestStatus
from sallyport.usecases import mask_payload
from tests.support.account import opened
from tests.support.elapsed import time_out
from tests.support.house import House
from tests.support.slack import RecordingSlack, slack_error
from tests.support.story import agent_arn

PHI = {
    "name": "Wilhelmina Featherstonehaugh",
    "mrn": "MRN 84736251",
    "ssn": "519-48-2276",
    "phone": "(555) 867-5309",
    "email": "wilhelmina.f@example.org",
    "key": "sk-live-4f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c",
}
RAW: dict[str, Any] = {
    "reason": f"Export for {PHI['name']}, {PHI['mrn']}, born 03/04/1975",
    "context": {
        "patient": {"ssn": PHI["ssn"], "phone": PHI["phone"]},
        "note": json.dumps({"mail": PHI["email"]}),
        "list": [PHI["key"], {PHI["name"]: 1}],
    },
}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with opened() as house:
        yield house


def sound(house: House, request_id: str) -> bool:
    """The stored chain holds and ends where the request says it does; nobody has a token or the raw action any more."""
    assert house.broken_at(request_id) is None
    assert house.request(request_id).task_token is None
    assert not house.vaulted(request_id)
    return True


def test_approved_request_is_redeemed_within_twelve_transitions(house: House) -> None:
    request_id = house.granted()
    status, credentials = house.redeem(request_id)
    assert status == 200
    assert set(credentials) == {
        "Version",
        "AccessKeyId",
        "SecretAccessKey",
        "SessionToken",
        "Expiration",
        "request_id",
    }
    assert house.ended(request_id) == "SUCCEEDED"
    assert house.types(request_id) == [
        "request.submitted",
        "request.masked",
        "approval.requested",
        "decision.recorded",
        "request.approved",
        "grant.issued",
        "grant.redeemed",
        "credentials.issued",
        "request.closed",
    ]
    entered = [event["type"] for event in house.history(request_id) if event["type"].endswith("StateEntered")]
    assert len(entered) == 6  # a billed transition is a state entered
    assert len(entered) <= 12
    assert sound(house, request_id)


def test_denied_request_ends_without_a_grant(house: House) -> None:
    request_id = house.asked()
    assert house.click("petra.approver", request_id, "deny") == "ok"
    assert house.ended(request_id) == "SUCCEEDED"
    assert house.request(request_id).status is RequestStatus.DENIED
    assert house.request(request_id).grant is None
    assert house.redeem(request_id)[1]["code"] == "not_approved"
    assert sound(house, request_id)


def test_silence_climbs_the_ladder_and_then_expires(house: House) -> None:
    with house.timers(60, 60):
        request_id = house.asked()
        first = house.request(request_id).task_token
        time_out(house, request_id)
        second = house.until(request_id, lambda r: r.rung == 2).task_token
        assert first != second
        time_out(house, request_id)
        assert house.ended(request_id) == "SUCCEEDED"
    assert house.request(request_id).status is RequestStatus.EXPIRED
    assert house.types(request_id)[2:] == [
        "approval.requested",
        "approval.escalated",
        "request.expired",
        "request.closed",
    ]
    assert house.redeem(request_id)[1]["code"] == "not_approved"
    assert sound(house, request_id)


def test_the_second_rung_may_approve(house: House) -> None:
    with house.timers(60, 60):
        request_id = house.asked()
        assert house.click("rosa.security", request_id) == "not_an_approver"
        time_out(house, request_id)
        house.until(request_id, lambda r: r.rung == 2)
        assert house.click("rosa.security", request_id) == "ok"
        house.until(request_id, lambda r: r.grant is not None)
        assert house.redeem(request_id)[0] == 200
        assert house.ended(request_id) == "SUCCEEDED"
    assert house.request(request_id).status is RequestStatus.REDEEMED
    assert house.request(request_id).code is None
    assert sound(house, request_id)


def test_an_unused_grant_expires(house: House) -> None:
    request_id = house.granted()
    time_out(house, request_id)
    assert house.ended(request_id) == "SUCCEEDED"
    request = house.request(request_id)
    assert request.status is RequestStatus.EXPIRED
    assert request.grant is not None
    assert request.grant.status is GrantStatus.EXPIRED
    assert house.redeem(request_id)[1]["code"] == "grant_expired"
    assert sound(house, request_id)


def test_a_masking_failure_posts_nothing_and_fails_the_request(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(PHI["name"])

    monkeypatch.setattr(mask_payload, "mask", fail)
    posted = len(house.slack.sent("chat_postMessage"))
    request_id = house.submit(**RAW)
    assert house.ended(request_id) == "SUCCEEDED"
    assert house.request(request_id).status is RequestStatus.FAILED
    assert house.request(request_id).code == "unforeseen"
    assert len(house.slack.sent("chat_postMessage")) == posted
    assert house.types(request_id) == ["request.submitted", "request.closed"]
    assert PHI["name"] not in "".join(house.logs)
    assert sound(house, request_id)


def test_a_withdrawn_request_ends_at_once(house: House) -> None:
    request_id = house.asked()
    status, view = house.call("cancel_request", agent_arn("export-bot"), request_id=request_id)
    assert (status, view["status"]) == (200, "cancelled")
    assert house.ended(request_id) == "SUCCEEDED"
    assert house.types(request_id)[-2:] == ["request.cancelled", "request.closed"]
    assert house.click("petra.approver", request_id) == "already_settled"
    assert sound(house, request_id)


def test_a_chat_that_is_down_ends_in_expiry(house: House) -> None:
    house.slack.failing = True
    try:
        with house.timers(1, 1):
            request_id = house.submit()
            assert house.ended(request_id) == "SUCCEEDED"
    finally:
        house.slack.failing = False
    assert house.request(request_id).status is RequestStatus.EXPIRED
    assert sound(house, request_id)


def cards(house: House, request_id: str) -> list[dict[str, Any]]:
    """What Slack has of this request's cards."""
    return [m for m in house.slack.messages if request_id in json.dumps(m.get("metadata", {}))]


@pytest.fixture
def slack(house: House) -> Iterator[RecordingSlack]:
    yield house.slack
    house.slack.errors.clear()
    house.slack.lost = False


def test_a_throttled_card_is_posted_on_the_same_rung(house: House, slack: RecordingSlack) -> None:
    slack.errors["chat_postMessage"] = [slack_error("ratelimited", 429, Retry_After="1")]
    request_id = house.submit()
    house.until(request_id, lambda r: r.card is not None)
    assert house.types(request_id)[2:] == ["approval.requested"]
    assert len(cards(house, request_id)) == 1
    assert house.click("petra.approver", request_id) == "ok"
    house.until(request_id, lambda r: r.grant is not None)
    assert house.redeem(request_id)[0] == 200
    assert house.ended(request_id) == "SUCCEEDED"
    assert sound(house, request_id)


def test_a_card_whose_answer_was_lost_is_not_posted_again(house: House, slack: RecordingSlack) -> None:
    slack.errors["chat_postMessage"], slack.lost = [TimeoutError()], True
    request_id = house.submit()
    house.until(request_id, lambda r: r.card is not None)
    assert len(cards(house, request_id)) == 1
    assert house.click("petra.approver", request_id, "deny") == "ok"
    assert house.ended(request_id) == "SUCCEEDED"
    assert sound(house, request_id)


def test_an_archived_channel_asks_the_next_rung_at_once(house: House, slack: RecordingSlack) -> None:
    slack.errors["chat_postMessage"] = [slack_error("is_archived")]
    with house.timers(60, 60):
        request_id = house.submit()
        house.until(request_id, lambda r: r.card is not None and r.rung == 2)
        assert house.types(request_id)[2:] == ["approval.requested", "approval.escalated"]
        assert house.click("rosa.security", request_id) == "ok"
        house.until(request_id, lambda r: r.grant is not None)
    entered = [e["stateEnteredEventDetails"] for e in house.history(request_id) if "stateEnteredEventDetails" in e]
    second = [json.loads(e["input"]) for e in entered if e["name"] == "RequestApproval"][1]
    assert second["turn"] == {"rung": 1, "seconds": 119, "tries": 0, "wait": 1}


def test_the_api_decides_while_a_card_waits(house: House, slack: RecordingSlack) -> None:
    slack.errors["chat_postMessage"] = [slack_error("ratelimited", 429, Retry_After="2")]
    request_id = house.submit()
    waiting = house.until(request_id, lambda r: r.code is not None)
    assert (waiting.status, waiting.code) == (RequestStatus.PENDING, "chat_busy")
    status, view = house.call("get_request", agent_arn("export-bot"), request_id=request_id)
    assert (status, view["status"], view["code"]) == (200, "pending", "chat_busy")
    assert house.decide("petra.approver", request_id)[0] == 200
    house.until(request_id, lambda r: r.grant is not None)
    assert cards(house, request_id) == []
    assert house.redeem(request_id)[0] == 200
    assert house.ended(request_id) == "SUCCEEDED"
    assert sound(house, request_id)


def test_a_card_that_slack_refuses_fails_the_request(house: House, slack: RecordingSlack) -> None:
    slack.errors["chat_postMessage"] = [slack_error("invalid_blocks")]
    request_id = house.submit()
    assert house.ended(request_id) == "SUCCEEDED"
    assert (house.request(request_id).status, house.request(request_id).code) == (RequestStatus.FAILED, "unpresentable")
    assert sound(house, request_id)


def test_a_card_that_cannot_show_everything_fails_the_request(house: House) -> None:
    request_id = house.submit(context={f"line {n}": "x" * 90 for n in range(2000)})
    assert house.ended(request_id) == "SUCCEEDED"
    assert house.request(request_id).status is RequestStatus.FAILED
    assert house.request(request_id).code == "unpresentable"
    assert sound(house, request_id)


def test_an_execution_started_by_somebody_else_grants_nothing(house: House) -> None:
    """Whoever may start executions, with a verdict of their own making, still cannot make a grant."""
    request_id = house.asked()
    forged = {"request_id": request_id, "verdict": "allow", "redemption_seconds": 60, "last_rung": 0}
    started = boto3.client("stepfunctions").start_execution(
        stateMachineArn=house.state_machine_arn, name=f"{request_id}-forged", input=json.dumps(forged)
    )["executionArn"]
    house.until(request_id, lambda r: r.settled)
    assert house.request(request_id).status is RequestStatus.FAILED
    assert house.request(request_id).grant is None
    assert "grant.issued" not in house.types(request_id)
    assert started


def test_a_task_token_alone_grants_nothing(house: House) -> None:
    """Whoever steals the token can wake the workflow, which then finds no decision."""
    request_id = house.asked()
    token = house.request(request_id).task_token
    assert token is not None
    boto3.client("stepfunctions").send_task_success(taskToken=token, output='{"decision":"approve","approved":true}')
    assert house.ended(request_id) == "SUCCEEDED"
    assert house.request(request_id).status is RequestStatus.FAILED
    assert house.request(request_id).grant is None
    assert house.redeem(request_id)[0] == 409


def test_no_planted_value_is_in_any_sink(house: House) -> None:
    """moto's history keeps what every task was called with, which AWS's does too and the emulator of `make run` not."""
    approved = house.granted(**RAW)
    assert house.redeem(approved)[0] == 200
    house.ended(approved)
    denied = house.asked(**RAW)
    house.decide("petra.approver", denied, "deny", reason=f"Not for {PHI['name']}, {PHI['ssn']}")
    house.ended(denied)
    refused = house.call(
        "submit_request", agent_arn("export-bot"), body={"action": PHI["name"], "parameters": {}, "reason": PHI["ssn"]}
    )
    assert refused[0] == 403
    sinks = [(f"history {r}", json.dumps(house.history(r), default=str)) for r in (approved, denied)]
    sinks += [(f"log {n}", line) for n, line in enumerate(house.logs)]
    sinks += [(f"answer {n}", answer) for n, answer in enumerate(house.answers)]
    sinks += [(f"slack {n}", json.dumps(call)) for n, call in enumerate(house.slack.calls)]
    sinks += [
        (f"{table} {n}", json.dumps(i)) for table in ("requests", "audit") for n, i in enumerate(house.items(table))
    ]
    sinks += [(f"views {key}", content.decode()) for key, content in house.objects("views").items()]
    assert scan(sinks, PHI) == []
    history = dict(sinks)[f"history {approved}"]
    assert "task_token" in history  # the history does hold the tasks' parameters


def test_the_canary_scan_finds_what_is_planted(house: House) -> None:
    """The vault holds the raw action while a request is open, so there the scan must find every value."""
    request_id = house.asked(**RAW)
    (raw,) = [content for key, content in house.objects("vault").items() if request_id in key]
    assert {hit.canary for hit in scan([("vault", raw)], PHI)} == set(PHI)


def test_secrets_of_the_machinery_are_in_no_sink_but_their_own(house: House) -> None:
    request_id = house.asked()
    token = house.request(request_id).task_token
    assert token is not None
    house.click("petra.approver", request_id)
    house.until(request_id, lambda r: r.grant is not None)
    _, credentials = house.redeem(request_id)
    house.ended(request_id)
    answer = house.answers.pop()  # the one place where the credential belongs
    assert credentials["SecretAccessKey"] in answer
    sinks = "".join([*house.logs, *house.answers, json.dumps(house.slack.calls), json.dumps(house.items("audit"))])
    assert token not in sinks
    for secret in (credentials["SecretAccessKey"], credentials["SessionToken"]):
        assert secret not in sinks + json.dumps(house.items("requests")) + json.dumps(
            house.history(request_id), default=str
        )
