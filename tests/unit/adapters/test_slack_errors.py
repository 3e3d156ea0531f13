"""What the adapter makes of Slack's answers, and which message it takes for its card."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from sallyport.adapters.slack import SlackChat
from sallyport.adapters.slack_errors import failure_of
from sallyport.domain.channels import Trouble
from sallyport.domain.ports import ChatFailed
from sallyport.domain.requests import CardRef
from tests.support.slack import BOT, CHANNEL, TEAM, RecordingSlack, slack_error

SINCE = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
REQUEST = "req-0123456789abcdef01234567"


def chat(slack: object) -> SlackChat:
    made = SlackChat("https://slack.invalid/api/", CHANNEL, TEAM, lambda: "xoxb-1")
    made.__dict__["_client"] = slack
    return made


def message(**changes: Any) -> dict[str, Any]:
    """A card's, as the history has it."""
    marker = {"event_type": "sallyport_card", "event_payload": {"request_id": REQUEST}}
    return {"ts": "1762077600.000001", "user": BOT, "metadata": marker, **changes}


def non_json(status: int, **headers: str) -> SlackApiError:
    """What slack_sdk raises where a proxy answered: with a dict in the place of its response."""
    answer = {"status": status, "headers": headers, "body": "<html>"}
    return SlackApiError("not JSON", answer)  # type: ignore[no-untyped-call]  # the SDK's


@pytest.mark.parametrize(
    ("error", "trouble", "retry_after"),
    [
        (slack_error("ratelimited", 429, Retry_After="30"), Trouble.BUSY, 30),
        (slack_error("ratelimited", 429, retry_after="2"), Trouble.BUSY, 2),
        (slack_error("ratelimited", 429), Trouble.BUSY, 0),
        (slack_error("ratelimited", 429, Retry_After="soon"), Trouble.BUSY, 0),
        (slack_error("ratelimited"), Trouble.BUSY, 0),
        (non_json(429, **{"Retry-After": "9"}), Trouble.BUSY, 9),
        (non_json(502), Trouble.UNAVAILABLE, 0),
        (slack_error("is_archived"), Trouble.CLOSED, 0),
        (slack_error("token_revoked"), Trouble.UNAUTHORIZED, 0),
        (slack_error("msg_blocks_too_long"), Trouble.REFUSED, 0),
        (slack_error("message_not_found"), Trouble.GONE, 0),
        (slack_error("constructor"), Trouble.UNAVAILABLE, 0),
        (TimeoutError(), Trouble.UNAVAILABLE, 0),
        (ConnectionResetError(), Trouble.UNAVAILABLE, 0),
    ],
)
def test_an_error_is_one_of_six_troubles(error: Exception, trouble: Trouble, retry_after: int) -> None:
    failed = failure_of(error)
    assert (failed.trouble, failed.retry_after, failed.code) == (trouble, retry_after, trouble.value)


def test_the_sdk_sends_nothing_twice() -> None:
    """It would by default, after a broken connection; the first message may be in the channel."""
    assert SlackChat("https://slack.invalid/api/", CHANNEL, TEAM, lambda: "xoxb-1")._client.retry_handlers == []


def test_a_card_is_found_by_its_marker() -> None:
    slack = RecordingSlack(messages=[message(), message(ts="1762077700.000001", metadata={})])
    assert chat(slack).find_card(REQUEST, SINCE, CHANNEL) == CardRef(CHANNEL, "1762077600.000001")
    (asked,) = slack.sent("conversations_history")
    assert asked["channel"] == CHANNEL
    assert asked["include_all_metadata"]
    assert float(asked["oldest"]) == (SINCE - timedelta(minutes=5)).timestamp()


@pytest.mark.parametrize(
    "changes",
    [
        {"user": "U0EV1LB0T"},
        {"metadata": {"event_type": "another_app", "event_payload": {"request_id": REQUEST}}},
        {"metadata": {"event_type": "sallyport_card", "event_payload": {"request_id": "req-1"}}},
        {"metadata": None, "text": f"sallyport_card {REQUEST}"},
    ],
)
def test_a_message_of_somebody_else_is_not_taken_for_the_card(changes: dict[str, Any]) -> None:
    """Another app of the channel may copy id and marker; its message could never be changed and shows what it likes."""
    assert chat(RecordingSlack(messages=[message(**changes)])).find_card(REQUEST, SINCE, CHANNEL) is None


class Paged(RecordingSlack):
    """`pages` of history, the card on the last."""

    pages = 0

    def _answer(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if method != "conversations_history":
            return super()._answer(method, arguments)
        page = int(arguments.get("cursor", "1"))
        last = page == self.pages
        return {
            "messages": [message()] if last else [{"ts": "1.1", "user": BOT}],
            "response_metadata": {"next_cursor": "" if last else str(page + 1)},
        }


def test_a_card_is_found_on_a_later_page() -> None:
    slack = Paged()
    slack.pages = 5
    assert chat(slack).find_card(REQUEST, SINCE, CHANNEL) is not None
    assert len(slack.sent("conversations_history")) == 5


def test_a_history_too_long_to_read_says_nothing_about_a_card() -> None:
    slack = Paged()
    slack.pages = 6
    with pytest.raises(ChatFailed, match="chat_unavailable"):
        chat(slack).find_card(REQUEST, SINCE, CHANNEL)
