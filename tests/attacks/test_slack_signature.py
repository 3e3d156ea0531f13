"""Threat 8: whatever is wrong with a signature, the answer is 401, nothing is decided, and nothing breaks."""

import json
import time

import pytest

from sallyport.runtime import settings, wiring
from tests.support.house import SLACK_USERS, House
from tests.support.slack import click_payload, form, signature


def body_of(house: House, request_id: str) -> bytes:
    card = house.card(request_id)
    block_id = next(b["block_id"] for b in card["blocks"] if b["type"] == "actions")
    user = SLACK_USERS["petra.approver"]
    return form(
        click_payload(user=user, action_id="approve", block_id=block_id, request_id=request_id, message=card["ts"])
    )


NOW = str(int(time.time()))
HEADERS: dict[str, dict[str, str]] = {
    "no signature": {"X-Slack-Signature": ""},
    "another signature": {"X-Slack-Signature": "v0=" + "0" * 64},
    "no version": {"X-Slack-Signature": "0" * 64},
    "non-ASCII signature": {"X-Slack-Signature": "v0=é" + "0" * 62},
    "no timestamp": {"X-Slack-Request-Timestamp": ""},
    "a timestamp that is no integer": {"X-Slack-Request-Timestamp": "now"},
    "a float": {"X-Slack-Request-Timestamp": f"{NOW}.0"},
    "Arabic digits": {"X-Slack-Request-Timestamp": "١٧٦٢"},
    "a huge timestamp": {"X-Slack-Request-Timestamp": "9" * 5000},
}


@pytest.mark.parametrize("what", HEADERS)
def test_08_malformed_headers(house: House, what: str) -> None:
    request_id = house.asked()
    status, problem = house.signed(body_of(house, request_id), **HEADERS[what])
    assert (status, problem["code"]) == (401, "bad_signature")
    assert house.request(request_id).status == "pending"


@pytest.mark.parametrize("late", [-86400, -301, 400])
def test_08_a_stale_timestamp_with_its_right_signature(house: House, late: int) -> None:
    request_id = house.asked()
    status, _ = house.signed(body_of(house, request_id), timestamp=str(int(time.time()) + late))
    assert status == 401
    assert house.request(request_id).status == "pending"


def test_08_another_secret(house: House) -> None:
    request_id = house.asked()
    assert house.signed(body_of(house, request_id), secret="guessed")[0] == 401
    assert house.request(request_id).status == "pending"


def test_08_a_header_sent_twice(house: House) -> None:
    from tests.support.house import sample_event

    request_id = house.asked()
    body, now = body_of(house, request_id), str(int(time.time()))
    event = sample_event("slack_interaction")
    good = signature(body, now)
    event["multiValueHeaders"] |= {
        "X-Slack-Request-Timestamp": [now],
        "X-Slack-Signature": [good, "v0=" + "0" * 64],
    }
    event["body"] = body.decode()
    assert house.answered(house.invoke("slack_interaction", event))[0] == 401
    assert house.request(request_id).status == "pending"


def test_08_the_same_signed_request_again(house: House) -> None:
    request_id = house.asked()
    body, now = body_of(house, request_id), str(int(time.time()))
    assert house.signed(body, timestamp=now)[0] == 200
    assert house.signed(body, timestamp=now)[0] == 401
    assert house.types(request_id).count("decision.recorded") == 1


def test_08_the_body_is_changed_after_signing(house: House) -> None:
    request_id = house.asked()
    body, now = body_of(house, request_id), str(int(time.time()))
    tampered = body.replace(b"UPETRA0003", b"UQUINN0004")
    status, _ = house.signed(tampered, timestamp=now, **{"X-Slack-Signature": signature(body, now)})
    assert status == 401
    assert house.request(request_id).status == "pending"


@pytest.mark.parametrize("what", ["not configured", "gone", "empty"])
def test_08_without_a_signing_secret_nothing_verifies(house: House, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    request_id = house.asked()
    body = body_of(house, request_id)
    if what == "empty":
        monkeypatch.setattr(
            wiring, "_secrets", {settings.setting("SLACK_SIGNING_SECRET_SECRET"): (time.monotonic(), "")}
        )
    else:
        monkeypatch.setattr(wiring, "_secrets", {})
        monkeypatch.setenv("SLACK_SIGNING_SECRET_SECRET", "" if what == "not configured" else "no-such-secret")
        settings.setting.cache_clear()
    try:
        status, problem = house.signed(body, secret="" if what == "empty" else "8f742231b10e8888abcd99yyyzzz85a5")
    finally:
        settings.setting.cache_clear()
    assert (status, problem["code"]) == (401, "bad_signature")
    assert house.request(request_id).status == "pending"
    outcomes = [json.loads(line)["outcome"] for line in house.logs[-2:]]
    assert outcomes[-1] == "bad_signature"
    assert what == "empty" or "signing_secret_unavailable" in outcomes


def test_08_a_signed_body_that_is_no_click_decides_nothing(house: House) -> None:
    for body in (b"payload=%7B%7D", b"x=1", b"payload=null", form({"type": "view_submission"})):
        status, _ = house.signed(body)
        assert status in (200, 400)
