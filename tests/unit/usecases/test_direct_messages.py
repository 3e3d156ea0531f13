"""Where policy wants it, each person who is asked also gets a direct message: a pointer to the card, never a card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest

from local_slack.blockkit import check_blocks
from sallyport.adapters.slack_pointers import asked_of, moved_of
from sallyport.domain.channels import Trouble
from sallyport.domain.ports import ChatFailed
from sallyport.domain.requests import CardRef
from sallyport.domain.routes import Route, RouteRule
from sallyport.domain.turns import Turn
from sallyport.services.cards import current_card
from sallyport.usecases.request_approval import request_approval
from tests.fakes.ports import FakePorts
from tests.support.story import Story, submission

PETRA, QUINN, OTTO, ROSA = "UPETRA0003", "UQUINN0004", "U0TTO00002", "UR0SA00005"
ALWAYS = RouteRule(Route(direct=True))
LINK = "https://example.slack.com/archives/C1/p1"


def written(*rules: RouteRule) -> Story:
    ports = FakePorts()
    ports.policy = replace(ports.policy, routes=rules)
    return Story(ports).submitted().masked()


def told(story: Story) -> list[str]:
    return sorted(user for user, _ in story.ports.chat.direct)


def test_nobody_is_written_to_unless_policy_says_so() -> None:
    assert told(written(RouteRule(Route("C1"))).asked()) == []


def test_those_who_may_decide_are_written_to_and_those_behind_the_request_are_not() -> None:
    """olive owns the agent, and quinn may be whom it acts for."""
    story = written(ALWAYS).asked()
    assert told(story) == [OTTO, PETRA]
    assert {card.at for _, card in story.ports.chat.direct} == {story.request.card}


def test_a_step_that_keeps_the_card_writes_to_those_it_adds() -> None:
    story = written(ALWAYS).asked()
    story.ports.chat.direct.clear()
    story.later(1800).asked(1)
    assert told(story) == [ROSA]


def test_a_step_that_moves_the_card_writes_to_everybody_with_the_new_place() -> None:
    story = written(RouteRule(Route("C0SECURITY", direct=True), group="security"), ALWAYS).asked()
    story.ports.chat.direct.clear()
    story.later(1800).asked(1)
    assert told(story) == [OTTO, PETRA, ROSA]
    assert {card.at for _, card in story.ports.chat.direct} == {CardRef("C0SECURITY", "2.000001")}


def test_a_rule_of_one_step_writes_on_that_step_alone() -> None:
    story = written(RouteRule(Route(direct=True), group="security")).asked()
    assert told(story) == []
    story.later(1800).asked(1)
    assert told(story) == [ROSA]


def test_nobody_is_written_to_about_a_card_that_is_not_there() -> None:
    story = written(ALWAYS)
    story.ports.chat.troubles["post_card"] = [ChatFailed(Trouble.BUSY)]
    story.asked()
    assert told(story) == []
    assert told(story.again()) == [OTTO, PETRA]


def test_a_turn_that_finds_the_card_where_it_was_writes_to_nobody_again() -> None:
    story = written(ALWAYS).asked().turn(Turn(0, (1800, 1800), 900, tries=1))
    assert told(story) == [OTTO, PETRA]


def test_a_guest_bot_or_leaver_is_not_written_to() -> None:
    story = written(ALWAYS)
    story.ports.chat.inactive.add(PETRA)
    assert told(story.asked()) == [OTTO]


@pytest.mark.parametrize("trouble", Trouble)
def test_a_message_that_is_refused_changes_nothing_of_the_request(trouble: Trouble) -> None:
    story = written(ALWAYS)
    story.ports.chat.troubles["send_direct"] = [ChatFailed(trouble)]
    story.asked()
    assert (story.request.status, story.request.code) == ("pending", None)
    assert story.ports.workflow.again == []
    # What is wrong with one person's account leaves the others theirs; a limit or a lost token is for all.
    assert len(told(story)) == (0 if trouble in (Trouble.BUSY, Trouble.UNAUTHORIZED) else 1)
    assert story.decided().request.status == "approved"


def test_no_more_is_written_than_there_is_time_for() -> None:
    """A function that runs out of time would end the request."""
    story = written(ALWAYS)
    seconds = count(0, 10)
    clock: Callable[[], float] = lambda: float(next(seconds))  # noqa: E731 - each look at the clock is 10 s later
    request_approval(story.request_id, "token", Turn(0, (1800,), 1800), story.ports, story.now, clock)
    assert len(told(story)) == 1
    assert story.request.status == "pending"


@pytest.mark.parametrize("of", [asked_of, moved_of])
def test_a_pointer_has_no_buttons_and_nothing_that_the_agent_wrote(of: Callable[..., list[dict[str, object]]]) -> None:
    story = Story().pending(submission(reason="<!channel> canary-of-the-reason", context={"note": "canary-too"}))
    card = current_card(story.request, story.ports)
    blocks = of(card, LINK)
    assert {block["type"] for block in blocks} == {"rich_text", "section", "context"}
    assert not check_blocks(blocks)
    assert "canary" not in str(blocks)
    assert str(blocks).count(LINK) == 1
    assert card.view.members["sentence"] in str(blocks)
