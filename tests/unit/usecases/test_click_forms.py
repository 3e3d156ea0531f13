"""A no is taken at once and may be explained; a yes that weighs more takes a second step, and none before it."""

from dataclasses import replace
from typing import Any

import pytest

from sallyport.contracts.views import request_view
from sallyport.domain.clicks import Click
from sallyport.domain.proofs import disagreements
from sallyport.domain.requests import Choice
from sallyport_cli.audit.events import read_event
from sallyport_cli.audit.rules.requests import Request
from tests.support.chain import broken_at
from tests.support.story import Story
from tests.unit.usecases.test_click import OLIVE, PETRA, ROSA, click, clicked

WHY = "The patient Jane Doe (MRN 0048213) is not in this study"


def form(story: Story, choice: Choice, reason: str | None, user: str = PETRA) -> Click:
    return replace(click(story, user, choice), filled=True, reason=reason, trigger="")


def strict(story: Story, **approval: Any) -> Story:
    return story.action(approval=replace(story.ports.policy.actions["s3.export"].approval, **approval))


def heavy() -> Story:
    return Story().action("s3.export", risk="critical").pending(_on_behalf())


def _on_behalf() -> Any:
    from tests.support.story import submission

    return submission(on_behalf_of="quinn.approver")


def forms(story: Story) -> list[str]:
    return [form for form, _, _ in story.ports.chat.forms]


# -- denial


def test_a_denial_counts_with_the_click_and_its_reason_is_asked_for_afterwards() -> None:
    story = Story().pending()
    assert clicked(story, click(story, choice=Choice.DENY)) == "ok"
    assert story.request.status == "denied"
    assert forms(story) == ["ask_why"]


def test_the_reason_of_a_denial_reaches_the_agent_masked() -> None:
    story = Story().pending()
    clicked(story, click(story, choice=Choice.DENY))
    assert clicked(story, form(story, Choice.DENY, WHY)) == "ok"
    (said,) = request_view(story.request, None)["decisions"]
    assert said["decision"] == "deny"
    assert "not in this study" in said["reason"]
    assert "Doe" not in said["reason"]
    assert "0048213" not in said["reason"]
    assert story.last["type"] == "decision.explained"
    assert story.last["actor"] == {"kind": "person", "id": "petra.approver", "channel": "slack"}
    assert story.last["details"] == {"comment": said["reason"]}
    assert story.types.count("decision.recorded") == 1
    links = story.ports.store.links(story.request_id)
    assert disagreements(story.request, links) == ()
    assert broken_at(links, story.request.head.length) is None
    audited = Request()
    for link in links:
        audited.take(read_event(link.body, link.body.encode()))
    assert audited.explained == {"petra.approver"}


def test_a_reason_that_its_author_did_not_give_is_disproved_by_the_chain() -> None:
    story = Story().pending()
    clicked(story, click(story, choice=Choice.DENY))
    clicked(story, form(story, Choice.DENY, "Too wide"))
    edited = replace(story.request, decisions=(replace(story.request.decisions[0], comment="Fine"),))
    assert disagreements(edited, story.ports.store.links(story.request_id)) == ("decisions",)


def test_a_reason_may_come_when_the_request_is_over() -> None:
    story = Story().pending()
    clicked(story, click(story, choice=Choice.DENY))
    story.closed().later(600)
    assert clicked(story, form(story, Choice.DENY, "Too wide")) == "ok"
    assert story.request.decisions[0].comment == "Too wide"
    assert story.types[-2:] == ["request.closed", "decision.explained"]


def test_a_form_sent_empty_changes_nothing() -> None:
    story = Story().pending()
    clicked(story, click(story, choice=Choice.DENY))
    before = story.types
    assert clicked(story, form(story, Choice.DENY, None)) == "ok"
    assert story.types == before


def test_a_reason_is_given_once() -> None:
    story = Story().pending()
    clicked(story, click(story, choice=Choice.DENY))
    clicked(story, form(story, Choice.DENY, "Too wide"))
    assert clicked(story, form(story, Choice.DENY, "Much too wide")) == "already_decided"
    assert story.request.decisions[0].comment == "Too wide"
    assert story.last["type"] == "decision.refused"


@pytest.mark.parametrize("user", [ROSA, OLIVE, "U0STRANGER"])
def test_nobody_explains_somebody_elses_denial(user: str) -> None:
    story = Story().pending()
    clicked(story, click(story, choice=Choice.DENY))
    assert clicked(story, form(story, Choice.DENY, "Words in petra's mouth", user)) == "not_an_approver"
    assert story.request.decisions[0].comment is None
    assert story.last["details"] == {"code": "not_an_approver"}


def test_the_form_of_a_denial_denies_nothing_by_itself() -> None:
    story = Story().pending()
    assert clicked(story, form(story, Choice.DENY, "Too wide")) == "not_an_approver"
    assert story.request.status == "pending"


def unexplained() -> Story:
    """Denied by Petra, whose form for the reason was closed."""
    story = Story().pending()
    clicked(story, click(story, choice=Choice.DENY))
    return story.closed()


def offers(story: Story) -> bool:
    """Whether the card has a button to say why."""
    return story.ports.chat.updated[-1].unexplained


def why(story: Story, user: str = PETRA) -> Click:
    """The button on the denied card."""
    return replace(click(story, user, Choice.DENY), explain=True, trigger="7.8.9")


def test_a_closed_form_is_opened_again_by_whoever_denied_and_the_button_goes() -> None:
    story = unexplained()
    assert offers(story)
    assert clicked(story.later(3600), why(story)) == "ok"
    assert forms(story) == ["ask_why", "ask_why"]
    assert story.types[-1] == "request.closed"
    assert clicked(story, form(story, Choice.DENY, WHY)) == "ok"
    assert (story.last["type"], story.request.status) == ("decision.explained", "denied")
    assert "Doe" not in str(story.last)
    assert not offers(story)
    assert clicked(story, why(story)) == "already_decided"


@pytest.mark.parametrize("user", [OLIVE, ROSA, "U0STRANGER"])
def test_nobody_else_is_asked_why(user: str) -> None:
    story = unexplained()
    assert clicked(story, why(story, user)) == "not_an_approver"
    assert story.last["type"] == "decision.refused"
    assert forms(story) == ["ask_why"]


def test_after_a_day_a_denial_stays_unexplained() -> None:
    story = unexplained().later(86_399)
    assert clicked(story, why(story)) == "ok"
    story.later(1)
    assert clicked(story, why(story)) == "too_late"
    assert clicked(story, form(story, Choice.DENY, WHY)) == "too_late"
    assert story.request.decisions[0].comment is None
    assert broken_at(story.ports.store.chain[story.request_id], story.request.head.length) is None


def test_asking_why_denies_nothing() -> None:
    story = Story().pending()
    assert clicked(story, why(story)) == "not_an_approver"
    assert (story.request.status, story.request.decisions) == ("pending", ())


def test_a_form_that_does_not_open_again_is_told() -> None:
    story = unexplained()
    story.ports.chat.expired.add("7.8.9")
    assert clicked(story, why(story)) == "chat_unavailable"
    assert "press Say why" in story.ports.chat.told[-1][1]


def test_a_reason_about_something_else_is_stale() -> None:
    story = Story().pending()
    clicked(story, click(story, choice=Choice.DENY))
    other = replace(form(story, Choice.DENY, "Too wide"), presented_digest="0" * 64)
    assert clicked(story, other) == "stale_digest"
    assert story.request.decisions[0].comment is None


@pytest.mark.parametrize("trigger", ["", "1.2.3"])
def test_a_denial_stands_though_the_form_does_not_open(trigger: str) -> None:
    story = Story().pending()
    story.ports.chat.expired.add("1.2.3")
    assert clicked(story, replace(click(story, choice=Choice.DENY), trigger=trigger)) == "ok"
    assert story.request.status == "denied"
    ((told, words),) = story.ports.chat.told
    assert told == PETRA
    assert "denial is recorded" in words


# -- an approval that weighs more


def test_a_critical_approval_is_recorded_once_it_is_confirmed() -> None:
    story = heavy()
    assert clicked(story, click(story)) == "ok"
    assert story.request.decisions == ()
    assert forms(story) == ["ask_to_confirm"]
    assert not story.ports.chat.reason_required
    assert clicked(story, form(story, Choice.APPROVE, None)) == "ok"
    assert story.request.approvers == ("petra.approver",)


@pytest.mark.parametrize("risk", ["low", "medium", "high"])
def test_up_to_high_one_click_approves(risk: str) -> None:
    story = Story().action("s3.export", risk=risk).pending()
    assert clicked(story, click(story)) == "ok"
    assert story.request.status == "approved"
    assert forms(story) == []


def test_an_approval_that_policy_wants_a_reason_for_asks_for_it() -> None:
    story = strict(Story(), reason_required=True).pending()
    assert clicked(story, click(story)) == "ok"
    assert (forms(story), story.ports.chat.reason_required) == (["ask_to_confirm"], True)
    assert clicked(story, form(story, Choice.APPROVE, None)) == "reason_required"
    assert story.request.status == "pending"
    assert clicked(story, form(story, Choice.APPROVE, WHY)) == "ok"
    assert story.request.status == "approved"
    assert "Doe" not in (story.request.decisions[0].comment or "Doe")


def test_nothing_is_recorded_when_the_second_step_does_not_open() -> None:
    story = heavy()
    story.ports.chat.expired.add("1.2.3")
    before = story.types
    assert clicked(story, click(story)) == "chat_unavailable"
    assert story.types == before
    ((told, words),) = story.ports.chat.told
    assert told == PETRA
    assert words.startswith("Not recorded")


@pytest.mark.parametrize("step", ["click", "form"])
def test_who_may_not_approve_is_refused_at_either_step(step: str) -> None:
    story = heavy()
    what = click(story, OLIVE) if step == "click" else form(story, Choice.APPROVE, "because", OLIVE)
    assert clicked(story, what) == "self_approval"
    assert story.last["details"] == {"code": "self_approval"}
    assert (forms(story), story.request.decisions) == ([], ())


def test_a_form_that_was_open_while_the_request_expired_approves_nothing() -> None:
    story = heavy()
    clicked(story, click(story))
    sent = form(story, Choice.APPROVE, "late")
    story.later(30 * 86400)
    assert clicked(story, sent) == "already_settled"
    assert story.request.decisions == ()


# -- withdrawing


def test_an_approval_is_withdrawn_where_it_was_given() -> None:
    story = Story().quorum(2).pending()
    clicked(story, click(story))
    assert clicked(story, click(story, choice=Choice.WITHDRAW)) == "ok"
    assert story.request.approvers == ()
    assert story.ports.chat.updated[-1].approved_by == ()
    assert story.last["details"] == {"decision": "withdraw"}


def test_nobody_withdraws_somebody_elses_approval() -> None:
    story = Story().quorum(2).pending()
    clicked(story, click(story))
    assert clicked(story, click(story, ROSA, Choice.WITHDRAW)) in ("nothing_to_withdraw", "not_an_approver")
    assert story.request.approvers == ("petra.approver",)


# -- what the clicker is told


def told(story: Story) -> str:
    return story.ports.chat.told[-1][1]


def test_who_may_not_approve_is_told_who_can() -> None:
    story = Story().pending()
    assert clicked(story, click(story, OLIVE)) == "self_approval"
    assert "These can approve it: " in told(story)
    assert "Petra Approver (sample)" in told(story)
    assert "Olive" not in told(story)


def test_a_stranger_is_told_nothing_about_the_request() -> None:
    story = Story().pending()
    assert clicked(story, click(story, "U0STRANGER")) == "not_an_approver"
    assert told(story).endswith("(not_an_approver).")


def test_who_approved_already_is_told_that_it_stands() -> None:
    story = Story().quorum(2).pending()
    clicked(story, click(story))
    assert clicked(story, click(story)) == "already_decided"
    assert "can be withdrawn" in told(story)


def test_a_late_clicker_is_told_how_it_was_settled() -> None:
    story = Story().pending()
    old = click(story)
    clicked(story, click(story, choice=Choice.DENY))
    assert clicked(story, old) == "already_settled"
    assert told(story).endswith("It is denied.")


def test_a_click_on_an_old_card_is_sent_to_the_newest() -> None:
    story = Story().pending()
    assert clicked(story, replace(click(story), presented_digest="0" * 64)) == "stale_digest"
    assert "newest card" in told(story)
