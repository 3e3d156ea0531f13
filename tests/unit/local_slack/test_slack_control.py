"""Who may use the control routes, and what the page and the store keep."""

from pathlib import Path
from typing import Any

import pytest

from local_slack.app import LocalSlack
from local_slack.config import ConfigError, parse_workspace
from local_slack.store import Store
from local_slack.web import Request
from tests.slack_workspace import CHANNEL, DOCUMENT, QUINN, modal
from tests.unit.local_slack.conftest import HOST, Desk


@pytest.mark.parametrize("route", ["/", "/healthz", "/api/auth.test", "/_control/messages", "/_page/state"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[", "slack.com:4000"])
def test_a_foreign_host_name_is_turned_away_everywhere(desk: Desk, route: str, host: str) -> None:
    assert desk.slack.handle(Request("GET", route, {}, {"host": host})).status == 421


@pytest.mark.parametrize("host", ["127.0.0.1:4000", "localhost:4000", "[::1]:4000"])
def test_the_own_names_are_answered(desk: Desk, host: str) -> None:
    assert desk.slack.handle(Request("GET", "/healthz", {}, {"host": host})).json() == {"ok": True}


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
def test_a_page_from_elsewhere_cannot_click_or_read(desk: Desk, headers: dict[str, str]) -> None:
    ts = desk.post_card()
    click = {"user_id": QUINN, "message_ts": ts, "action_id": "approve"}
    assert desk.control("click", click, **headers).status == 403
    assert desk.control("messages", **headers).status == 403
    assert desk.sent == []
    assert desk.control("click", click, origin="http://127.0.0.1:4000", sec_fetch_site="same-origin").json()["ok"]


def test_a_plain_form_cannot_control(desk: Desk) -> None:
    assert desk.control("reset", {}, content_type="application/x-www-form-urlencoded").status == 415


@pytest.mark.parametrize("document", [[], "x", {"user_id": 7}, {"user_id": QUINN}, {"user_id": QUINN, "version": "x"}])
def test_a_malformed_click_is_refused(desk: Desk, document: Any) -> None:
    assert desk.control("click", document).status == 400


def test_unknown_routes_and_methods_are_refused(desk: Desk) -> None:
    assert desk.control("approve-everything", {}).status == 404
    assert desk.slack.handle(Request("DELETE", "/_control/messages", {}, HOST)).status == 405
    assert desk.slack.handle(Request("POST", "/", {}, HOST)).status == 405


def test_nothing_but_the_pages_own_files_is_served(desk: Desk) -> None:
    served = desk.slack.handle(Request("GET", "/assets/app.js", {}, HOST))
    assert (served.status, "default-src 'none'" in served.headers["Content-Security-Policy"]) == (200, True)
    for path in ("/assets/../page.py", "/assets/..%2fpage.py", "/assets/", "/assets/none.js", "/etc/passwd"):
        assert desk.slack.handle(Request("GET", path, {}, HOST)).status == 404


def test_reset_forgets_everything_but_the_apps_address(desk: Desk) -> None:
    desk.post_card()
    desk.control("fail", {"method": "*"})
    assert desk.control("reset", {}).json()["ok"]
    assert desk.control("messages").json()["messages"] == []
    assert desk.control("api-log").json()["calls"] == []
    assert desk.api("auth.test")["ok"]
    assert desk.control("interactivity-url").json()["url"].endswith("/slack/interactions")


def test_everything_ever_shown_can_be_searched(desk: Desk) -> None:
    ts = desk.post_card("canary-in-a-card")
    desk.api("chat.update", {"channel": CHANNEL, "ts": ts, "text": "clean"})
    desk.api("chat.postEphemeral", {"channel": CHANNEL, "user": QUINN, "text": "canary-in-a-whisper"})
    desk.control("click", {"user_id": QUINN, "message_ts": ts, "action_id": "approve", "version": 0})
    view = modal(private_metadata="canary-in-metadata")
    desk.api("views.open", {"trigger_id": desk.payload()["trigger_id"], "view": view})
    everything = desk.control("messages").body
    for canary in (b"canary-in-a-card", b"canary-in-a-whisper", b"canary-in-metadata"):
        assert canary in everything


def test_the_channel_survives_a_restart(tmp_path: Path) -> None:
    database = tmp_path / "workspace.sqlite"
    first = LocalSlack(parse_workspace(DOCUMENT), database)
    first.outbox.point_to("http://127.0.0.1:9/x")
    desk = Desk()
    desk.slack.store.close()
    desk.slack = first
    ts = desk.post_card()
    first.store.close()
    desk.slack = LocalSlack(parse_workspace(DOCUMENT), database)
    assert desk.api("conversations.history", {"channel": CHANNEL})["messages"][0]["ts"] == ts
    assert desk.post_card() > ts
    assert desk.control("interactivity-url").json()["url"] == "http://127.0.0.1:9/x"
    assert "chat.postMessage" in [call["method"] for call in desk.control("api-log").json()["calls"]]
    desk.slack.store.close()


def test_waiting_ends_at_once_when_there_is_news() -> None:
    store = Store(None)
    seen = store.revision
    store.put("x", "1", {})
    assert store.wait_for_change(seen, 30) == seen + 1
    store.put("log", "1", {}, quiet=True)
    assert store.wait_for_change(seen + 1, 0) == seen + 1
    store.close()
    assert store.wait_for_change(seen + 1, 30) == seen + 1


def test_a_page_that_waits_is_told_when_the_workspace_closes(desk: Desk) -> None:
    desk.slack.store.close()
    answer = desk.slack.handle(Request("GET", "/_page/state", {"after": "1", "wait": "20"}, HOST))
    assert answer.status == 503


@pytest.mark.parametrize(
    "change",
    [{"bot_token": ""}, {"users": []}, {"users": ["x"]}, {"users": [DOCUMENT["users"][0]] * 2}, {"team_id": 7}],
)
def test_a_workspace_file_that_cannot_be_used_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        parse_workspace(DOCUMENT | change)


def test_secrets_do_not_show_in_the_workspaces_repr() -> None:
    shown = repr(parse_workspace(DOCUMENT))
    assert DOCUMENT["bot_token"] not in shown
    assert DOCUMENT["signing_secret"] not in shown
