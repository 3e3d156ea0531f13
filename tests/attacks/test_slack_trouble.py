"""Threats 21 and 29: Slack throttles, fails, or is taken away, by chance or by somebody in the channel. No grant comes
of it, no request is lost, no card is there twice."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sallyport.domain.ports import Limits
from sallyport.runtime import wiring
from tests.attacks.test_orphans import reconciled
from tests.support.attacks import still_works
from tests.support.house import House
from tests.support.slack import RecordingSlack, slack_error
from tests.support.story import agent_arn

ERRORS: dict[str, Exception] = {
    "throttled": slack_error("ratelimited", 429, Retry_After="1"),
    "failing": slack_error("", 503),
    "hanging": TimeoutError(),
    "archived": slack_error("is_archived"),
    "revoked": slack_error("token_revoked"),
    "refusing": slack_error("invalid_blocks"),
    "deleted": slack_error("message_not_found"),
}


@pytest.fixture
def slack(house: House) -> Iterator[RecordingSlack]:
    yield house.slack
    house.slack.errors.clear()
    house.slack.lost = False


def cards(house: House, request_id: str) -> list[dict[str, Any]]:
    return [m for m in house.slack.messages if request_id in json.dumps(m.get("metadata", {}))]


def test_21_a_flood_that_slack_throttles_ends_with_one_card_for_each_and_for_others(
    house: House, slack: RecordingSlack
) -> None:
    """Four requests at once, and Slack takes none of their cards at first."""
    slack.errors["chat_postMessage"] = [slack_error("ratelimited", 429, Retry_After="1") for _ in range(5)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(wiring.wiring().__dict__, "limits", Limits(per_hour=1000, pending=1000))
        requests = [house.submit() for _ in range(4)]
    for request_id in requests:
        house.until(request_id, lambda r: r.card is not None, seconds=60)
    assert [len(cards(house, request_id)) for request_id in requests] == [1] * 4
    assert {house.request(request_id).code for request_id in requests} == {None}
    assert still_works(house, requests[-1])


def test_29_somebody_archives_the_channel_and_the_request_lives(house: House, slack: RecordingSlack) -> None:
    """Who may archive the channel gains nothing: the next group is asked, as it would be later, and it decides."""
    slack.errors["chat_postMessage"] = [slack_error("is_archived") for _ in range(9)]
    with house.timers(60, 60):
        request_id = house.submit()
        request = house.until(request_id, lambda r: r.rung == 2 and r.code is not None)
        assert (request.status, request.code, cards(house, request_id)) == ("pending", "chat_closed", [])
        assert house.decide("olive.owner", request_id)[1]["code"] == "self_approval"
        assert house.decide("rosa.security", request_id, "deny")[0] == 200
        assert house.request(request_id).status == "denied"
    assert house.redeem(request_id)[0] == 409


def test_29_the_channel_stays_archived_and_the_request_expires_and_says_why(
    house: House, slack: RecordingSlack
) -> None:
    slack.errors["chat_postMessage"] = [slack_error("is_archived") for _ in range(9)]
    with house.timers(1, 1):
        request_id = house.submit()
        assert house.ended(request_id) == "SUCCEEDED"
    _, view = house.call("get_request", agent_arn("export-bot"), request_id=request_id)
    assert (view["status"], view["code"]) == ("expired", "chat_closed")
    assert house.redeem(request_id)[0] == 409


@pytest.mark.parametrize("name", ERRORS)
def test_29_an_answer_to_one_person_fails_and_the_refusal_stands(
    house: House, slack: RecordingSlack, name: str
) -> None:
    request_id = house.asked()
    slack.errors["chat_postEphemeral"] = [ERRORS[name]]
    assert house.click("olive.owner", request_id) == "self_approval"
    assert slack.errors["chat_postEphemeral"] == []
    assert house.request(request_id).status == "pending"
    assert still_works(house, request_id)


@pytest.mark.parametrize("name", ERRORS)
def test_29_the_details_do_not_open_and_nothing_is_decided(house: House, slack: RecordingSlack, name: str) -> None:
    request_id = house.asked()
    slack.errors["views_open"] = [ERRORS[name]]
    house.click("petra.approver", request_id, "details")
    assert slack.errors["views_open"] == []
    assert house.request(request_id).decisions == ()
    assert still_works(house, request_id)


@pytest.mark.parametrize("name", ERRORS)
def test_29_the_card_of_a_denial_cannot_be_changed_and_grants_nothing(
    house: House, slack: RecordingSlack, name: str
) -> None:
    request_id = house.asked()
    slack.errors["chat_update"] = [ERRORS[name]] * 9
    assert house.click("petra.approver", request_id, "deny") == "ok"
    assert house.ended(request_id) == "SUCCEEDED"
    assert house.click("petra.approver", request_id) == "already_settled"
    assert (house.request(request_id).status, house.request(request_id).grant) == ("denied", None)
    assert len(cards(house, request_id)) == 1


@pytest.mark.parametrize("name", ["throttled", "failing", "hanging", "archived", "revoked"])
def test_29_what_the_card_could_not_say_then_it_says_later(house: House, slack: RecordingSlack, name: str) -> None:
    request_id = house.asked()
    slack.errors["chat_update"] = [ERRORS[name]] * 9
    assert house.click("petra.approver", request_id, "deny") == "ok"
    assert house.ended(request_id) == "SUCCEEDED"
    told = len(slack.sent("chat_update"))
    slack.errors.clear()
    house.until(request_id, lambda r: r.card_debt is not None)
    assert reconciled(house, minutes=3)["card_shown"] >= 1
    (shown,) = [m for m in slack.sent("chat_update")[told:] if request_id in json.dumps(m)]
    assert "Denied by Petra Approver (sample)" in json.dumps(shown["blocks"])
    assert house.types(request_id)[-1] == "request.closed"
    assert house.broken_at(request_id) is None
    assert house.request(request_id).grant is None
