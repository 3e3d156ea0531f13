"""A card says in place how its request ended and by whom, and is changed later when the chat would not at once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sallyport.adapters.slack_card import message_of
from sallyport.domain.card_debts import GIVEN_UP_AFTER, CardDebt
from sallyport.domain.channels import Trouble
from sallyport.domain.ports import ChatFailed, PortFailed
from sallyport.domain.requests import Choice
from sallyport.usecases.cancel_request import cancel_request
from sallyport.usecases.reconcile_requests import reconcile_requests
from sallyport.usecases.revoke_grant import revoke_agent, revoke_grant
from tests.support.blocks import texts
from tests.support.story import NOW, Story, agent_arn, person_arn, refused

AGENT, ROSA = agent_arn("export-bot"), person_arn("rosa.security")


def says(story: Story) -> str:
    """The card as it was changed last."""
    return "\n".join(texts(message_of(story.ports.chat.updated[-1])))


def looked_after(story: Story) -> dict[str, int]:
    return dict(reconcile_requests(story.ports, lambda: story.now).counts)


def revoke(story: Story, caller: str = ROSA) -> Story:
    revoke_grant(caller, story.request_id, story.ports, story.now)
    return story


def redeemed() -> Story:
    story = Story().approved().granted()
    story.redeemed()
    return story.closed()


def test_a_cancelled_request_says_who_cancelled_it() -> None:
    story = Story().pending()
    cancel_request(AGENT, story.request_id, story.ports, story.now)
    story.closed("cancelled")
    assert "Status: cancelled\nCancelled by export-bot, which asked for it." in says(story)


def test_what_nobody_did_in_time_is_nobodys() -> None:
    assert "Nobody decided it in time." in says(Story().pending().closed("timed_out"))
    assert "Nobody used the approval in time." in says(Story().approved().granted().closed("timed_out"))


def test_an_unused_grant_says_who_took_it_back() -> None:
    assert "Revoked by Rosa Security (sample) before it was used." in says(revoke(Story().approved().granted()))
    assert "Given back by export-bot before it was used." in says(revoke(Story().approved().granted(), AGENT))


def test_a_grant_in_use_says_until_when_and_a_session_that_was_ended_by_whom() -> None:
    story = redeemed()
    grant = story.request.grant
    assert grant is not None
    assert grant.cut_off is not None
    assert f"Its credential works until *<!date^{int(grant.cut_off.timestamp())}^" in says(story)
    assert "Revoked by Rosa Security (sample) after it was used; its session is denied." in says(revoke(story))
    assert "works until" not in says(story)
    assert "export-bot is done with it; its session is denied." in says(revoke(redeemed(), AGENT))


def test_a_deny_that_iam_did_not_take_is_not_called_standing() -> None:
    story = redeemed()
    story.ports.role_policies.failing = PortFailed("iam_unavailable")
    with refused("revocation_failed"):
        revoke(story)
    assert "Revoked by Rosa Security (sample) after it was used; its session is being denied." in says(story)
    story.ports.role_policies.failing = None
    assert looked_after(story.later(300))["session_ended"] == 1
    assert "after it was used; its session is denied." in says(story)


def test_a_session_whose_time_has_run_out_is_called_over() -> None:
    story = redeemed().later(3600)
    assert looked_after(story) == {"session_ended": 1}
    assert "Its session is over." in says(story)


@pytest.mark.parametrize("used", [True, False])
def test_revoking_all_of_an_agent_waits_for_no_chat_and_every_card_tells(used: bool) -> None:
    story = redeemed() if used else Story().approved().granted()
    shown = len(story.ports.chat.updated)
    assert revoke_agent(ROSA, "export-bot", story.ports, story.now) == ([story.request_id], {})
    assert len(story.ports.chat.updated) == shown
    assert looked_after(story) == {"card_shown": 1}
    assert f"Revoked by Rosa Security (sample) {'after' if used else 'before'} it was used" in says(story)
    assert story.request.card_debt is None
    assert looked_after(story) == {}


PASSES = [Trouble.BUSY, Trouble.UNAVAILABLE, Trouble.CLOSED, Trouble.UNAUTHORIZED]


@pytest.mark.parametrize("trouble", PASSES)
def test_a_last_change_that_the_chat_refuses_is_made_later(trouble: Trouble) -> None:
    story = Story().pending().decided(choice=Choice.DENY)
    story.ports.chat.troubles["update_card"] = [ChatFailed(trouble), ChatFailed(trouble)]
    shown = len(story.ports.chat.updated)
    story.closed()
    assert len(story.ports.chat.updated) == shown
    assert looked_after(story.later(30)) == {}, "not at once"
    assert looked_after(story.later(60)) == {"card_refused": 1}
    assert looked_after(story.later(60)) == {}, "and less often every time"
    assert looked_after(story.later(120)) == {"card_shown": 1}
    assert "Status: denied\nDenied by Petra Approver (sample)" in says(story)
    assert looked_after(story.later(86_400)) == {}
    assert (story.request.status, story.request.grant) == ("denied", None)


@pytest.mark.parametrize("trouble", [Trouble.GONE, Trouble.REFUSED])
def test_what_will_never_be_taken_is_not_tried_again(trouble: Trouble) -> None:
    story = Story().pending().decided(choice=Choice.DENY)
    story.ports.chat.troubles["update_card"] = [ChatFailed(trouble)]
    story.closed()
    assert story.request.card_debt is None
    assert looked_after(story.later(3600)) == {}


def test_a_view_that_cannot_be_read_is_no_reason_to_give_the_card_up() -> None:
    story = Story().pending().decided(choice=Choice.DENY)
    views, story.ports.views.views = story.ports.views.views, {}
    story.closed()
    story.ports.views.views = views
    assert looked_after(story.later(60)) == {"card_shown": 1}


def test_a_chat_that_never_takes_it_is_left_alone_after_a_day() -> None:
    story = Story().pending().decided(choice=Choice.DENY)
    story.ports.chat.failing = True
    story.closed()
    runs = 0
    while story.request.card_debt is not None:
        looked_after(story.later(300))
        runs += 1
    assert GIVEN_UP_AFTER <= story.now - NOW < GIVEN_UP_AFTER + timedelta(hours=2)
    assert looked_after(story.later(86_400)) == {}


def test_an_undecided_cards_change_is_left_to_the_next_one() -> None:
    story = Story().quorum(2).pending()
    story.ports.chat.troubles["update_card"] = [ChatFailed(Trouble.BUSY)]
    story.decided()
    assert (story.request.status, story.request.card_debt) == ("pending", None)


def test_a_store_that_fails_while_a_card_is_owed_fails_nothing_else() -> None:
    story = Story().pending().decided(choice=Choice.DENY)
    story.closed()
    story.ports.chat.failing = True

    def unwritten(*_: Any) -> None:
        raise PortFailed("store_unavailable")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(story.ports.store, "save", unwritten)
        story.closed()
    assert story.request.status == "denied"


def test_waits_grow_to_an_hour() -> None:
    debt = CardDebt(NOW)
    assert debt.due == NOW
    waits = []
    for _ in range(9):
        after = replace(debt, tries=debt.tries + 1)
        waits.append((after.due - debt.due).total_seconds() / 60)
        debt = after
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
