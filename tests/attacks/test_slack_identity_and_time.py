"""Threats 10 and 27: who somebody is cannot be claimed in Slack, and Slack's three seconds cost nobody a decision."""

import copy
import json
from urllib.parse import parse_qs

import pytest

from tests.support.attacks import refused_and_written, still_works
from tests.support.house import SLACK_USERS, House, sample_event
from tests.support.slack import click_payload, form
from tests.support.template import resources, source

PETRA = "petra.approver"
STRANGER = "U0STRANGER"


@pytest.mark.parametrize("action_id", ["approve", "deny"])
def test_10_a_profile_with_an_approvers_name_and_address_is_nobodys(house: House, action_id: str) -> None:
    request_id = house.asked()
    profile = {"name": PETRA, "real_name": PETRA, "profile": {"email": f"{PETRA}@example.org", "display_name": PETRA}}
    house.slack.users[STRANGER] = profile
    try:
        claimed = {"id": STRANGER, "username": PETRA, "name": PETRA, "team_id": "T0SALLYPRT", **profile}
        assert house.click(STRANGER, request_id, action_id, user=claimed) == "not_an_approver"
    finally:
        del house.slack.users[STRANGER]
    assert refused_and_written(house, request_id, "not_an_approver", "unknown")
    assert still_works(house, request_id)


def test_10_nothing_is_linked_or_decided_by_a_page_that_somebody_opens(house: House) -> None:
    """What a browser fetches is no signed body, whatever its address says."""
    request_id = house.asked()
    card = house.card(request_id)
    payload = click_payload(
        user=SLACK_USERS[PETRA],
        action_id="approve",
        block_id=next(b["block_id"] for b in card["blocks"] if b["type"] == "actions"),
        request_id=request_id,
        message=card["ts"],
    )
    event = copy.deepcopy(sample_event("slack_interaction"))
    query = {name: values[0] for name, values in parse_qs(form(payload).decode()).items()}
    event |= {"httpMethod": "GET", "body": None, "queryStringParameters": query}
    assert house.answered(house.invoke("slack_interaction", event))[0] == 401
    assert house.signed(b"")[0] == 400
    assert house.request(request_id).decisions == ()
    for name in ("SlackInteraction", "DecideRequest"):
        routes = source()["Resources"][name]["Properties"]["Events"].values()
        assert {route["Properties"]["Method"] for route in routes} == {"POST"}


def test_27_a_click_that_slack_gave_up_on_counts_once_however_often_it_is_repeated(house: House) -> None:
    """Its answer came too late, so the clicker saw a warning and pressed again; Slack itself never does."""
    request_id = house.asked()
    assert house.click(PETRA, request_id) == "ok"
    assert house.click(PETRA, request_id) == "already_settled"
    house.until(request_id, lambda r: r.grant is not None)
    assert house.types(request_id).count("decision.recorded") == 1
    assert house.types(request_id).count("grant.issued") == 1
    assert house.redeem(request_id)[0] == 200


@pytest.mark.parametrize("method", ["chat_update", "chat_postEphemeral", "views_open"])
def test_27_a_slack_that_answers_too_late_loses_no_decision(house: House, method: str) -> None:
    request_id = house.asked()
    house.slack.errors[method] = [TimeoutError() for _ in range(9)]
    try:
        assert house.click(PETRA, request_id, "deny") == "ok"
        assert house.request(request_id).status == "denied"
    finally:
        house.slack.errors.clear()
    assert house.ended(request_id) == "SUCCEEDED"
    assert "decision.recorded" in json.dumps(house.types(request_id))


def test_27_the_function_behind_the_clicks_starts_from_a_snapshot_and_with_room_of_its_own() -> None:
    clicks = resources()["SlackInteraction"]["Properties"]
    assert clicks["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert "ReservedConcurrentExecutions" in clicks
