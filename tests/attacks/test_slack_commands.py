"""Threats 1, 8, 9, 15 and 23 about slash commands: strangers, guests, other workspaces, forged and repeated ones."""

import json
import time

import pytest

from tests.support.house import SLACK_USERS, House
from tests.support.slack import command_form

PETRA, OLIVE, ROSA = (SLACK_USERS[who] for who in ("petra.approver", "olive.owner", "rosa.security"))
STRANGE: dict[str, dict[str, str]] = {
    "a stranger": {"user": "U0STRANGER"},
    "another workspace": {"team_id": "T0EVIL"},
    "another organisation": {"enterprise_id": "E0EVIL", "is_enterprise_install": "true"},
    "another app": {"api_app_id": "A0EVIL"},
    "a stranger with an approver's name": {"user": "U0STRANGER", "user_name": "petra.approver"},
}
ACCOUNTS: dict[str, dict[str, object]] = {
    "a guest": {"is_restricted": True},
    "a leaver": {"deleted": True},
    "a bot": {"is_bot": True},
    "somebody of a shared channel": {"is_stranger": True},
    "a member of another workspace": {"team_id": "T0EVIL"},
}


def typed(house: House, text: str, *, user: str = PETRA, **changes: str) -> tuple[str, str]:
    """The outcome in the log, and what the person was shown."""
    status, answer = house.signed(command_form(user, text, **changes, trigger_id=f"{time.monotonic_ns()}.1"))
    assert status == 200
    return house.said()["outcome"], json.dumps(answer)


@pytest.mark.parametrize("what", STRANGE)
def test_09_strangers_commands_show_nothing_and_change_nothing(house: House, what: str) -> None:
    request_id = house.granted()
    for text in ("pending", f"show {request_id}"):
        _, shown = typed(house, text, **STRANGE[what])
        assert "s3.export" not in shown
        assert request_id not in shown
    assert typed(house, f"revoke {request_id}", **STRANGE[what])[0] == "not_found"
    assert typed(house, "halt all because", **STRANGE[what])[0] == "not_allowed_to_halt"
    assert house.request(request_id).status == "approved"
    refused = [e for e in house.events(request_id) if e["type"] == "decision.refused"]
    assert refused[-1]["actor"] == {"kind": "person", "id": "unknown", "channel": "slack"}
    assert any(item["pk"].startswith("REQ#refused-halt-person-unknown-") for item in house.items("audit"))
    assert house.call("submit_request", "arn:aws:iam::000000000000:user/x")[1]["code"] != "halted"


@pytest.mark.parametrize("what", ACCOUNTS)
def test_09_an_account_that_is_no_active_member_is_nobody(house: House, what: str) -> None:
    request_id = house.granted()
    house.slack.users[PETRA] = ACCOUNTS[what]
    try:
        assert typed(house, f"revoke {request_id}")[0] == "not_found"
        assert request_id not in typed(house, f"show {request_id}")[1]
    finally:
        del house.slack.users[PETRA]
    assert house.request(request_id).status == "approved"


def test_09_slack_is_away_so_nobody_is_known(house: House) -> None:
    request_id = house.granted()
    house.slack.failing = True
    try:
        assert typed(house, f"revoke {request_id}")[0] == "not_found"
    finally:
        house.slack.failing = False
    assert house.request(request_id).status == "approved"


def test_08_a_command_is_signed_and_sent_once(house: House) -> None:
    request_id = house.granted()
    body, now = command_form(PETRA, f"revoke {request_id}"), str(int(time.time()))
    assert house.signed(body, timestamp=now, secret="guessed")[0] == 401
    assert house.signed(body, timestamp=str(int(now) - 400))[0] == 401
    assert house.request(request_id).status == "approved"
    assert house.signed(body, timestamp=now)[0] == 200
    assert house.signed(body, timestamp=now)[0] == 401
    assert house.types(request_id).count("grant.revoked") == 1


def test_08_the_challenge_is_answered_to_slack_alone(house: House) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc123", "token": "x"}).encode()
    assert house.signed(body, secret="guessed") == (401, house.signed(body, secret="guessed")[1])
    assert house.signed(body) == (200, {"challenge": "abc123"})


def test_01_no_command_approves(house: House) -> None:
    request_id = house.asked()
    for text in (f"approve {request_id}", f"show {request_id} approve", f"pending {request_id}"):
        typed(house, text, user=OLIVE)
    assert house.request(request_id).status == "pending"


def test_23_a_live_session_is_not_called_revoked(house: House) -> None:
    """Ending a session takes IAM, which what answers Slack does not have: nothing may look as if it were done."""
    request_id = house.granted()
    assert house.redeem(request_id)[0] == 200
    outcome, shown = typed(house, f"revoke {request_id}")
    assert outcome == "session_lives"
    assert f"sallyport revoke {request_id}" in shown
    assert house.request(request_id).status == "redeemed"


def test_15_what_was_masked_stays_masked_in_a_command(house: House) -> None:
    request_id = house.asked(reason="For Delphine Nettlesham, SSN 912-34-5678")
    _, shown = typed(house, f"show {request_id}")
    assert request_id in shown
    assert "Nettlesham" not in shown
    assert "912-34-5678" not in shown
