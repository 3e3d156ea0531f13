"""Threats 8, 9 and 15 about the app's Home: it shows people what is theirs, and its button is no authority."""

import json
import time

import pytest

from tests.support.house import SLACK_USERS, House
from tests.support.slack import TEAM, click_payload, event_body, form

OLIVE, PETRA = SLACK_USERS["olive.owner"], SLACK_USERS["petra.approver"]


def opened(house: House, user: str = OLIVE, **changes: object) -> str:
    """The outcome of opening the Home."""
    event = {"type": "app_home_opened", "user": user, "channel": "D0123", "tab": "home", "event_ts": "1.1"}
    assert house.signed(event_body(event, event_id=f"Ev{time.monotonic_ns()}", **changes)) == (200, None)
    return str(house.said()["outcome"])


def pressed(house: House, request_id: str, **changes: object) -> str:
    """The outcome of pressing Revoke as the agent's owner; `changes` replace members of the payload."""
    payload = click_payload(
        user=OLIVE, action_id="revoke_grant", block_id=f"home:{request_id}", request_id=request_id, message="1.1"
    )
    place = {"container": {"type": "view", "view_id": "V1"}, "view": {"id": "V1", "type": "home"}}
    status, _ = house.signed(form({**payload, **place, "trigger_id": f"{time.monotonic_ns()}.1", **changes}))
    assert status == 200
    return str(house.said()["outcome"])


def published(house: House) -> list[dict[str, object]]:
    return house.slack.sent("views_publish")


def test_15_a_home_is_its_persons_alone(house: House) -> None:
    request_id = house.granted(reason="For Delphine Nettlesham, SSN 912-34-5678")
    assert opened(house) == "ok"
    home = published(house)[-1]
    assert home["user_id"] == OLIVE
    assert request_id in json.dumps(home)
    assert "Nettlesham" not in json.dumps(home)
    assert opened(house, PETRA) == "ok"  # who decided it
    assert request_id in json.dumps(published(house)[-1])
    assert "Nettlesham" not in json.dumps(published(house)[-1])
    assert opened(house, SLACK_USERS["quinn.approver"]) == "ok"
    assert request_id not in json.dumps(published(house)[-1])


STRANGE: dict[str, dict[str, object]] = {
    "a stranger": {"user": "U0STRANGER"},
    "another workspace": {"team_id": "T0EVIL"},
    "another app": {"api_app_id": "A0EVIL"},
}


@pytest.mark.parametrize("what", STRANGE)
def test_09_strangers_homes_are_empty(house: House, what: str) -> None:
    request_id, before = house.granted(), len(published(house))
    assert opened(house, **STRANGE[what]) == "stranger"  # type: ignore[arg-type]
    assert request_id not in json.dumps(published(house)[before:])


def user(user_id: str, team_id: str = TEAM) -> dict[str, str]:
    return {"id": user_id, "username": "olive", "name": "olive", "team_id": team_id}


STRANGE_PRESSES: dict[str, dict[str, object]] = {
    "a stranger": {"user": user("U0STRANGER")},
    "another workspace": {"team": {"id": "T0EVIL", "domain": "evil"}},
    "another organisation": {"team": None, "enterprise": {"id": "E0EVIL"}, "is_enterprise_install": True},
    "another app": {"api_app_id": "A0EVIL"},
    "a user of another workspace": {"user": user(OLIVE, "T0EVIL")},
    "an auditor": {"user": user(SLACK_USERS["sam.operator"])},
}


@pytest.mark.parametrize("what", STRANGE_PRESSES)
def test_09_a_strangers_press_revokes_nothing(house: House, what: str) -> None:
    request_id = house.granted()
    outcome = pressed(house, request_id, **STRANGE_PRESSES[what])
    assert outcome == ("not_an_approver" if what == "an auditor" else "not_found")
    assert house.request(request_id).status == "approved"
    assert house.events(request_id)[-1]["type"] == "decision.refused"


def test_08_a_press_is_signed(house: House) -> None:
    request_id = house.granted()
    event = event_body({"type": "app_home_opened", "user": OLIVE, "channel": "D0123", "tab": "home"})
    before = len(published(house))
    assert house.signed(event, secret="guessed")[0] == 401
    assert len(published(house)) == before
    assert pressed(house, request_id) == "revoked"
    assert house.request(request_id).status == "revoked"
    assert house.broken_at(request_id) is None


def test_09_slack_is_away_so_the_home_shows_nothing_and_nothing_is_revoked(house: House) -> None:
    request_id = house.granted()
    house.slack.failing = True
    try:
        assert opened(house) == "chat_unavailable"
        assert pressed(house, request_id) == "chat_unavailable"
    finally:
        house.slack.failing = False
    assert house.request(request_id).status == "approved"
