"""Several channels, and direct messages: what stays in its place, and who sees it."""

from typing import Any

import pytest

from local_slack.web import Request
from tests.slack_workspace import CHANNEL, OTHER_CHANNEL, PETRA, QUINN, card
from tests.unit.local_slack.conftest import HOST, Desk


def seen(desk: Desk, user: str, place: str) -> dict[str, Any]:
    """The page's state for this person in this place."""
    state: dict[str, Any] = desk.slack.handle(
        Request("GET", "/_page/state", {"user": user, "place": place}, HOST)
    ).json()
    return state


def post(desk: Desk, channel: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = desk.api(
        "chat.postMessage", {"channel": channel, "text": "card", "blocks": card(), **more}
    )
    return answer


def texts(desk: Desk, channel: str) -> list[str]:
    return [message["ts"] for message in desk.api("conversations.history", {"channel": channel})["messages"]]


def opened(desk: Desk, user: str = PETRA) -> str:
    place: str = desk.api("conversations.open", {"users": user})["channel"]["id"]
    return place


def test_each_channel_has_its_own_history(desk: Desk) -> None:
    first, second = post(desk, CHANNEL)["ts"], post(desk, "#security")["ts"]
    assert (texts(desk, CHANNEL), texts(desk, OTHER_CHANNEL)) == ([first], [second])
    assert [message["ts"] for message in seen(desk, PETRA, OTHER_CHANNEL)["messages"]] == [second]
    assert [message["ts"] for message in seen(desk, PETRA, "")["messages"]] == [first]


@pytest.mark.parametrize("method", ["chat.update", "chat.getPermalink", "reactions.add"])
def test_a_message_is_not_found_in_another_channel(desk: Desk, method: str) -> None:
    ts = post(desk, CHANNEL)["ts"]
    named = {"ts": ts, "message_ts": ts, "timestamp": ts, "name": "eyes", "text": "changed"}
    assert desk.api(method, {"channel": OTHER_CHANNEL, **named})["error"] == "message_not_found"
    assert desk.api(method, {"channel": CHANNEL, **named})["ok"]


def test_archiving_and_leaving_concern_one_channel(desk: Desk) -> None:
    desk.control("archive", {"channel": OTHER_CHANNEL})
    assert post(desk, OTHER_CHANNEL)["error"] == "is_archived"
    desk.control("membership", {"bot_is_member": False})
    assert post(desk, CHANNEL)["error"] == "not_in_channel"
    desk.control("membership", {"channel": CHANNEL, "bot_is_member": True})
    assert post(desk, CHANNEL)["ok"]
    assert desk.control("archive", {"channel": "C0NOWHERE"}).json()["error"] == "channel_not_found"


def test_the_rate_limit_is_per_channel() -> None:
    desk = Desk(post_message_per_second=1)
    assert post(desk, CHANNEL)["ok"]
    assert post(desk, CHANNEL)["error"] == "ratelimited"
    assert post(desk, OTHER_CHANNEL)["ok"]
    desk.slack.store.close()


def test_direct_messages_are_one_persons(desk: Desk) -> None:
    place = opened(desk)
    ts = post(desk, place)["ts"]
    assert texts(desk, place) == [ts]
    assert [message["ts"] for message in seen(desk, PETRA, place)["messages"]] == [ts]
    assert place in [entry["id"] for entry in seen(desk, PETRA, "")["places"] if entry["direct"]]
    assert place not in [entry["id"] for entry in seen(desk, QUINN, "")["places"]]
    assert seen(desk, QUINN, place)["place"] == CHANNEL
    click = {"message_ts": ts, "action_id": "approve"}
    assert desk.control("click", {"user_id": QUINN, **click}).json()["error"] == "message_not_found"
    assert desk.control("click", {"user_id": PETRA, **click}).json()["ok"]
    assert desk.payload()["channel"] == {"id": place, "name": "directmessage"}
    assert desk.payload()["container"]["channel_id"] == place


def test_direct_messages_are_opened_once_by_either_way(desk: Desk) -> None:
    by_posting = post(desk, PETRA)["channel"]
    assert opened(desk) == by_posting
    again = desk.api("conversations.open", {"users": PETRA, "return_im": True})
    assert (again["already_open"], again["channel"]["user"]) == (True, PETRA)
    assert desk.api("conversations.info", {"channel": by_posting})["channel"]["is_im"] is True
    assert desk.api("conversations.members", {"channel": by_posting})["members"] == [PETRA, "U0LOCALBOT"]


REFUSED = {
    "": "users_list_not_supplied",
    "U0NOBODY": "user_not_found",
    "UGONE00009": "user_disabled",
    "UROBOT0010": "cannot_dm_bot",
}


@pytest.mark.parametrize("users", REFUSED)
def test_some_cannot_be_written_to(desk: Desk, users: str) -> None:
    assert desk.api("conversations.open", {"users": users})["error"] == REFUSED[users]


def test_an_ephemeral_message_is_for_somebody_who_is_there(desk: Desk) -> None:
    place = opened(desk)
    words = {"channel": place, "text": "psst"}
    assert desk.api("chat.postEphemeral", words | {"user": QUINN})["error"] == "user_not_in_channel"
    assert desk.api("chat.postEphemeral", words | {"user": PETRA})["ok"]


def test_a_command_is_answered_where_it_was_typed(desk: Desk) -> None:
    place = opened(desk)
    typed = {"user_id": PETRA, "command": "/sallyport", "text": "help"}
    assert desk.control("command", {**typed, "channel": place}).json()["ok"]
    assert b"channel_id=DPETRA0003&channel_name=directmessage" in desk.sent[-1][1]
    refused = desk.control("command", {**typed, "user_id": QUINN, "channel": place})
    assert refused.json()["error"] == "channel_not_found"
