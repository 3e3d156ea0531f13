"""Cards go where policy says, step by step of the ladder, and there is one card for a request wherever it has been."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sallyport.adapters.slack_home import home_of
from sallyport.domain.accounts import GuardedAccount
from sallyport.domain.channels import Trouble
from sallyport.domain.clicks import Account, ChatHome, Click, Look
from sallyport.domain.home import Home
from sallyport.domain.ports import ChatFailed, Conflict
from sallyport.domain.requests import CardRef, Choice
from sallyport.domain.routes import Route, RouteRule
from sallyport.domain.turns import Turn
from sallyport.services.break_glass import tell_everyone
from sallyport.services.cards import current_card
from sallyport.usecases.click import click_card, look_closer
from tests.fakes.ports import ACCOUNT, FakePorts
from tests.support.story import Story, submission

HOME = ChatHome("T0SALLYPRT", "A0SALLYPRT")
PETRA, ROSA = "UPETRA0003", "UR0SA00005"
DEFAULT, SECURITY, DATA = "C0APPROVAL", "C0SECURITY", "C0DATA"
TO_SECURITY = RouteRule(Route(SECURITY), group="security")
TO_DATA = RouteRule(Route(DATA), group="data-approvers")


def routed(*rules: RouteRule, **policy: Any) -> Story:
    ports = FakePorts()
    ports.policy = replace(ports.policy, routes=rules, **policy)
    return Story(ports).submitted().masked()


def account(user: str) -> Account:
    return Account(user, HOME.team_id, HOME.app_id, HOME.team_id)


def rooms(story: Story) -> list[str]:
    return story.ports.chat.rooms


def click(story: Story, card: CardRef, user: str = PETRA, **changes: Any) -> str:
    request = story.request
    made = Click(
        account=account(user),
        card=card,
        choice=Choice.APPROVE,
        request_id=request.request_id,
        action_digest=request.action_digest,
        presented_digest=request.presented_digest or "",
        trigger="1.2.3",
    )
    return click_card(replace(made, **changes), HOME, story.ports, story.now)


def moved() -> tuple[Story, CardRef, CardRef]:
    """A request that was asked in one room and then in another, and its two cards."""
    story = routed(TO_SECURITY).asked()
    old = story.request.card
    story.later(1800).asked(1)
    new = story.request.card
    assert old is not None
    assert new is not None
    return story, old, new


def test_without_a_rule_the_card_goes_to_the_deployments_own_room() -> None:
    assert rooms(routed().asked()) == [DEFAULT]


@pytest.mark.parametrize(
    ("rules", "room"),
    [
        ([RouteRule(Route("C1"), action="s3.export")], "C1"),
        ([RouteRule(Route("C1"), action="ec2.reboot")], DEFAULT),
        ([TO_DATA], DATA),
        ([TO_SECURITY], DEFAULT),
        ([RouteRule(Route("C1"), account="clinic")], "C1"),
        ([RouteRule(Route("C1"), account="lab")], DEFAULT),
        ([RouteRule(Route("C1"), action="s3.export", account="lab"), TO_DATA], DATA),
        ([RouteRule(Route("C1"), action="s3.export", group="data-approvers", account="clinic")], "C1"),
        ([TO_DATA, RouteRule(Route("C1"), action="s3.export")], DATA),
        ([RouteRule(Route(direct=True))], DEFAULT),
    ],
)
def test_the_first_rule_that_fits_says_where(rules: list[RouteRule], room: str) -> None:
    accounts = {name: GuardedAccount(name, n, ("us-east-1",)) for name, n in (("clinic", ACCOUNT), ("lab", "1" * 12))}
    assert rooms(routed(*rules, accounts=accounts).asked()) == [room]


def test_the_account_that_the_agent_chose_is_read_from_what_approvers_see() -> None:
    ports = FakePorts()
    accounts = {"lab": GuardedAccount("lab", "1" * 12, ("us-east-1",))}
    action = ports.policy.actions["s3.export"]
    properties = action.parameters["properties"]
    elsewhere = replace(
        action,
        places=frozenset({"account"}),
        parameters={**action.parameters, "properties": {**properties, "account": {"enum": ["lab"]}}},
        bound_by={**action.bound_by, "account": "every resource"},
    )
    ports.policy = replace(
        ports.policy,
        accounts=accounts,
        actions={**ports.policy.actions, "s3.export": elsewhere},
        routes=(RouteRule(Route("C1"), account="lab"),),
    )
    asked = submission()
    story = Story(ports).submitted(replace(asked, parameters={**asked.parameters, "account": "lab"})).masked().asked()
    assert rooms(story) == ["C1"]
    assert story.request.card == CardRef("C1", "1.000001")


def test_a_step_that_asks_in_another_room_moves_the_card_there() -> None:
    story, old, new = moved()
    assert (old, new) == (CardRef(DEFAULT, "1.000001"), CardRef(SECURITY, "2.000001"))
    ((retired, card),) = story.ports.chat.retired
    assert (retired, card.at) == (old, new)
    # The new card calls by itself.
    assert story.ports.chat.notices == []
    assert story.types.count("approval.escalated") == 1


def test_a_step_that_asks_in_the_same_room_keeps_the_card() -> None:
    story = routed(RouteRule(Route(DATA), action="s3.export")).asked().later(1800).asked(1)
    assert rooms(story) == [DATA]
    assert story.ports.chat.retired == []
    assert len(story.ports.chat.notices) == 1


def test_the_card_that_was_moved_decides_and_its_old_one_does_not() -> None:
    story, old, new = moved()
    assert click(story, old) == "stale_digest"
    assert story.last["type"] == "decision.refused"
    assert story.last["actor"]["id"] == "petra.approver"
    assert "another channel" in story.ports.chat.told[-1][1]
    assert story.request.status == "pending"
    assert click(story, new, ROSA) == "ok"
    assert story.request.status == "approved"


def test_an_old_card_shows_nothing_more_either() -> None:
    story, old, new = moved()
    request = story.request
    shown = request.presented_digest or ""
    look = Look(account(PETRA), request.request_id, request.action_digest, shown, old, "1.2.3")
    assert look_closer(look, HOME, story.ports) == "stale_digest"
    assert look_closer(replace(look, card=CardRef("C0EVIL", "1.1")), HOME, story.ports) == "not_an_approver"
    assert story.ports.chat.shown == []
    assert look_closer(replace(look, card=new), HOME, story.ports) == "ok"


@pytest.mark.parametrize("message", ["1.000001", "2.000001", "9.000009"])
def test_a_click_in_a_room_where_it_was_never_asked_is_nobodys(message: str) -> None:
    story, *_ = moved()
    assert click(story, CardRef("C0EVIL", message)) == "not_an_approver"
    assert story.last["actor"]["id"] == "unknown"
    assert story.request.status == "pending"


def test_another_message_in_the_cards_own_room_does_not_decide() -> None:
    story = routed().asked()
    assert click(story, CardRef(DEFAULT, "9.000009")) == "stale_digest"
    assert story.request.status == "pending"


def test_a_form_that_opened_on_a_card_which_has_moved_does_not_decide() -> None:
    story, old, _ = moved()
    assert click(story, old, filled=True, reason="It is in order") == "stale_digest"
    assert story.request.status == "pending"


def test_a_card_whose_answer_was_lost_decides_in_its_room_alone() -> None:
    story = routed(TO_DATA)
    story.ports.chat.troubles["post_card"] = [ChatFailed(Trouble.UNAVAILABLE)]
    story.ports.chat.lost = True
    story.asked()
    assert story.request.card is None
    assert click(story, CardRef(DEFAULT, "1.000001")) == "not_an_approver"
    assert click(story, CardRef(DATA, "1.000001")) == "ok"
    assert story.request.status == "approved"


def test_a_lost_answer_in_a_room_that_the_next_step_leaves_doubles_nothing() -> None:
    """The card is there and nobody heard of it; then the channel is closed, and the next step asks in another one."""
    story = routed(TO_SECURITY)
    story.ports.chat.troubles["post_card"] = [ChatFailed(Trouble.CLOSED)]
    story.ports.chat.lost = True
    story.asked()
    assert story.next_turn[1].rung == 1
    story.again()
    assert rooms(story) == [DEFAULT, SECURITY]
    assert [ref.message for ref, _ in story.ports.chat.retired] == ["1.000001"]
    assert story.request.card == CardRef(SECURITY, "2.000001")


def test_a_room_that_is_closed_asks_the_next_step_at_once() -> None:
    story = routed(TO_DATA)
    story.ports.chat.closed = {DATA}
    story.asked()
    assert (story.request.status, story.request.code) == ("pending", "chat_closed")
    assert story.next_turn == (1, Turn(1, (1800, 1800), 3599))
    assert story.again().request.card == CardRef(DEFAULT, "1.000001")


def test_while_the_next_room_is_closed_the_old_card_goes_on_deciding() -> None:
    story = routed(TO_SECURITY).asked()
    old = story.request.card
    assert old is not None
    story.ports.chat.closed = {SECURITY}
    story.later(1800).asked(1)
    assert (story.request.card, story.request.code) == (old, "chat_closed")
    assert story.next_turn[1].tries == 1
    assert story.ports.chat.retired == []
    assert click(story, old) == "ok"
    assert story.request.status == "approved"


def test_a_move_whose_answer_was_lost_is_found_and_not_repeated() -> None:
    story = routed(TO_SECURITY).asked()
    story.ports.chat.troubles["post_card"] = [ChatFailed(Trouble.UNAVAILABLE)]
    story.ports.chat.lost = True
    story.later(1800).asked(1).again()
    assert rooms(story) == [DEFAULT, SECURITY]
    assert story.request.card == CardRef(SECURITY, "2.000001")
    assert [ref.channel for ref, _ in story.ports.chat.retired] == [DEFAULT]


@pytest.mark.parametrize("trouble", Trouble)
def test_an_old_card_that_cannot_be_changed_decides_nothing_all_the_same(trouble: Trouble) -> None:
    story = routed(TO_SECURITY).asked()
    old = story.request.card
    assert old is not None
    story.ports.chat.troubles["retire_card"] = [ChatFailed(trouble)]
    story.later(1800).asked(1)
    assert story.request.card == CardRef(SECURITY, "2.000001")
    assert click(story, old) == "stale_digest"


def test_a_step_back_to_the_first_room_posts_a_card_of_its_own() -> None:
    story, *_ = moved()
    story.ports.policy = replace(story.ports.policy, routes=())
    story.later(1800).asked(1)
    assert rooms(story) == [DEFAULT, SECURITY, DEFAULT]
    assert story.request.card == CardRef(DEFAULT, "3.000001")


def test_a_busy_room_keeps_nobody_waiting_in_another() -> None:
    story = routed(TO_DATA)
    story.ports.chat.troubles["post_card"] = [ChatFailed(Trouble.BUSY, 7)]
    story.asked()
    assert story.request.card is None
    other = Story(story.ports, story.now, "triage-bot")
    other.ports.policy = replace(story.ports.policy, routes=())
    other.submitted().masked().asked()
    assert other.request.card == CardRef(DEFAULT, "1.000001")


def test_the_home_says_in_which_rooms_the_cards_are() -> None:
    story, _, _ = moved()
    there = current_card(story.request, story.ports)
    elsewhere = replace(there, at=CardRef(DATA, "1.1"))
    blocks = home_of(Home(waiting=(there, elsewhere, replace(there, at=None))))["blocks"]
    assert f"<#{DATA}>, <#{SECURITY}>." in str(blocks)
    assert DEFAULT not in str(blocks)


def test_a_broken_glass_is_told_where_the_card_is() -> None:
    story, _, _ = moved()
    story.ports.chat.closed = {DEFAULT}
    assert tell_everyone(story.request, story.ports)


def test_what_is_settled_while_its_card_moves_is_told_on_the_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    story = routed(TO_SECURITY).asked()
    old, save = story.request.card, story.ports.store.save

    def save_and_decide(*arguments: Any) -> None:
        save(*arguments)
        if arguments[1].card is None and arguments[1].status == "pending":
            monkeypatch.setattr(story.ports.store, "save", save)
            story.decided("petra.approver", channel="api")
            raise Conflict  # so that the note of no card is made of what stands now

    monkeypatch.setattr(story.ports.store, "save", save_and_decide)
    story.later(1800).asked(1)
    assert (story.request.status, story.request.card) == ("approved", old)
    assert rooms(story) == [DEFAULT]
    assert [card.status for card in story.ports.chat.updated] == ["approved"]
