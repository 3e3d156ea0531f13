"""Seeing a card is no authority: who clicked is held against the directory and the chat."""

from dataclasses import replace

import pytest

from sallyport.domain.clicks import Account, ChatHome, Click, Look
from sallyport.domain.deployment import CHAIN
from sallyport.domain.requests import CardRef, Choice
from sallyport.usecases.click import click_card, look_closer
from tests.support.story import Story, submission

HOME = ChatHome("T0SALLYPRT", "A0SALLYPRT")
PETRA, OLIVE, ROSA = "UPETRA0003", "U0LIVE0001", "UR0SA00005"


def click(story: Story, user: str = PETRA, choice: Choice = Choice.APPROVE) -> Click:
    request = story.request
    assert request.card is not None
    assert request.presented_digest is not None
    return Click(
        account=Account(user, HOME.team_id, HOME.app_id, HOME.team_id),
        card=request.card,
        choice=choice,
        request_id=request.request_id,
        action_digest=request.action_digest,
        presented_digest=request.presented_digest,
        trigger="1.2.3",
    )


def clicked(story: Story, what: Click) -> str:
    return click_card(what, HOME, story.ports, story.now)


@pytest.mark.parametrize(("choice", "status"), [(Choice.APPROVE, "approved"), (Choice.DENY, "denied")])
def test_an_approvers_click_decides(choice: Choice, status: str) -> None:
    story = Story().pending()
    assert clicked(story, click(story, choice=choice)) == "ok"
    assert story.request.status == status
    assert story.request.decisions[0].channel == "slack"


def test_the_owners_click_is_refused_audited_and_told_to_the_owner_alone() -> None:
    story = Story().pending()
    assert clicked(story, click(story, OLIVE)) == "self_approval"
    assert story.request.status == "pending"
    assert story.last["actor"] == {"kind": "person", "id": "olive.owner", "channel": "slack"}
    ((told, words),) = story.ports.chat.told
    assert told == OLIVE
    assert "self_approval" in words


STRANGE: dict[str, dict[str, object]] = {
    "another workspace": {"account": Account(PETRA, "T0EVIL", HOME.app_id, HOME.team_id)},
    "another organisation": {"account": Account(PETRA, "E0EVIL", HOME.app_id)},
    "a user of a shared channel's other workspace": {"account": Account(PETRA, HOME.team_id, HOME.app_id, "T0EVIL")},
    "another app": {"account": Account(PETRA, HOME.team_id, "A0EVIL", HOME.team_id)},
    "another channel": {"card": CardRef("C0EVIL", "1.000001")},
    "a user who is not in the directory": {"account": Account("U0STRANGER", HOME.team_id, HOME.app_id, HOME.team_id)},
    "an id that differs in case": {"account": Account("upetra0003", HOME.team_id, HOME.app_id, HOME.team_id)},
}


@pytest.mark.parametrize("what", STRANGE)
def test_a_strange_click_is_nobodys_decision(what: str) -> None:
    story = Story().pending()
    assert clicked(story, replace(click(story), **STRANGE[what])) == "not_an_approver"  # type: ignore[arg-type]
    assert story.request.status == "pending"
    assert story.last["type"] == "decision.refused"
    assert story.last["actor"]["id"] == "unknown"


def test_a_deactivated_guest_or_bot_account_is_nobody() -> None:
    story = Story().pending()
    story.ports.chat.inactive.add(PETRA)
    assert clicked(story, click(story)) == "not_an_approver"
    assert story.request.status == "pending"


def test_a_user_who_cannot_be_looked_up_is_nobody() -> None:
    story = Story().pending()
    story.ports.chat.failing = True
    assert clicked(story, click(story)) == "not_an_approver"
    assert story.request.status == "pending"


@pytest.mark.parametrize("digest", ["action_digest", "presented_digest"])
def test_a_click_on_an_old_card_is_stale(digest: str) -> None:
    story = Story().pending()
    old = replace(click(story), **{digest: "0" * 64})  # type: ignore[arg-type]
    assert clicked(story, old) == "stale_digest"
    assert story.request.status == "pending"


def test_a_button_of_another_request_with_this_cards_digests_is_stale() -> None:
    """Every id in a payload can be changed by whoever holds the signing secret; the digests still bind them."""
    story = Story().pending()
    first = click(story)
    other = Story(ports=story.ports).pending(submission(reason="Something else"))
    assert clicked(story, replace(first, request_id=other.request_id)) == "stale_digest"


def test_a_double_click_is_harmless() -> None:
    story = Story().pending()
    assert [clicked(story, click(story)) for _ in range(2)] == ["ok", "already_settled"]
    assert story.types.count("decision.recorded") == 1


def test_the_count_is_shown_while_more_people_are_needed() -> None:
    story = Story().quorum(2).pending()
    assert clicked(story, click(story)) == "ok"
    assert story.ports.chat.updated[-1].approved_by == ("Petra Approver (sample)",)
    assert story.ports.chat.updated[-1].open


def test_a_click_on_no_request_is_told_and_leaves_no_evidence_behind() -> None:
    story = Story().pending()
    ghost = replace(click(story), request_id="req-ffffffffffffffffffffffff")
    assert clicked(story, ghost) == "not_found"
    assert set(story.ports.store.chain) == {story.request_id, CHAIN}


def look(story: Story, **changes: object) -> str:
    """What comes of pressing Details."""
    pressed = click(story)
    found = Look(
        account=pressed.account,
        request_id=pressed.request_id,
        action_digest=pressed.action_digest,
        presented_digest=pressed.presented_digest,
        card=pressed.card,
        trigger="1.2.3",
    )
    return look_closer(replace(found, **changes), HOME, story.ports)  # type: ignore[arg-type]


def test_who_is_asked_opens_the_details_and_turns_them() -> None:
    story = Story().pending()
    assert look(story) == "ok"
    assert look(story, card=None, trigger="", opened="V1", page=1) == "ok"
    (trigger, first, card), (opened, page, _) = story.ports.chat.shown
    assert (trigger, first, opened, page) == ("1.2.3", 0, "V1", 1)
    assert card.presented_digest == story.request.presented_digest
    assert story.request.decisions == ()


def test_who_may_not_read_the_request_sees_no_details_and_hears_why() -> None:
    story = Story().pending()
    directory = story.ports.policy.directory
    nobodys = replace(directory.people["petra.approver"], groups=frozenset())
    story.policy(directory=type(directory)({**directory.people, "petra.approver": nobodys}, directory.agents))
    assert look(story) == "not_an_approver"
    assert look(story, card=None, opened="V1") == "not_an_approver"
    assert story.ports.chat.shown == []
    ((told, words),) = story.ports.chat.told
    assert told == PETRA
    assert words.startswith("Not shown: ")


@pytest.mark.parametrize("what", STRANGE)
def test_a_strange_look_shows_nothing(what: str) -> None:
    story = Story().pending()
    assert look(story, **STRANGE[what]) == "not_an_approver"
    assert story.ports.chat.shown == []


def test_details_of_another_view_than_the_one_that_waits_are_stale() -> None:
    story = Story().pending()
    assert look(story, presented_digest="cc" * 32) == "stale_digest"
    assert story.ports.chat.shown == []
