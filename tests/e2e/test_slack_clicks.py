"""Clicks as Slack would send them, and as somebody else would."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.driver import OUTSIDERS, Live

AGENT, OWNER, APPROVER, OTHER_APPROVER = "export-bot", "olive.owner", "petra.approver", "quinn.approver"


def _untouched(live: Live, request_id: str) -> bool:
    view = live.view(AGENT, request_id)
    return (view["status"], view["decisions"]) == ("pending", [])


def _refusals(live: Live, request_id: str) -> list[tuple[str, str]]:
    """Who was refused, and why."""
    events = live.chain(request_id)
    return [(e["actor"]["id"], e["details"]["code"]) for e in events if e["type"] == "decision.refused"]


def test_a_click_approves_in_time(live: Live) -> None:
    request_id, digest = live.waiting(AGENT)
    reply = live.deliver(live.payload(live.card(request_id), live.slack_id(APPROVER)))
    assert (reply.status, reply.body) == (200, b"")
    assert reply.seconds < 3
    view = live.until(AGENT, request_id, "status", "approved")
    assert [(d["by"], d["decision"], d["channel"]) for d in view["decisions"]] == [(APPROVER, "approve", "slack")]
    (decided,) = [event for event in live.chain(request_id) if event["type"] == "decision.recorded"]
    assert decided["presented_digest"] == digest
    live.redeem(AGENT, request_id)


def test_a_click_denies(live: Live) -> None:
    request_id = live.waiting(AGENT)[0]
    assert live.deliver(live.payload(live.card(request_id), live.slack_id(APPROVER), "Deny")).status == 200
    assert live.view(AGENT, request_id)["status"] == "denied"


@pytest.mark.parametrize(
    "delivery",
    [
        {"secret": "another secret"},
        {"secret": ""},
        {"at": int(time.time()) - 3600},
        {"at": int(time.time()) + 3600},
        {"headers": {"X-Slack-Signature": ""}},
        {"headers": {"X-Slack-Request-Timestamp": ""}},
        {"headers": {"X-Slack-Request-Timestamp": "1e9"}},
        {"headers": {"X-Slack-Request-Timestamp": "-1"}},
        {"headers": {"X-Slack-Signature": "v0=" + "0" * 64}},
        {"headers": {"X-Slack-Signature": "v1=é"}},
    ],
    ids=str,
)
def test_what_slack_did_not_sign_is_refused(live: Live, delivery: dict[str, Any]) -> None:
    request_id = live.waiting(AGENT)[0]
    reply = live.deliver(live.payload(live.card(request_id), live.slack_id(APPROVER)), **delivery)
    assert reply.said == (401, "bad_signature")
    assert _untouched(live, request_id)


def test_a_click_that_is_sent_again_is_refused(live: Live) -> None:
    request_id = live.waiting(AGENT)[0]
    payload, now = live.payload(live.card(request_id), live.slack_id(OWNER)), int(time.time())
    assert live.deliver(payload, at=now).status == 200
    assert live.deliver(payload, at=now).said == (401, "bad_signature")
    assert _refusals(live, request_id) == [(OWNER, "self_approval")]


def test_a_body_changed_after_signing_is_refused(live: Live) -> None:
    request_id = live.waiting(AGENT)[0]
    payload = live.payload(live.card(request_id), live.slack_id(OWNER))
    signed: dict[str, str] = {}

    def keep(method: str, path: str, data: bytes, headers: dict[str, str]) -> Any:
        signed.update(headers)
        changed = data.replace(live.slack_id(OWNER).encode(), live.slack_id(APPROVER).encode())
        return Live.send(live, method, path, changed, headers)

    catching = Live(live.stack)
    catching.send = keep  # type: ignore[method-assign]
    assert catching.deliver(payload).said == (401, "bad_signature")
    assert signed["X-Slack-Signature"].startswith("v0=")
    assert _untouched(live, request_id)


@pytest.mark.parametrize("who", OUTSIDERS)
def test_who_only_sees_the_card_decides_nothing(live: Live, who: str) -> None:
    request_id = live.waiting(AGENT)[0]
    payload = live.payload(live.card(request_id), OUTSIDERS[who])
    assert live.deliver(payload).status == 200
    assert _untouched(live, request_id)
    assert _refusals(live, request_id) == [("unknown", "not_an_approver")]


@pytest.mark.parametrize(
    "changes",
    [
        {"team": {"id": "T0ELSEWHRE", "domain": "elsewhere"}},
        {"api_app_id": "A0ELSEWHRE"},
        {"container": {"type": "message", "message_ts": "1.1", "channel_id": "C0ELSEWHRE"}},
    ],
    ids=["team", "app", "channel"],
)
def test_a_click_from_elsewhere_decides_nothing(live: Live, changes: dict[str, Any]) -> None:
    request_id = live.waiting(AGENT)[0]
    assert live.deliver(live.payload(live.card(request_id), live.slack_id(APPROVER), **changes)).status == 200
    assert _untouched(live, request_id)
    assert _refusals(live, request_id) == [("unknown", "not_an_approver")]


def test_a_user_of_another_team_decides_nothing(live: Live) -> None:
    request_id = live.waiting(AGENT)[0]
    payload = live.payload(live.card(request_id), live.slack_id(APPROVER))
    payload["user"]["team_id"] = "T0ELSEWHRE"
    assert live.deliver(payload).status == 200
    assert _untouched(live, request_id)


def test_the_card_of_one_request_does_not_decide_another(live: Live) -> None:
    first, second = (live.waiting(AGENT)[0] for _ in range(2))
    payload = live.payload(live.card(first), live.slack_id(APPROVER))
    payload["actions"][0]["value"] = second
    assert live.deliver(payload).status == 200
    assert _untouched(live, first)
    assert _untouched(live, second)
    assert _refusals(live, second) == [(APPROVER, "stale_digest")]


def test_what_is_no_button_of_ours_is_taken_notice_of(live: Live) -> None:
    request_id = live.waiting(AGENT)[0]
    payload = live.payload(live.card(request_id), live.slack_id(APPROVER))
    payload["actions"][0]["action_id"] = "link"
    assert live.deliver(payload).said == (200, None)
    assert live.deliver({"type": "view_submission"}).said == (200, None)
    assert live.deliver({"type": "block_actions", "actions": [{"action_id": "approve"}]}).said == (
        400,
        "malformed_request",
    )
    assert _untouched(live, request_id)


def test_two_clicks_at_once_leave_one_decision_that_counts(live: Live) -> None:
    request_id = live.waiting(AGENT)[0]
    card = live.card(request_id)
    clicks = [live.payload(card, live.slack_id(APPROVER)), live.payload(card, live.slack_id(OTHER_APPROVER), "Deny")]
    with ThreadPoolExecutor(2) as pool:
        assert [reply.status for reply in pool.map(live.deliver, clicks)] == [200, 200]
    view = live.view(AGENT, request_id)
    assert len(view["decisions"]) == 1
    assert view["status"] == {"approve": "approved", "deny": "denied"}[view["decisions"][0]["decision"]]
    types = [event["type"] for event in live.chain(request_id)]
    assert types.count("decision.recorded") == 1
    assert [code for _, code in _refusals(live, request_id)] == ["already_settled"]
    live.redeem(AGENT, request_id)


def test_no_task_token_leaves_the_server(live: Live) -> None:
    request_id = live.waiting(AGENT)[0]
    key = {"pk": {"S": f"REQ#{request_id}"}}
    item = live.client("dynamodb").get_item(TableName=live.stack["tables"]["requests"], Key=key)["Item"]
    token = item["task_token"]["S"]
    assert len(token) > 16
    shown = json.dumps([live.card(request_id), live.view(AGENT, request_id), live.chain(request_id)])
    assert token not in shown
