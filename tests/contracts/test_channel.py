"""The chat: what the flow rests on, passed by the fake and by the adapter in front of the local workspace."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from local_slack.app import LocalSlack
from local_slack.config import parse_workspace
from local_slack.web import Request
from sallyport.adapters.slack import SlackChat
from sallyport.domain.channels import Card, Channel, Trouble
from sallyport.domain.ports import ChatFailed
from sallyport.domain.requests import CardRef
from sallyport.services.cards import current_card
from tests.fakes.ports import FakeChat
from tests.slack_workspace import BOT_TOKEN, CHANNEL, DOCUMENT, OTHER_CHANNEL
from tests.support.slack import TEAM, slack_error
from tests.support.story import Story

SINCE = datetime.now(UTC) - timedelta(minutes=1)


class InProcess:
    """Stands for slack_sdk's WebClient, with the workspace at the other end of a function call."""

    def __init__(self, workspace: LocalSlack) -> None:
        self._workspace = workspace

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            path = f"/api/{method.replace('_', '.', 1)}"
            headers = {
                "authorization": f"Bearer {BOT_TOKEN}",
                "content-type": "application/json; charset=utf-8",
                "host": "127.0.0.1",
            }
            answer = self._workspace.handle(Request("POST", path, {}, headers, json.dumps(arguments).encode()))
            data = json.loads(answer.body)
            if not data["ok"]:
                raise slack_error(data["error"])
            return SimpleNamespace(data=data)

        return call


@pytest.fixture(params=["fake", "local workspace"])
def chat(request: pytest.FixtureRequest) -> Iterator[Channel]:
    if request.param == "fake":
        yield FakeChat(closed={"C0NOTTHERE"})
        return
    workspace = LocalSlack(parse_workspace(DOCUMENT))
    chat = SlackChat("https://slack.invalid/api/", CHANNEL, TEAM, lambda: BOT_TOKEN)
    chat.__dict__["_client"] = InProcess(workspace)
    yield chat
    workspace.store.close()


@pytest.fixture
def card() -> Card:
    story = Story().pending()
    return replace(current_card(story.request, story.ports), at=None)


def test_it_has_the_name_that_the_directory_knows_it_by_and_a_room_of_its_own(chat: Channel) -> None:
    assert (chat.name, chat.default_room) == ("slack", CHANNEL)


@pytest.mark.parametrize("room", [CHANNEL, OTHER_CHANNEL])
def test_a_card_is_where_it_was_posted_and_found_there_alone(chat: Channel, card: Card, room: str) -> None:
    ref = chat.post_card(card, room)
    assert ref.channel == room
    assert chat.find_card(card.request_id, SINCE, room) == ref
    assert chat.find_card(card.request_id, SINCE, ({CHANNEL, OTHER_CHANNEL} - {room}).pop()) is None
    assert chat.find_card("req-ffffffffffffffffffffffff", SINCE, room) is None


def test_a_card_that_was_changed_is_found_and_one_that_was_retired_is_not(chat: Channel, card: Card) -> None:
    old, new = chat.post_card(card, CHANNEL), chat.post_card(card, OTHER_CHANNEL)
    chat.update_card(old, card)
    assert chat.find_card(card.request_id, SINCE, CHANNEL) == old
    chat.retire_card(old, replace(card, at=new))
    assert chat.find_card(card.request_id, SINCE, CHANNEL) is None
    assert chat.find_card(card.request_id, SINCE, OTHER_CHANNEL) == new
    again = chat.post_card(card, CHANNEL)
    assert chat.find_card(card.request_id, SINCE, CHANNEL) == again


def test_a_room_that_is_not_there_is_closed(chat: Channel, card: Card) -> None:
    with pytest.raises(ChatFailed) as failed:
        chat.post_card(card, "C0NOTTHERE")
    assert failed.value.trouble is Trouble.CLOSED
    with pytest.raises(ChatFailed) as failed:
        chat.find_card(card.request_id, SINCE, "C0NOTTHERE")
    assert failed.value.trouble is Trouble.CLOSED
    with pytest.raises(ChatFailed) as failed:
        chat.notify("C0NOTTHERE", None, "Still undecided", ())
    assert failed.value.trouble is Trouble.CLOSED


def test_people_are_called_and_written_to_without_a_second_card(chat: Channel, card: Card) -> None:
    people = Story().ports.policy.directory.people
    ref = chat.post_card(card, OTHER_CHANNEL)
    chat.notify(OTHER_CHANNEL, ref, "Still undecided", (people["petra.approver"],))
    chat.notify(CHANNEL, None, "Still undecided", ())
    chat.send_direct(people["petra.approver"], replace(card, at=ref))
    assert chat.find_card(card.request_id, SINCE, OTHER_CHANNEL) == ref
    assert chat.find_card(card.request_id, SINCE, CHANNEL) is None


def test_a_message_of_another_room_is_no_card_to_change(chat: Channel, card: Card) -> None:
    ref = chat.post_card(card, OTHER_CHANNEL)
    for change in (chat.update_card, chat.retire_card):
        with pytest.raises(ChatFailed) as failed:
            change(CardRef(CHANNEL, ref.message), replace(card, at=ref))
        assert failed.value.trouble is Trouble.GONE
