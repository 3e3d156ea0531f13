"""The Web API as an app meets it: answers, refusals, faults and the log."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from local_slack.web import Request, Response
from tests.slack_workspace import BOT_TOKEN, CHANNEL, PETRA, QUINN, card, mrkdwn
from tests.unit.local_slack.conftest import HOST, Desk


def form(
    desk: Desk, method: str, fields: dict[str, str], content_type: str = "application/x-www-form-urlencoded"
) -> Any:
    headers = HOST | {"content-type": content_type}
    return desk.slack.handle(Request("POST", f"/api/{method}", {}, headers, urlencode(fields).encode())).json()


def test_a_posted_card_is_in_the_history_with_ids_and_author(desk: Desk) -> None:
    ts = desk.post_card()
    history = desk.api("conversations.history", {"channel": CHANNEL})
    assert [message["ts"] for message in history["messages"]] == [ts]
    message = history["messages"][0]
    assert message["blocks"][-1]["elements"][0]["value"] == "req-1"
    assert (message["app_id"], message["team"]) == ("A0SALLYPRT", "T0SALLYPRT")


def test_message_ids_are_unique_even_when_the_clock_stands(desk: Desk) -> None:
    posted = [desk.post_card() for _ in range(5)]
    assert len(set(posted)) == 5
    assert posted == sorted(posted)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0ELSEWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": CHANNEL}, "no_text"),
        ({"channel": CHANNEL, "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": CHANNEL, "text": "x", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"channel": CHANNEL, "text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"channel": CHANNEL, "text": "x", "blocks": [{"type": "nothing"}]}, "invalid_blocks"),
        ({"text": "x"}, "invalid_arguments"),
        ({"channel": CHANNEL, "text": "x", "attachments": [{"text": "y"}]}, "invalid_arguments"),
    ],
)
def test_a_message_that_slack_refuses_is_refused_and_not_stored(
    desk: Desk, arguments: dict[str, Any], error: str
) -> None:
    assert desk.api("chat.postMessage", arguments)["error"] == error
    assert desk.api("conversations.history", {"channel": CHANNEL})["messages"] == []


def test_invalid_blocks_say_where_they_are_wrong(desk: Desk) -> None:
    blocks = [{"type": "section", "text": mrkdwn("x" * 3001)}]
    answer = desk.api("chat.postMessage", {"channel": CHANNEL, "text": "x", "blocks": blocks})
    assert answer["errors"] == ["must be less than 3001 characters [json-pointer:/blocks/0/text/text]"]
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]


def test_blocks_that_are_too_long_together_are_refused(desk: Desk) -> None:
    blocks = [{"type": "section", "text": mrkdwn("x" * 2960)} for _ in range(5)]
    refused = desk.api("chat.postMessage", {"channel": CHANNEL, "text": "x", "blocks": blocks})
    accepted = desk.api("chat.postMessage", {"channel": CHANNEL, "text": "x", "blocks": blocks[:4]})
    assert (refused["error"], accepted["ok"]) == ("msg_blocks_too_long", True)


def test_the_token_is_required_and_must_be_the_right_one(desk: Desk) -> None:
    assert desk.api("auth.test", token=None)["error"] == "not_authed"
    assert desk.api("auth.test", token="xoxb-other")["error"] == "invalid_auth"
    assert desk.api("auth.test", token="xoxb-\u00fcmlaut")["error"] == "invalid_auth"
    assert desk.api("auth.test")["bot_id"] == "B0LOCALBOT"


def test_an_unknown_method_is_named(desk: Desk) -> None:
    assert desk.api("chat.shout") == {"ok": False, "error": "unknown_method", "req_method": "chat.shout"}


def test_a_form_with_embedded_json_and_token_works(desk: Desk) -> None:
    fields = {"token": BOT_TOKEN, "channel": CHANNEL, "text": "x", "blocks": json.dumps(card())}
    assert form(desk, "chat.postMessage", fields)["message"]["blocks"][0]["type"] == "header"


def test_warnings_tell_of_a_missing_or_superfluous_charset(desk: Desk) -> None:
    headers = HOST | {"content-type": "application/json", "authorization": f"Bearer {BOT_TOKEN}"}
    without = desk.slack.handle(Request("POST", "/api/auth.test", {}, headers, b"{}")).json()
    needless = form(desk, "auth.test", {"token": BOT_TOKEN}, "application/x-www-form-urlencoded; charset=utf-8")
    assert without["response_metadata"]["warnings"] == ["missing_charset"]
    assert needless["warning"] == "superfluous_charset"
    assert "warning" not in desk.api("auth.test")


@pytest.mark.parametrize(
    ("content_type", "body", "error"),
    [
        ("application/json; charset=utf-8", b"{", "invalid_json"),
        ("application/json; charset=utf-8", b"[1]", "json_not_object"),
        ("application/json; charset=utf-8", b"[" * 100_000, "invalid_json"),
        ("text/xml", b"<a/>", "invalid_post_type"),
        ("application/x-www-form-urlencoded", b"\xff\xfe", "invalid_form_data"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(desk: Desk, content_type: str, body: bytes, error: str) -> None:
    headers = HOST | {"content-type": content_type, "authorization": f"Bearer {BOT_TOKEN}"}
    assert desk.slack.handle(Request("POST", "/api/auth.test", {}, headers, body)).json()["error"] == error


def test_an_edit_replaces_the_card_and_keeps_the_old_version_on_record(desk: Desk) -> None:
    ts = desk.post_card("first")
    answer = desk.api("chat.update", {"channel": CHANNEL, "ts": ts, "text": "done", "blocks": card("second")})
    assert answer["message"]["edited"]["user"] == "B0LOCALBOT"
    shown = desk.api("conversations.history", {"channel": CHANNEL})["messages"][0]
    assert shown["blocks"][2]["text"]["text"] == "second"
    record = desk.control("messages").json()["messages"][0]
    assert [v["message"]["blocks"][2]["text"]["text"] for v in record["versions"]] == ["first", "second"]


def test_only_messages_that_exist_and_all_see_can_be_edited(desk: Desk) -> None:
    ephemeral = desk.api("chat.postEphemeral", {"channel": CHANNEL, "user": QUINN, "text": "psst"})["message_ts"]
    change = {"channel": CHANNEL, "text": "x"}
    assert desk.api("chat.update", change | {"ts": "1.000001"})["error"] == "message_not_found"
    assert desk.api("chat.update", change | {"ts": ephemeral})["error"] == "cant_update_message"
    assert desk.api("chat.update", change | {"ts": desk.post_card(), "text": "x" * 4001})["error"] == "msg_too_long"


def test_an_ephemeral_message_reaches_one_member_and_no_history(desk: Desk) -> None:
    assert desk.api("chat.postEphemeral", {"channel": CHANNEL, "user": QUINN, "text": "psst"})["ok"]
    assert desk.api("conversations.history", {"channel": CHANNEL})["messages"] == []
    for outsider in ("UNOBODY", "UAWAY00011", "UGONE00009"):
        refused = desk.api("chat.postEphemeral", {"channel": CHANNEL, "user": outsider, "text": "psst"})
        assert refused["error"] == "user_not_in_channel"
    seen = {user: page_state(desk, user)["messages"] for user in (QUINN, PETRA)}
    assert (len(seen[QUINN]), len(seen[PETRA])) == (1, 0)


def page_state(desk: Desk, user: str) -> Any:
    return desk.slack.handle(Request("GET", "/_page/state", {"user": user}, HOST)).json()


def test_an_archived_channel_takes_nothing_and_still_can_be_read(desk: Desk) -> None:
    ts = desk.post_card()
    assert desk.control("archive", {"archived": True}).json()["ok"]
    new = {"channel": CHANNEL, "text": "x"}
    assert desk.api("chat.postMessage", new)["error"] == "is_archived"
    assert desk.api("chat.postEphemeral", new | {"user": QUINN})["error"] == "is_archived"
    assert desk.api("chat.update", new | {"ts": ts})["error"] == "is_inactive"
    assert desk.api("conversations.info", {"channel": CHANNEL})["channel"]["is_archived"] is True
    assert len(desk.api("conversations.history", {"channel": CHANNEL})["messages"]) == 1
    desk.control("archive", {"archived": False})
    assert desk.api("chat.postMessage", new)["ok"]


def test_an_app_that_was_removed_from_the_channel_cannot_post_or_read(desk: Desk) -> None:
    desk.control("membership", {"bot_is_member": False})
    assert desk.api("chat.postMessage", {"channel": CHANNEL, "text": "x"})["error"] == "not_in_channel"
    assert desk.api("conversations.history", {"channel": CHANNEL})["error"] == "not_in_channel"


@pytest.mark.parametrize(
    ("user", "flag"),
    [
        ("UGUEST0007", "is_restricted"),
        ("USTRANGE08", "is_stranger"),
        ("UGONE00009", "deleted"),
        ("UROBOT0010", "is_bot"),
    ],
)
def test_users_info_tells_what_kind_of_account_it_is(desk: Desk, user: str, flag: str) -> None:
    assert desk.api("users.info", {"user": user})["user"][flag] is True
    assert not desk.api("users.info", {"user": QUINN})["user"].get(flag, False)


def test_who_is_who(desk: Desk) -> None:
    assert desk.api("users.info", {"user": "UNOBODY"})["error"] == "user_not_found"
    assert desk.api("users.info", {"user": "USTRANGE08"})["user"]["team_id"] == "T0THEIRORG"
    assert desk.api("usergroups.users.list", {"usergroup": "SAPPROVERS"})["users"] == [PETRA, QUINN]
    assert desk.api("usergroups.users.list", {"usergroup": "SNONE"})["error"] == "no_such_subteam"
    members = desk.api("conversations.members", {"channel": CHANNEL})["members"]
    assert QUINN in members
    assert not {"UAWAY00011", "UGONE00009"} & set(members)


def test_history_comes_in_pages_newest_first(desk: Desk) -> None:
    posted = [desk.post_card() for _ in range(5)]
    first = desk.api("conversations.history", {"channel": CHANNEL, "limit": 3})
    cursor = first["response_metadata"]["next_cursor"]
    second = desk.api("conversations.history", {"channel": CHANNEL, "limit": 3, "cursor": cursor})
    assert [m["ts"] for m in first["messages"] + second["messages"]] == posted[::-1]
    assert (first["has_more"], second["has_more"]) == (True, False)
    assert desk.api("conversations.history", {"channel": CHANNEL, "cursor": "nonsense"})["error"] == "invalid_cursor"


def test_history_can_be_cut_by_time_to_find_one_message(desk: Desk) -> None:
    posted = [desk.post_card() for _ in range(3)]
    one = {"channel": CHANNEL, "oldest": posted[1], "latest": posted[1]}
    assert desk.api("conversations.history", one)["messages"] == []
    assert [m["ts"] for m in desk.api("conversations.history", one | {"inclusive": True})["messages"]] == [posted[1]]


def test_a_thread_is_read_with_its_first_message(desk: Desk) -> None:
    ts = desk.post_card()
    desk.api("chat.postMessage", {"channel": CHANNEL, "text": "reply", "thread_ts": ts})
    replies = desk.api("conversations.replies", {"channel": CHANNEL, "ts": ts})["messages"]
    assert [message["text"] for message in replies] == ["card", "reply"]
    assert len(desk.api("conversations.history", {"channel": CHANNEL})["messages"]) == 1


def test_a_reaction_counts_once(desk: Desk) -> None:
    reaction = {"channel": CHANNEL, "timestamp": desk.post_card(), "name": "eyes"}
    assert desk.api("reactions.add", reaction)["ok"]
    assert desk.api("reactions.add", reaction)["error"] == "already_reacted"
    assert desk.api("conversations.history", {"channel": CHANNEL})["messages"][0]["reactions"][0]["count"] == 1


def test_a_permalink_leads_to_the_page(desk: Desk) -> None:
    ts = desk.post_card()
    link = desk.api("chat.getPermalink", {"channel": CHANNEL, "message_ts": ts})["permalink"]
    assert link.endswith(f"/archives/{CHANNEL}/p{ts.replace('.', '')}")


def test_provoked_faults_hit_the_next_calls_only(desk: Desk) -> None:
    desk.control("fail", {"method": "chat.postMessage", "times": 2, "status": 503})
    statuses = [desk.api_response("chat.postMessage", {"channel": CHANNEL, "text": "x"}).status for _ in range(3)]
    assert statuses == [503, 503, 200]


def test_a_provoked_rate_limit_says_when_to_come_back(desk: Desk) -> None:
    desk.control("fail", {"method": "chat.update", "error": "ratelimited", "retry_after": 7})
    refused: Response = desk.api_response("chat.update", {"channel": CHANNEL})
    assert (refused.status, refused.headers["Retry-After"], refused.json()["error"]) == (429, "7", "ratelimited")


def test_a_lost_answer_still_leaves_the_message(desk: Desk) -> None:
    desk.control("fail", {"method": "chat.postMessage", "status": 500, "when": "after", "hang_seconds": 4})
    assert desk.api_response("chat.postMessage", {"channel": CHANNEL, "text": "x"}).status == 500
    assert desk.slept == [4.0]
    assert len(desk.api("conversations.history", {"channel": CHANNEL})["messages"]) == 1


@pytest.mark.parametrize(
    "fault", [{}, {"method": "x", "times": 0}, {"method": "x", "status": 99}, {"method": "x", "when": "never"}]
)
def test_a_fault_that_makes_no_sense_is_refused(desk: Desk, fault: dict[str, Any]) -> None:
    assert desk.control("fail", fault).status == 400


def test_posting_is_only_limited_when_asked_for() -> None:
    free, limited = Desk(), Desk(post_message_per_second=1.0)
    post = {"channel": CHANNEL, "text": "x"}
    assert [free.api_response("chat.postMessage", post).status for _ in range(3)] == [200, 200, 200]
    assert [limited.api_response("chat.postMessage", post).status for _ in range(2)] == [200, 429]
    limited.now += 1.1
    assert limited.api_response("chat.postMessage", post).status == 200
    for desk in (free, limited):
        desk.slack.store.close()


def test_the_log_has_every_call_and_never_the_token(desk: Desk) -> None:
    form(desk, "auth.test", {"token": BOT_TOKEN})
    desk.api("chat.postMessage", {"channel": CHANNEL, "text": f"my token is {BOT_TOKEN}"})
    desk.api("chat.shout", {"a": "b"})
    log = desk.control("api-log")
    assert BOT_TOKEN.encode() not in log.body
    calls = log.json()["calls"]
    assert [call["method"] for call in calls] == ["auth.test", "chat.postMessage", "chat.shout"]
    assert calls[2]["arguments"] == {"a": "b"}
    assert "unknown_method" in calls[2]["response"]


def test_the_log_does_not_repeat_the_channel_for_everyone_who_polls_it(desk: Desk) -> None:
    for _ in range(20):
        desk.post_card("x" * 2000)
    desk.api("conversations.history", {"channel": CHANNEL})
    last = desk.control("api-log").json()["calls"][-1]
    assert last["method"] == "conversations.history"
    assert "bytes of messages" in last["response"]
