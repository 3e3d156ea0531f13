"""People are asked: once for each rung, with a new token each time. Silence of the chat is no answer."""

import pytest

from sallyport.domain.channels import Card, Unpresentable
from sallyport.domain.requests import CardRef, Choice
from sallyport.domain.turns import Turn
from sallyport.usecases.request_approval import CannotAsk, request_approval
from tests.support.story import Story, refused


def test_the_token_is_kept_and_the_card_posted() -> None:
    story = Story().pending()
    assert story.request.task_token == "token-0"
    assert story.request.card == CardRef("C0APPROVAL", "1.000001")
    assert story.last["type"] == "approval.requested"
    assert story.last["details"] == {"rung": 0, "groups": ["data-approvers"]}


def test_the_token_is_neither_on_the_card_nor_in_the_audit_trail() -> None:
    story = Story().pending()
    assert "token-0" not in repr(story.ports.chat.posted)
    assert "token-0" not in repr(story.ports.store.chain)


def test_the_second_rung_asks_more_people_with_a_new_token_on_the_same_card() -> None:
    story = Story().pending()
    with refused("not_an_approver"):
        story.decided("rosa.security")
    story.later(1800).asked(1)
    assert story.request.task_token == "token-1"
    assert story.last["type"] == "approval.escalated"
    assert story.last["details"] == {"rung": 1, "groups": ["data-approvers", "security"]}
    assert len(story.ports.chat.posted) == 1
    assert story.decided("rosa.security").request.status == "approved"


def test_those_asked_first_may_still_decide_on_the_second_rung() -> None:
    story = Story().pending().later(1800).asked(1)
    assert story.decided("petra.approver").request.status == "approved"


def test_a_request_settled_between_two_rungs_goes_straight_on() -> None:
    story = Story().approved().asked(1)
    assert story.ports.workflow.succeeded == [("token-0", story.request_id), ("token-1", story.request_id)]
    assert len(story.ports.chat.posted) == 1


def test_a_chat_that_is_down_leaves_the_request_open_and_the_next_rung_posts() -> None:
    story = Story().submitted().masked()
    story.ports.chat.failing = True
    story.asked()
    assert story.request.status == "pending"
    assert story.request.card is None
    story.ports.chat.failing = False
    story.later(1800).asked(1)
    assert len(story.ports.chat.posted) == 1
    assert story.request.card is not None


def test_a_chat_that_stays_down_ends_in_expiry_never_in_a_grant() -> None:
    story = Story().submitted().masked()
    story.ports.chat.failing = True
    story.asked().later(1800).asked(1).later(1800).closed("timed_out")
    assert (story.request.status, story.request.grant) == ("expired", None)


def test_a_chat_that_is_down_does_not_stop_the_api() -> None:
    story = Story().submitted().masked()
    story.ports.chat.failing = True
    assert story.asked().decided(channel="api").request.status == "approved"


def test_a_card_that_cannot_show_everything_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story().submitted().masked()

    def too_large(_: Card, _room: str) -> CardRef:
        raise Unpresentable

    monkeypatch.setattr(story.ports.chat, "post_card", too_large)
    with pytest.raises(CannotAsk) as refusal:
        story.asked()
    assert refusal.value.code == "unpresentable"
    story.closed("unpresentable")
    assert (story.request.status, story.request.code) == ("failed", "unpresentable")


def test_a_decision_faster_than_the_note_of_the_card_is_shown_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story().submitted().masked()
    post = story.ports.chat.post_card

    def post_and_click(card: Card, room: str) -> CardRef:
        ref = post(card, room)
        story.decided("petra.approver", Choice.DENY)
        return ref

    monkeypatch.setattr(story.ports.chat, "post_card", post_and_click)
    story.asked()
    assert story.request.status == "denied"
    assert [card.status for card in story.ports.chat.updated] == ["denied"]


def test_an_unknown_request_cannot_be_asked_for() -> None:
    story = Story()
    with refused("not_found"):
        request_approval("req-ffffffffffffffffffffffff", "t", Turn(0), story.ports, story.now)
