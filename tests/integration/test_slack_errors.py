"""Every error of Slack's on every call, by Slack's own SDK over real sockets: what it is taken for, and that each
request ends with one card or with none, its decision counted once."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest

from sallyport.adapters import slack as adapter
from sallyport.adapters.slack import SlackChat
from sallyport.domain.channels import Trouble
from sallyport.domain.ports import ChatFailed
from sallyport.domain.requests import CardRef
from sallyport.services.cards import current_card
from sallyport.usecases.request_approval import CannotAsk
from tests.slack_workspace import BOT_TOKEN, CHANNEL, QUINN, RunningSlack, running_slack
from tests.support.slack import TEAM
from tests.support.story import Story

# Only where Slack hangs is the client this impatient: elsewhere a busy machine would look like a time-out.
PATIENCE_SECONDS, HANG_SECONDS = 1.0, 1.5

ERRORS: dict[str, tuple[dict[str, Any], Trouble]] = {
    "429": ({"error": "ratelimited", "retry_after": 7}, Trouble.BUSY),
    "500": ({"status": 500}, Trouble.UNAVAILABLE),
    "503": ({"status": 503}, Trouble.UNAVAILABLE),
    "time-out": ({"hang_seconds": HANG_SECONDS}, Trouble.UNAVAILABLE),
    "500, but it was done": ({"status": 500, "when": "after"}, Trouble.UNAVAILABLE),
    "time-out, but it was done": ({"hang_seconds": HANG_SECONDS, "when": "after"}, Trouble.UNAVAILABLE),
    "fatal_error": ({"error": "fatal_error"}, Trouble.UNAVAILABLE),
    "an error that nobody knows": ({"error": "brand_new_error"}, Trouble.UNAVAILABLE),
    "channel_not_found": ({"error": "channel_not_found"}, Trouble.CLOSED),
    "is_archived": ({"error": "is_archived"}, Trouble.CLOSED),
    "not_in_channel": ({"error": "not_in_channel"}, Trouble.CLOSED),
    "invalid_auth": ({"error": "invalid_auth"}, Trouble.UNAUTHORIZED),
    "token_revoked": ({"error": "token_revoked"}, Trouble.UNAUTHORIZED),
    "account_inactive": ({"error": "account_inactive"}, Trouble.UNAUTHORIZED),
    "missing_scope": ({"error": "missing_scope"}, Trouble.UNAUTHORIZED),
    "invalid_blocks": ({"error": "invalid_blocks"}, Trouble.REFUSED),
    "message_not_found": ({"error": "message_not_found"}, Trouble.GONE),
}
CALLS: dict[str, Callable[[SlackChat, Story], object]] = {
    "chat.postMessage": lambda chat, story: chat.post_card(current_card(story.request, story.ports), CHANNEL),
    "chat.update": lambda chat, story: chat.update_card(card_of(story), current_card(story.request, story.ports)),
    "chat.postEphemeral": lambda chat, story: chat.tell(card_of(story), QUINN, "No."),
    "views.open": lambda chat, story: chat.open_details("1.2.3", current_card(story.request, story.ports)),
}
every_error = pytest.mark.parametrize("name", ERRORS)


@pytest.fixture(scope="module")
def slack() -> Iterator[RunningSlack]:
    with running_slack() as running:
        yield running


@pytest.fixture
def chat(slack: RunningSlack, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> SlackChat:
    hangs = "time-out" in request.node.name
    monkeypatch.setattr(adapter, "_TIMEOUT_SECONDS", PATIENCE_SECONDS if hangs else 30)
    control(slack, "reset", {})
    return SlackChat(f"{slack.url}/api/", CHANNEL, TEAM, lambda: BOT_TOKEN)


@pytest.fixture
def story(chat: SlackChat) -> Story:
    """A masked request in front of a Slack that works."""
    story = Story()
    story.ports.chat = chat  # type: ignore[assignment]  # the real one in the place of the fake
    return story.submitted().masked()


def control(slack: RunningSlack, route: str, document: object) -> None:
    body, headers = json.dumps(document).encode(), {"Content-Type": "application/json"}
    with urlopen(Request(f"{slack.url}/_control/{route}", body, headers, method="POST"), timeout=10) as answer:
        assert json.load(answer)["ok"]


def fails(slack: RunningSlack, method: str, name: str) -> Trouble:
    fault, trouble = ERRORS[name]
    control(slack, "fail", {"method": method, **fault})
    return trouble


def card_of(story: Story) -> CardRef:
    assert story.request.card is not None
    return story.request.card


def cards(slack: RunningSlack, story: Story) -> list[str]:
    """The messages in the channel that ask for this request."""
    history = slack.client().conversations_history(channel=CHANNEL, include_all_metadata=True)["messages"]
    return [m["ts"] for m in history if m.get("metadata", {}).get("event_payload") == {"request_id": story.request_id}]


@every_error
@pytest.mark.parametrize("method", CALLS)
def test_an_error_is_what_it_is_taken_for_and_nothing_is_sent_twice(
    slack: RunningSlack, chat: SlackChat, story: Story, method: str, name: str
) -> None:
    story.asked()
    posted = len(cards(slack, story))
    trouble = fails(slack, method, name)
    with pytest.raises(ChatFailed) as failed:
        CALLS[method](chat, story)
    assert (failed.value.trouble, failed.value.code) == (trouble, trouble.value)
    assert failed.value.retry_after == (7 if trouble is Trouble.BUSY else 0)
    done = method == "chat.postMessage" and ERRORS[name][0].get("when") == "after"
    assert len(cards(slack, story)) == posted + done
    assert story.decided(channel="api").request.status == "approved"


@every_error
def test_posting_ends_with_one_card_or_with_a_truthful_end(slack: RunningSlack, story: Story, name: str) -> None:
    trouble = fails(slack, "chat.postMessage", name)
    if trouble is Trouble.REFUSED:
        with pytest.raises(CannotAsk, match="unpresentable"):
            story.asked()
        assert (story.closed("unpresentable").request.status, cards(slack, story)) == ("failed", [])
        return
    story.asked()
    assert (story.request.status, story.request.code, story.request.card) == ("pending", trouble, None)
    story.again()
    assert cards(slack, story) == [card_of(story).message]
    assert story.request.code is None
    assert story.request.rung == (2 if trouble in (Trouble.CLOSED, Trouble.UNAUTHORIZED) else 1)
    assert story.decided().granted().request.grant is not None
    assert story.types.count("grant.issued") == 1


@every_error
def test_the_next_rung_asks_though_the_card_cannot_be_changed(slack: RunningSlack, story: Story, name: str) -> None:
    story.asked()
    first = card_of(story)
    trouble = fails(slack, "chat.update", name)
    story.later(1800).asked(1)
    if trouble is Trouble.GONE:  # Slack still has it here, so it is found again
        assert card_of(story) == first
    assert cards(slack, story) == [first.message]
    assert story.decided("rosa.security").request.status == "approved"


@every_error
def test_an_outcome_stands_though_the_card_cannot_be_changed(slack: RunningSlack, story: Story, name: str) -> None:
    story.asked()
    fails(slack, "chat.update", name)
    story.decided()
    assert (story.request.status, story.request.code, len(cards(slack, story))) == ("approved", None, 1)


@every_error
def test_without_the_history_no_second_card_is_posted(slack: RunningSlack, story: Story, name: str) -> None:
    fails(slack, "chat.postMessage", "500, but it was done")
    story.asked()
    trouble = fails(slack, "conversations.history", name)
    if trouble is Trouble.REFUSED:
        return  # it says nothing about a history
    story.again()
    assert (story.request.card, len(cards(slack, story))) == (None, 1)
    story.again()
    assert cards(slack, story) == [card_of(story).message]


def test_a_card_that_was_deleted_is_posted_anew(slack: RunningSlack, story: Story) -> None:
    story.asked()
    first = card_of(story).message
    assert slack.slack._api._context.channels.delete(first)
    story.later(1800).asked(1)
    assert card_of(story).message != first
    assert cards(slack, story) == [card_of(story).message]
