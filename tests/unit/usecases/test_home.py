"""The Home shows people what is theirs; its one button does what `/sallyport revoke` does."""

from typing import Any

import pytest

from local_slack.blockkit import check_home
from sallyport.adapters.slack_home import home_of
from sallyport.domain.clicks import Account, ChatHome
from sallyport.domain.commands import HomeOpened, HomeRevoke
from sallyport.domain.home import REVOKE, Home
from sallyport.domain.ports import PortFailed
from sallyport.domain.requests import Choice
from sallyport.usecases.home import open_home, revoke_from_home
from tests.support.blocks import marked_up, texts
from tests.support.story import Story, submission

HOME = ChatHome("T0SALLYPRT", "A0SALLYPRT")
PETRA, OLIVE = "UPETRA0003", "U0LIVE0001"


def account(user: str = PETRA, **changes: Any) -> Account:
    return Account(user, changes.get("team_id", HOME.team_id), changes.get("app_id", HOME.app_id))


def shown(story: Story, user: str = PETRA) -> Home:
    assert open_home(HomeOpened(account(user)), HOME, story.ports, story.now) == "ok"
    whose, home = story.ports.chat.homes[-1]
    assert whose == user
    return home


def buttons(home: Home) -> list[str]:
    blocks = home_of(home)["blocks"]
    return [b["value"] for block in blocks if block["type"] == "actions" for b in block["elements"]]


def test_what_waits_for_somebody_is_what_they_may_decide() -> None:
    story = Story().pending()
    assert [card.request_id for card in shown(story).waiting] == [story.request_id]
    assert not shown(story, OLIVE).waiting


def test_live_grants_are_shown_to_whose_agents_have_them() -> None:
    story = Story().approved().granted()
    (grant,) = shown(story, OLIVE).live
    assert (grant.card.request_id, grant.used) == (story.request_id, False)
    assert not shown(story, PETRA).live


def test_an_operator_who_may_not_revoke_sees_no_grant() -> None:
    story = Story().approved().granted()
    assert "sam.operator" in story.ports.policy.directory.agents["export-bot"].operators
    assert not shown(story, "USAM000006").live


def test_a_grant_that_nobody_used_has_a_button_and_a_session_the_command() -> None:
    story = Story().approved().granted()
    assert buttons(shown(story, OLIVE)) == [story.request_id]
    story.redeemed()
    home = shown(story, OLIVE)
    assert home.live[0].used
    assert not buttons(home)
    assert any(f"sallyport revoke {story.request_id}" in text for text in texts(home_of(home)["blocks"]))


def decided(story: Story, user: str = PETRA) -> list[tuple[str, str, str]]:
    return [(one.card.request_id, one.choice, one.card.status) for one in shown(story, user).decided]


def test_what_somebody_decided_lately_is_theirs_alone_and_says_what_became_of_it() -> None:
    story = Story().pending().decided("petra.approver", Choice.DENY)
    later = Story(ports=story.ports, now=story.now).later(60)
    later.pending(submission(reason="another")).decided("petra.approver", channel="api").granted()
    assert decided(story) == [(later.request_id, "approve", "approved"), (story.request_id, "deny", "denied")]
    assert decided(story, "UQUINN0004") == []
    blocks = home_of(shown(story))["blocks"]
    assert any("You denied it *<!date^" in text and "now denied" in text for text in texts(blocks))
    assert not check_home(home_of(shown(story)))


def test_an_approval_that_was_taken_back_is_listed_once_as_taken_back() -> None:
    story = Story().quorum(2).pending().decided().later(5).decided(choice=Choice.WITHDRAW)
    assert decided(story) == [(story.request_id, "withdraw", "pending")]


def test_only_the_last_five_decisions_are_listed() -> None:
    story = Story()
    for n in range(7):
        story.later(60).pending(submission(reason=f"number {n}")).decided(choice=Choice.DENY)
    assert len(decided(story)) == 5
    assert decided(story)[0][0] == story.request_id


def test_a_note_without_a_decision_shows_nothing() -> None:
    story = Story().pending()
    story.ports.store.note_decision("petra.approver", story.request_id, story.now)
    story.ports.store.note_decision("petra.approver", f"req-{'f' * 24}", story.now)
    assert decided(story) == []


def test_what_its_author_may_not_read_any_more_is_not_listed() -> None:
    story = Story().pending().decided(choice=Choice.DENY)
    story.cedar('forbid (principal == Person::"petra.approver", action == Action::"read", resource);')
    assert decided(story) == []


def test_a_decision_stands_though_it_could_not_be_noted() -> None:
    story = Story().pending()

    def unwritten(*_: Any) -> None:
        raise PortFailed("store_unavailable")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(story.ports.store, "note_decision", unwritten)
        story.decided()
    assert story.request.status == "approved"
    assert decided(story) == []


def test_the_button_revokes_and_shows_what_came_of_it() -> None:
    story = Story().approved().granted()
    pressed = HomeRevoke(account(OLIVE), story.request_id)
    assert revoke_from_home(pressed, HOME, story.ports, story.now) == "revoked"
    assert story.request.status == "revoked"
    assert story.last["actor"] == {"kind": "person", "id": "olive.owner", "channel": "slack"}
    _, home = story.ports.chat.homes[-1]
    assert not home.live
    assert story.request_id in home.notice


STRANGE: dict[str, dict[str, Any]] = {
    "nobody of the directory": {"user": "U0STRANGER"},
    "another workspace": {"team_id": "T0EVIL"},
    "another app": {"app_id": "A0EVIL"},
}


@pytest.mark.parametrize("what", [*STRANGE, "a guest", "another workspace's user"])
def test_strangers_see_an_empty_home_and_their_button_does_nothing(what: str) -> None:
    story = Story().approved().granted()
    if what == "a guest":
        story.ports.chat.inactive.add(OLIVE)
    who = account(**{"user": OLIVE, **STRANGE.get(what, {})})
    if what == "another workspace's user":
        who = Account(OLIVE, HOME.team_id, HOME.app_id, user_team_id="T0EVIL")
    assert open_home(HomeOpened(who), HOME, story.ports, story.now) == "stranger"
    assert revoke_from_home(HomeRevoke(who, story.request_id), HOME, story.ports, story.now) == "not_found"
    assert story.request.status == "approved"
    for _, home in story.ports.chat.homes:
        assert not home.waiting
        assert not home.live
        assert story.request_id not in home.notice
    assert story.last["type"] == "decision.refused"
    # What is not ours to publish to hears nothing at all.
    assert bool(story.ports.chat.homes) is (what not in ("another workspace", "another app"))


def test_a_full_home_is_within_slacks_limits_and_counts_what_it_leaves_out() -> None:
    story = Story()
    for n in range(15):
        story.pending(submission(reason=f"Grant {n}")).decided().granted()
    for n in range(15):
        story.pending(submission(reason=f"Ask {n}"))
    petra, olive = shown(story), shown(story, OLIVE)
    assert (len(petra.waiting), petra.more_wait, len(olive.live), olive.more_live) == (12, 3, 12, 3)
    full = Home(petra.waiting, 3, olive.live, 3, "Revoked.")
    assert not check_home(home_of(full))


def test_markup_is_in_sallyports_own_words_alone() -> None:
    story = Story().pending(submission(reason="<!channel> *now* <https://evil.example|Policy>"))
    blocks = home_of(shown(story))["blocks"]
    assert marked_up(blocks)
    assert not any("!channel" in text or "evil" in text for text in marked_up(blocks))


def test_the_buttons_action_id_is_the_one_that_is_parsed() -> None:
    story = Story().approved().granted()
    blocks = home_of(shown(story, OLIVE))["blocks"]
    assert {b["action_id"] for block in blocks if block["type"] == "actions" for b in block["elements"]} == {REVOKE}
