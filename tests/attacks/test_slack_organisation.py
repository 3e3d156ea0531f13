"""Threat 9 where an organisation has installed the app: payloads name no workspace, so its own members are everybody
who can click, and nobody else is."""

import importlib.util
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sallyport.domain.cards import block_id
from tests.attacks.test_slack_fuzz import posted
from tests.support.slack import (
    APP,
    CHANNEL,
    SIGNING_SECRET,
    TEAM,
    click_payload,
    command_form,
    event_body,
    form,
    signature,
)
from tests.support.story import Story

ORGANISATION, PETRA = "E0SALLYPRT", "UPETRA0003"
SETTINGS = {"SLACK_TEAM_ID": ORGANISATION, "SLACK_APP_ID": APP, "SLACK_CHANNEL_ID": CHANNEL}
HANDLER = Path(__file__).parents[2] / "functions" / "slack_interaction" / "app.py"
OURS: dict[str, Any] = {
    "team": None,
    "enterprise": {"id": ORGANISATION, "name": "Sallyport"},
    "is_enterprise_install": True,
}
HOME_OPENED = {"type": "app_home_opened", "user": PETRA, "channel": "D0123", "tab": "home"}

type Send = Callable[[bytes], Any]


@pytest.fixture
def story() -> Story:
    return Story(now=datetime.now(UTC)).pending()


@pytest.fixture
def send(story: Story, monkeypatch: pytest.MonkeyPatch) -> Send:
    """Post a signed body to the gate of an organisation: status and parsed answer."""
    spec = importlib.util.spec_from_file_location("organisations_slack_interaction", HANDLER)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "wiring", lambda: story.ports)
    monkeypatch.setattr(module, "setting", SETTINGS.__getitem__)
    monkeypatch.setattr(module, "_signing_secret", lambda: SIGNING_SECRET)

    def call(body: bytes) -> Any:
        stamp = str(int(datetime.now(UTC).timestamp()))
        answer = module.handler(posted(body, stamp, signature(body, stamp)), None)
        return answer["statusCode"], json.loads(answer["body"]) if answer.get("body") else None

    return call


def click(story: Story, **changes: Any) -> bytes:
    request = story.request
    assert request.card is not None
    payload = click_payload(
        user=PETRA,
        action_id="approve",
        block_id=block_id(request.action_digest, request.presented_digest or ""),
        request_id=request.request_id,
        message=request.card.message,
    )
    return form({**payload, **changes})


@pytest.mark.parametrize("team", [None, {"id": "T0ONEOFTHEM", "domain": "one"}])
def test_09_a_member_of_the_organisation_decides_in_whichever_workspace(story: Story, send: Send, team: object) -> None:
    assert send(click(story, **OURS | {"team": team}, user={"id": PETRA, "team_id": "T0ONEOFTHEM"})) == (200, None)
    assert story.request.status == "approved"
    assert story.request.approvers == ("petra.approver",)


STRANGE: dict[str, dict[str, Any]] = {
    "another organisation": OURS | {"enterprise": {"id": "E0EVIL"}},
    "a workspace that installed the app by itself": {},
    "a workspace of the organisation, by itself": {"enterprise": OURS["enterprise"], "team": {"id": "T0ONEOFTHEM"}},
    "a workspace that calls itself the organisation in vain": {"enterprise": OURS["enterprise"]},
    "another app": OURS | {"api_app_id": "A0EVIL"},
    "another channel": OURS | {"container": {"type": "message", "channel_id": "C0EVIL", "message_ts": "1.1"}},
}


@pytest.mark.parametrize("what", STRANGE)
def test_09_a_click_from_elsewhere_is_nobodys(story: Story, send: Send, what: str) -> None:
    assert send(click(story, **STRANGE[what])) == (200, None)
    assert (story.request.status, story.request.decisions) == ("pending", ())
    assert story.last["type"] == "decision.refused"
    assert story.last["actor"] == {"kind": "person", "id": "unknown", "channel": "slack"}


def test_09_whoever_users_info_calls_no_member_of_the_organisation_is_nobody(story: Story, send: Send) -> None:
    story.ports.chat.inactive.add(PETRA)
    assert send(click(story, **OURS)) == (200, None)
    assert story.request.status == "pending"
    assert story.last["actor"]["id"] == "unknown"


@pytest.mark.parametrize(
    "body",
    [
        {"team": None},
        {"team": None, "enterprise": OURS["enterprise"]},
        {**OURS, "enterprise": None},
        {**OURS, "enterprise": {"id": [ORGANISATION]}},
        {**OURS, "is_enterprise_install": 1},
    ],
)
def test_09_a_click_that_says_half_of_it_is_malformed(story: Story, send: Send, body: dict[str, Any]) -> None:
    status, problem = send(click(story, **body))
    assert (status, problem["code"]) == (400, "malformed_request")
    assert story.request.status == "pending"


def test_09_commands_and_homes_are_the_organisations(story: Story, send: Send) -> None:
    theirs = {"enterprise_id": ORGANISATION, "is_enterprise_install": "true", "team_id": "T0ONEOFTHEM"}
    _, shown = send(command_form(PETRA, "pending", **theirs))
    assert story.request_id in json.dumps(shown)
    for strange in (theirs | {"enterprise_id": "E0EVIL"}, {"team_id": TEAM, "enterprise_id": ORGANISATION}):
        _, shown = send(command_form(PETRA, "pending", **strange))
        assert story.request_id not in json.dumps(shown)
    whose = {"enterprise_id": ORGANISATION, "team_id": None, "is_enterprise_install": True}
    assert send(event_body(HOME_OPENED, authorizations=[whose], team_id="T0ONEOFTHEM")) == (200, None)
    assert len(story.ports.chat.homes) == 1
    send(event_body(HOME_OPENED, authorizations=[whose | {"enterprise_id": "E0EVIL"}], team_id="T0ONEOFTHEM"))
    assert len(story.ports.chat.homes) == 1
