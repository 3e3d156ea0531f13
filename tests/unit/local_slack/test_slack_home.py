"""Slash commands and the Home tab are sent as Slack sends them, and shown to one person."""

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from local_slack.delivery import Delivery
from tests.slack_workspace import PETRA, QUINN, SIGNING_SECRET
from tests.unit.local_slack.conftest import Desk

VIEW = {
    "type": "home",
    "blocks": [
        {"type": "section", "text": {"type": "plain_text", "text": "Nothing is waiting for you."}},
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "revoke_grant",
                    "value": "req-1",
                    "text": {"type": "plain_text", "text": "Revoke"},
                }
            ],
        },
    ],
}


def signed_rightly(body: bytes, headers: dict[str, str]) -> bool:
    stamp = headers["X-Slack-Request-Timestamp"]
    mac = hmac.new(SIGNING_SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
    return headers["X-Slack-Signature"] == f"v0={mac.hexdigest()}"


def test_a_command_is_a_signed_form(desk: Desk) -> None:
    assert desk.control("command", {"user_id": PETRA, "command": "/sallyport", "text": "pending"}).json()["ok"]
    _, body, headers = desk.sent[-1]
    fields = parse_qs(body.decode())
    assert signed_rightly(body, headers)
    assert (fields["command"], fields["text"], fields["user_id"]) == (["/sallyport"], ["pending"], [PETRA])


def test_the_answer_is_seen_by_whoever_typed_alone(desk: Desk) -> None:
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": "Nothing is waiting for you."}}]
    answer = {"response_type": "ephemeral", "text": "Sallyport", "blocks": blocks}
    desk.answer = Delivery(200, json.dumps(answer), 5)
    assert desk.control("command", {"user_id": PETRA, "command": "/sallyport", "text": "pending"}).json()["ok"]
    (message,) = desk.control("messages").json()["messages"]
    assert message["for_user"] == PETRA


@pytest.mark.parametrize("body", ["no JSON", "[]", json.dumps({"blocks": [{"type": "nonsense"}]}), "{}"])
def test_an_answer_that_slack_would_not_show_is_told(desk: Desk, body: str) -> None:
    desk.answer = Delivery(200, body, 5)
    outcome = desk.control("command", {"user_id": PETRA, "command": "/sallyport", "text": ""}).json()
    assert (outcome["ok"], outcome["error"]) == (False, "bad_answer")


def test_an_opened_home_is_a_signed_event(desk: Desk) -> None:
    assert desk.control("home", {"user_id": PETRA}).json()["ok"]
    _, body, headers = desk.sent[-1]
    event = json.loads(body)
    assert signed_rightly(body, headers)
    assert (event["type"], event["event"]["type"], event["event"]["user"]) == (
        "event_callback",
        "app_home_opened",
        PETRA,
    )


def test_a_home_is_its_persons_and_its_button_works(desk: Desk) -> None:
    assert desk.api("views.publish", {"user_id": PETRA, "view": VIEW})["ok"]
    (home,) = desk.control("messages").json()["homes"]
    view_id = home["versions"][-1]["view"]["id"]
    click = {"user_id": PETRA, "view_id": view_id, "action_id": "revoke_grant"}
    assert desk.control("click", click).json()["ok"]
    assert desk.payload()["container"] == {"type": "view", "view_id": view_id}
    assert desk.payload()["view"]["type"] == "home"
    assert desk.control("click", click | {"user_id": QUINN}).status == 400


REFUSED: list[dict[str, Any]] = [
    {"user_id": PETRA, "view": {**VIEW, "type": "modal"}},
    {"user_id": PETRA, "view": {**VIEW, "title": {"type": "plain_text", "text": "x"}}},
    {"user_id": PETRA, "view": {"type": "home", "blocks": [{"type": "divider"}] * 101}},
    {"user_id": PETRA},
    {"user_id": "U0NOBODY", "view": VIEW},
]


@pytest.mark.parametrize("arguments", REFUSED)
def test_a_home_that_slack_refuses_is_refused(desk: Desk, arguments: dict[str, Any]) -> None:
    assert not desk.api("views.publish", arguments)["ok"]
    assert not desk.control("messages").json()["homes"]
