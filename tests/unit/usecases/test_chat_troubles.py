"""The chat in trouble: where a request ends, and that nothing is lost, doubled or granted."""

from collections.abc import Callable
from typing import Any

import pytest

from sallyport.domain.channels import Trouble
from sallyport.domain.ports import ChatFailed
from sallyport.domain.requests import CardRef, Choice
from sallyport.domain.turns import MOST_TRIES, Turn
from sallyport.usecases.request_approval import CannotAsk
from tests.support.story import Story, refused

PASSING = [Trouble.BUSY, Trouble.UNAVAILABLE]
LASTING = [Trouble.CLOSED, Trouble.UNAUTHORIZED]
WAITING = [*PASSING, *LASTING]


def troubled(trouble: Trouble, method: str = "post_card", times: int = 1, *, lost: bool = False) -> Story:
    """A masked request; the next calls of `method` will meet the trouble."""
    story = Story().submitted().masked()
    story.ports.chat.troubles[method] = [ChatFailed(trouble) for _ in range(times)]
    story.ports.chat.lost = lost
    return story


def cards(story: Story) -> list[str]:
    return [card.request_id for card in story.ports.chat.posted]


@pytest.mark.parametrize("trouble", PASSING)
def test_a_card_that_met_a_passing_trouble_is_posted_within_the_rung(trouble: Trouble) -> None:
    story = troubled(trouble).asked()
    assert (story.request.status, story.request.card, story.request.code) == ("pending", None, trouble)
    story.again()
    assert cards(story) == [story.request_id]
    assert (story.request.card, story.request.code) == (CardRef("C0APPROVAL", "1.000001"), None)
    assert story.types.count("approval.requested") == 1
    assert "approval.escalated" not in story.types
    assert story.request.task_token == "token-0-1"
    assert story.decided().request.status == "approved"


def test_a_card_whose_answer_was_lost_is_found_and_not_posted_again() -> None:
    story = troubled(Trouble.UNAVAILABLE, lost=True).asked().again()
    assert cards(story) == [story.request_id]
    assert story.request.card == CardRef("C0APPROVAL", "1.000001")
    assert [card.status for card in story.ports.chat.updated] == ["pending"]


def test_while_nobody_knows_whether_the_card_is_there_none_is_posted() -> None:
    story = troubled(Trouble.UNAVAILABLE, lost=True).asked()
    story.ports.chat.troubles["find_card"] = [ChatFailed(Trouble.UNAUTHORIZED), ChatFailed(Trouble.BUSY)]
    story.again().again()
    assert cards(story) == [story.request_id]
    story.again()
    assert cards(story) == [story.request_id]
    assert story.request.card is not None


def test_a_card_that_a_crash_left_unnoted_is_found_on_the_next_rung(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story().submitted().masked()
    save = story.ports.store.save

    def crash(*arguments: Any) -> None:
        if story.ports.chat.posted:
            raise SystemExit
        save(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(story.ports.store, "save", crash)
        with pytest.raises(SystemExit):
            story.asked()
    story.later(1800).asked(1)
    assert cards(story) == [story.request_id]
    assert story.request.card is not None


@pytest.mark.parametrize("trouble", LASTING)
def test_what_people_must_repair_asks_the_next_rung_at_once_with_all_the_time(trouble: Trouble) -> None:
    story = troubled(trouble).asked()
    assert story.next_turn == (1, Turn(1, (1800, 1800), 3599))
    story.again()
    assert story.last["type"] == "approval.escalated"
    assert story.last["details"] == {"rung": 1, "groups": ["data-approvers", "security"]}
    assert cards(story) == [story.request_id]
    assert story.decided("rosa.security").request.status == "approved"


@pytest.mark.parametrize("trouble", LASTING)
def test_on_the_only_rung_the_card_comes_when_the_channel_is_repaired(trouble: Trouble) -> None:
    story = troubled(trouble, times=3)
    story.turn(Turn(0, (1800,), 1800))
    for _ in range(3):
        assert (story.next_turn[0], story.next_turn[1].rung) == (60, 0)
        story.again()
    assert cards(story) == [story.request_id]
    assert (story.request.status, story.request.code) == ("pending", None)


def test_a_card_that_slack_will_never_take_fails_the_request_at_once() -> None:
    story = Story().submitted().masked()
    story.ports.chat.troubles["post_card"] = [ChatFailed(Trouble.REFUSED)]
    with pytest.raises(CannotAsk) as refusal:
        story.asked()
    assert refusal.value.code == "unpresentable"
    assert story.ports.workflow.again == []
    story.closed("unpresentable")
    assert (story.request.status, story.request.code, story.request.grant) == ("failed", "unpresentable", None)


@pytest.mark.parametrize("trouble", WAITING)
def test_silence_ends_in_expiry_that_says_why_never_in_a_grant(trouble: Trouble) -> None:
    story = troubled(trouble, times=999).asked()
    while story.ports.workflow.again and story.next_turn[1].tries < MOST_TRIES:
        story.again()
    story.again().closed("timed_out")
    assert (story.request.status, story.request.code, story.request.grant) == ("expired", trouble, None)
    assert story.last["details"] == {"status": "expired", "code": trouble}
    assert cards(story) == []


@pytest.mark.parametrize("trouble", WAITING)
def test_the_api_decides_while_the_card_waits_and_no_card_follows(trouble: Trouble) -> None:
    story = troubled(trouble).asked().decided("petra.approver", channel="api")
    assert (story.request.status, story.request.code) == ("approved", None)
    story.again()
    assert story.ports.workflow.succeeded[-1][1] == story.request_id
    assert cards(story) == []
    assert story.types.count("request.approved") == 1


def test_a_denial_by_the_api_meanwhile_stays_a_denial() -> None:
    story = troubled(Trouble.BUSY).asked().decided("petra.approver", Choice.DENY, "api").again()
    assert (story.request.status, story.request.code, cards(story)) == ("denied", None, [])


def test_a_click_on_a_card_whose_answer_was_lost_counts() -> None:
    story = troubled(Trouble.UNAVAILABLE, lost=True).asked().decided("petra.approver")
    assert story.request.status == "approved"
    assert cards(story.again()) == [story.request_id]


def test_a_deleted_card_is_posted_anew_on_the_next_rung() -> None:
    story = Story().pending()
    story.ports.chat.deleted.add("1.000001")
    story.later(1800).asked(1)
    assert cards(story) == [story.request_id] * 2
    assert story.request.card == CardRef("C0APPROVAL", "2.000001")


def test_a_deleted_card_that_cannot_be_posted_anew_waits_as_the_first_one_did() -> None:
    story = Story().pending()
    story.ports.chat.deleted.add("1.000001")
    story.ports.chat.troubles["post_card"] = [ChatFailed(Trouble.UNAVAILABLE)]
    story.ports.chat.lost = True
    story.later(1800).asked(1)
    assert story.request.code == "chat_unavailable"
    story.again()
    assert cards(story) == [story.request_id] * 2
    assert story.request.card == CardRef("C0APPROVAL", "2.000001")


SETTLED: dict[str, tuple[Callable[[Story], Story], str]] = {
    "approved": (lambda story: story.decided(), "approved"),
    "denied": (lambda story: story.decided("petra.approver", Choice.DENY), "denied"),
    "expired": (lambda story: story.closed("timed_out"), "expired"),
}


@pytest.mark.parametrize("how", SETTLED)
@pytest.mark.parametrize("trouble", Trouble)
def test_an_outcome_stands_when_its_card_cannot_be_changed(trouble: Trouble, how: str) -> None:
    settle, status = SETTLED[how]
    story = Story().pending()
    story.ports.chat.troubles["update_card"] = [ChatFailed(trouble)] * 9
    settle(story)
    assert story.request.status == status
    assert len(story.ports.chat.posted) == 1
    if status != "approved":
        with refused("already_settled"):
            story.decided()


@pytest.mark.parametrize("trouble", [trouble for trouble in Trouble if trouble is not Trouble.GONE])
@pytest.mark.parametrize("method", ["update_card", "notify"])
def test_the_next_rung_is_asked_though_its_card_or_call_meets_trouble(trouble: Trouble, method: str) -> None:
    story = Story().pending()
    story.ports.chat.troubles[method] = [ChatFailed(trouble)]
    story.later(1800).asked(1)
    assert len(story.ports.chat.posted) == 1
    assert story.ports.workflow.again == []
    assert story.decided("rosa.security").request.status == "approved"


def test_a_view_that_cannot_be_read_is_a_card_that_waits() -> None:
    story = Story().submitted().masked()
    views, story.ports.views.views = story.ports.views.views, {}
    story.asked()
    assert (story.request.status, story.request.code, cards(story)) == ("pending", "chat_unavailable", [])
    story.ports.views.views = views
    assert cards(story.again()) == [story.request_id]
