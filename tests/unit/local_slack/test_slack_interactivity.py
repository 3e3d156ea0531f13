"""Clicks and modals: what is signed and sent, and what the answers do."""

import json
from typing import Any

import pytest
from slack_sdk.signature import Clock, SignatureVerifier

from local_slack.delivery import AddressError, Delivery, check_address
from local_slack.web import Request, Response
from tests.slack_workspace import CHANNEL, PETRA, QUINN, SIGNING_SECRET, card, modal, plain
from tests.unit.local_slack.conftest import HOST, Desk


def click(desk: Desk, ts: str, action: str = "approve", user: str = QUINN, **more: Any) -> Any:
    return desk.control("click", {"user_id": user, "message_ts": ts, "action_id": action, **more}).json()


def opened(desk: Desk, **view: Any) -> str:
    """Open a modal for Quinn by a click; answers its id."""
    click(desk, desk.post_card(), "deny")
    answer = desk.api("views.open", {"trigger_id": desk.payload()["trigger_id"], "view": modal(**view)})
    view_id: str = answer["view"]["id"]
    return view_id


def submit(desk: Desk, view_id: str, values: dict[str, Any]) -> Any:
    return desk.control("submit", {"user_id": QUINN, "view_id": view_id, "values": values}).json()


def shown_modal(desk: Desk, user: str = QUINN) -> Any:
    return desk.slack.handle(Request("GET", "/_page/state", {"user": user}, HOST)).json()["modal"]


def test_a_click_is_signed_as_slack_signs(desk: Desk) -> None:
    assert click(desk, desk.post_card())["ok"]
    url, body, headers = desk.sent[0]
    assert url == "http://127.0.0.1:9/slack/interactions"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"

    class Still(Clock):
        def now(self) -> float:
            return desk.now

    verifier = SignatureVerifier(SIGNING_SECRET, Still())
    assert verifier.is_valid_request(body, headers)
    assert not verifier.is_valid_request(body + b"&x=1", headers)
    assert not SignatureVerifier("another secret", Still()).is_valid_request(body, headers)


def test_a_click_tells_who_what_and_where(desk: Desk) -> None:
    ts = desk.post_card()
    click(desk, ts)
    payload = desk.payload()
    assert payload["type"] == "block_actions"
    assert payload["user"] == {
        "id": QUINN,
        "username": "quinn.approver",
        "name": "quinn.approver",
        "team_id": "T0SALLYPRT",
    }
    assert payload["team"]["id"] == "T0SALLYPRT"
    assert payload["api_app_id"] == "A0SALLYPRT"
    assert payload["enterprise"] is None
    assert payload["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": CHANNEL,
        "is_ephemeral": False,
    }
    assert payload["channel"] == {"id": CHANNEL, "name": "agent-approvals"}
    assert payload["message"]["blocks"][-1]["block_id"] == "decide:abc123"
    assert payload["response_url"]
    action = payload["actions"][0]
    assert (action["action_id"], action["block_id"], action["value"]) == ("approve", "decide:abc123", "req-1")
    assert (action["type"], action["style"], action["text"]["text"]) == ("button", "primary", "Approve")


def test_a_stranger_clicks_with_the_team_they_belong_to(desk: Desk) -> None:
    click(desk, desk.post_card(), user="USTRANGE08")
    assert desk.payload()["user"]["team_id"] == "T0THEIRORG"
    assert desk.payload()["team"]["id"] == "T0SALLYPRT"


def test_a_click_on_an_old_state_of_an_edited_card_can_be_made(desk: Desk) -> None:
    ts = desk.post_card("first")
    closed = [{"type": "section", "text": plain("closed")}]
    desk.api("chat.update", {"channel": CHANNEL, "ts": ts, "text": "x", "blocks": closed})
    assert click(desk, ts)["error"] == "action_not_found"
    assert click(desk, ts, version=0)["ok"]
    assert desk.payload()["message"]["blocks"][2]["text"]["text"] == "first"
    assert click(desk, ts, version=5)["error"] == "version_not_found"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"user_id": "UNOBODY"}, "user_not_found"),
        ({"message_ts": "1.000000"}, "message_not_found"),
        ({"action_id": "explode"}, "action_not_found"),
        ({"block_id": "reason"}, "action_not_found"),
    ],
)
def test_what_nobody_could_click_is_not_sent(desk: Desk, change: dict[str, str], error: str) -> None:
    asked = {"user_id": QUINN, "message_ts": desk.post_card(), "action_id": "approve"} | change
    refused = desk.control("click", asked)
    assert (refused.status, refused.json()["error"]) == (400, error)
    assert desk.sent == []


def test_an_ephemeral_message_is_clicked_by_its_reader_alone_and_sent_without_a_copy(desk: Desk) -> None:
    new = {"channel": CHANNEL, "user": QUINN, "text": "x", "blocks": card()}
    ts = desk.api("chat.postEphemeral", new)["message_ts"]
    assert click(desk, ts, user=PETRA)["error"] == "message_not_found"
    assert click(desk, ts)["ok"]
    assert desk.payload()["container"]["is_ephemeral"] is True
    assert "message" not in desk.payload()


@pytest.mark.parametrize(
    ("delivery", "error"),
    [
        (Delivery(0, "", 3000, "timeout"), "timeout"),
        (Delivery(0, "", 1, "unreachable"), "unreachable"),
        (Delivery(500, "oops", 20), "http_status"),
        (Delivery(302, "", 20), "http_status"),
        (Delivery(401, "", 20), "http_status"),
    ],
)
def test_a_failed_click_is_kept_and_shown_to_the_person_alone(desk: Desk, delivery: Delivery, error: str) -> None:
    ts = desk.post_card()
    desk.answer = delivery
    outcome = click(desk, ts)
    assert (outcome["ok"], outcome["error"], outcome["status"]) == (False, error, delivery.status)
    kept = desk.control("interactions").json()["interactions"]
    assert [(each["error"], each["body"]) for each in kept] == [(error, delivery.body)]
    for user, shown in ((QUINN, [error]), (PETRA, [])):
        state = desk.slack.handle(Request("GET", "/_page/state", {"user": user}, HOST)).json()
        assert [each["error"] for each in state["outcomes"]] == shown


def test_a_click_before_the_app_has_an_address_fails_visibly() -> None:
    desk = Desk()
    assert click(desk, desk.post_card())["error"] == "no_url"
    desk.slack.store.close()


def test_a_modal_opens_for_the_one_who_clicked(desk: Desk) -> None:
    view_id = opened(desk)
    assert shown_modal(desk)["view"]["id"] == view_id
    assert shown_modal(desk, PETRA) is None


def test_a_trigger_opens_one_modal_within_three_seconds(desk: Desk) -> None:
    click(desk, desk.post_card())
    trigger = {"trigger_id": desk.payload()["trigger_id"], "view": modal()}
    desk.now += 3.5
    assert desk.api("views.open", trigger)["error"] == "expired_trigger_id"
    desk.now -= 1.0
    assert desk.api("views.open", trigger)["ok"]
    assert desk.api("views.open", trigger)["error"] == "exchanged_trigger_id"
    assert desk.api("views.open", {"trigger_id": "1.2.3", "view": modal()})["error"] == "invalid_trigger_id"


def test_a_modal_that_slack_refuses_does_not_use_up_the_trigger(desk: Desk) -> None:
    click(desk, desk.post_card())
    trigger_id = desk.payload()["trigger_id"]
    refused = desk.api("views.open", {"trigger_id": trigger_id, "view": modal(title=plain("x" * 25))})
    assert refused["error"] == "invalid_arguments"
    assert "[json-pointer:/view/title/text]" in refused["response_metadata"]["messages"][0]
    assert desk.api("views.open", {"trigger_id": trigger_id, "view": modal()})["ok"]


def test_a_submitted_modal_carries_its_state_and_closes(desk: Desk) -> None:
    view_id = opened(desk)
    assert submit(desk, view_id, {"why": {"text": "too broad"}, "kind": {"pick": "broad"}})["ok"]
    payload = desk.payload()
    assert payload["type"] == "view_submission"
    assert (payload["view"]["callback_id"], payload["view"]["private_metadata"]) == ("deny", "req-1")
    values = payload["view"]["state"]["values"]
    assert values["why"]["text"] == {"type": "plain_text_input", "value": "too broad"}
    assert values["kind"]["pick"]["selected_option"]["value"] == "broad"
    assert shown_modal(desk) is None
    assert submit(desk, view_id, {"why": {"text": "again"}})["error"] == "view_not_found"


@pytest.mark.parametrize(
    ("values", "block"),
    [
        ({}, "why"),
        ({"why": {"text": ""}}, "why"),
        ({"why": {"text": "x" * 201}}, "why"),
        ({"why": {"text": "x"}, "kind": {"pick": "never-offered"}}, "kind"),
        ({"why": {"text": "x"}, "who": {"text": "x"}}, "who"),
    ],
)
def test_what_the_client_itself_refuses_is_not_sent(desk: Desk, values: dict[str, Any], block: str) -> None:
    view_id = opened(desk)
    before = len(desk.sent)
    outcome = submit(desk, view_id, values)
    assert (outcome["error"], list(outcome["errors"])) == ("invalid_input", [block])
    assert len(desk.sent) == before
    assert shown_modal(desk)["view"]["id"] == view_id


def test_the_app_can_refuse_fields(desk: Desk) -> None:
    view_id = opened(desk)
    desk.answer = Delivery(200, json.dumps({"response_action": "errors", "errors": {"why": "Say more."}}), 5)
    assert submit(desk, view_id, {"why": {"text": "x"}})["ok"]
    assert shown_modal(desk)["errors"] == {"why": "Say more."}


def test_the_app_can_show_another_page_of_the_modal(desk: Desk) -> None:
    view_id = opened(desk)
    desk.answer = Delivery(200, json.dumps({"response_action": "update", "view": modal(title=plain("Thanks"))}), 5)
    assert submit(desk, view_id, {"why": {"text": "x"}})["ok"]
    assert shown_modal(desk)["view"]["title"]["text"] == "Thanks"


def test_the_app_can_close_every_modal(desk: Desk) -> None:
    first, second = opened(desk), opened(desk)
    desk.answer = Delivery(200, '{"response_action": "clear"}', 5)
    assert shown_modal(desk)["view"]["id"] == second
    submit(desk, second, {"why": {"text": "x"}})
    assert shown_modal(desk) is None
    assert submit(desk, first, {"why": {"text": "x"}})["error"] == "view_not_found"


@pytest.mark.parametrize(
    "body",
    [
        "ok",
        "[]",
        '{"response_action": "dance"}',
        '{"response_action": "errors", "errors": {}}',
        '{"response_action": "errors", "errors": {"nowhere": "x"}}',
        '{"response_action": "update", "view": {"type": "modal"}}',
    ],
)
def test_an_answer_that_slack_cannot_follow_leaves_the_modal_open_with_trouble(desk: Desk, body: str) -> None:
    view_id = opened(desk)
    desk.answer = Delivery(200, body, 5)
    assert submit(desk, view_id, {"why": {"text": "x"}})["error"] == "bad_answer"
    assert shown_modal(desk)["view"]["id"] == view_id


def test_a_view_is_updated_only_over_the_state_it_was_based_on(desk: Desk) -> None:
    view_id = opened(desk)
    old = shown_modal(desk)["view"]["hash"]
    change = {"view_id": view_id, "view": modal(title=plain("Second"))}
    assert desk.api("views.update", change | {"hash": old})["view"]["title"]["text"] == "Second"
    assert desk.api("views.update", change | {"hash": old})["error"] == "hash_conflict"
    assert desk.api("views.update", change | {"view_id": "VNONE"})["error"] == "not_found"


def test_closing_tells_the_app_only_when_the_view_asked_for_it(desk: Desk) -> None:
    quiet = opened(desk)
    before = len(desk.sent)
    assert desk.control("close", {"user_id": QUINN, "view_id": quiet}).json()["ok"]
    assert len(desk.sent) == before
    told = opened(desk, notify_on_close=True)
    desk.control("close", {"user_id": QUINN, "view_id": told})
    assert (desk.payload()["type"], desk.payload()["view"]["id"]) == ("view_closed", told)
    assert shown_modal(desk) is None


def answer_url(desk: Desk, url: str, document: dict[str, Any]) -> Response:
    path = url.removeprefix("http://127.0.0.1")
    return desk.slack.handle(Request("POST", path, {}, HOST, json.dumps(document).encode()))


def test_a_response_url_works_five_times_within_half_an_hour(desk: Desk) -> None:
    click(desk, desk.post_card())
    url = desk.payload()["response_url"]
    statuses = [answer_url(desk, url, {"text": f"note {at}"}).status for at in range(6)]
    assert statuses == [200] * 5 + [404]
    click(desk, desk.post_card())
    later = desk.payload()["response_url"]
    desk.now += 30 * 60 + 1
    assert answer_url(desk, later, {"text": "late"}).json()["error"] == "expired_url"
    assert answer_url(desk, later + "x", {"text": "guessed"}).json()["error"] == "invalid_url"


def test_a_response_url_replaces_deletes_or_answers_the_clicker(desk: Desk) -> None:
    ts = desk.post_card()
    click(desk, ts)
    url = desk.payload()["response_url"]
    answer_url(desk, url, {"text": "for you"})
    answer_url(desk, url, {"text": "for all", "response_type": "in_channel"})
    answer_url(desk, url, {"text": "changed", "replace_original": True})
    history = desk.api("conversations.history", {"channel": CHANNEL})["messages"]
    assert [message["text"] for message in history] == ["for all", "changed"]
    answer_url(desk, url, {"delete_original": True})
    assert [message["text"] for message in desk.api("conversations.history", {"channel": CHANNEL})["messages"]] == [
        "for all"
    ]


@pytest.mark.parametrize(
    "url",
    ["http://example.com/x", "https://127.0.0.1/x", "http://10.0.0.1/", "http://127.0.0.1.example.com/", "file:///etc"],
)
def test_only_this_machine_may_be_called(desk: Desk, url: str) -> None:
    with pytest.raises(AddressError):
        check_address(url)
    assert desk.control("interactivity-url", {"url": url}).status == 400
    assert check_address("http://abc.execute-api.localhost:4566/local/slack")
