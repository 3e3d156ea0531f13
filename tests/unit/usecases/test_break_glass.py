"""Break-glass: one approver in an emergency, everybody told, a shorter credential, and a second person's review."""

from dataclasses import replace
from typing import Any

import pytest

from sallyport.adapters.slack_card import message_of
from sallyport.domain.clock import stamp
from sallyport.domain.refusals import (
    AlreadyDecided,
    AlreadySettled,
    BreakGlassNotAllowed,
    MalformedRequest,
    NotAnApprover,
    PolicyChanged,
    ReasonRequired,
    SelfApproval,
    StaleDigest,
)
from sallyport.domain.requests import Choice, GrantStatus, RequestStatus
from sallyport.usecases.remind_reviews import remind_reviews
from tests.support.blocks import texts
from tests.support.chain import broken_at
from tests.support.story import Story, submission

WHY = "Export is blocked and the quarter closes in an hour"


def pending(*, allowed: bool = True, quorum: int = 2, duration: int | None = None) -> Story:
    """An export that two people must approve, whose glass may be broken for a minute and reviewed within an hour."""
    story = Story()
    action = story.ports.policy.actions["s3.export"]
    approval = replace(
        action.approval,
        quorum=quorum,
        break_glass_seconds=60 if allowed else None,
        review_seconds=3600 if allowed else None,
    )
    actions = {**story.ports.policy.actions, "s3.export": replace(action, approval=approval)}
    story.ports.policy = replace(story.ports.policy, actions=actions)
    return story.pending(submission(on_behalf_of="olive.owner", duration_seconds=duration))


def broken(story: Story | None = None, by: str = "rosa.security", **said: Any) -> Story:
    return (story or pending()).decided(by, channel="api", break_glass=True, **{"reason": WHY, **said})


def reviewed(story: Story, by: str = "petra.approver", choice: Choice = Choice.APPROVE, **said: Any) -> Story:
    return story.decided(by, choice, "api", **{"reason": "Right under the circumstances", **said})


def test_one_of_the_group_suffices_where_policy_asks_for_two() -> None:
    story = broken()
    assert story.request.status is RequestStatus.APPROVED
    recorded = next(e for e in story.ports.store.events(story.request_id) if e["type"] == "decision.recorded")
    assert recorded["details"] == {"decision": "approve", "comment": WHY, "break_glass": True}
    granted = story.granted().ports.store.events(story.request_id)[-1]
    until = stamp(story.request.grant.expires_at) if story.request.grant else None
    assert granted["details"] == {"approvers": ["rosa.security"], "break_glass": True, "until": until}


@pytest.mark.parametrize("code", ["halted", "timed_out"])
def test_glass_that_was_broken_for_nothing_closes_with_its_workflow_and_may_be_reviewed(code: str) -> None:
    story = broken().closed(code)
    assert story.request.status is (RequestStatus.FAILED if code == "halted" else RequestStatus.EXPIRED)
    assert story.request.task_token is None
    assert story.types[-1] == "request.closed"
    assert story.request.needs_review
    reviewed(story)
    assert story.types[-1] == "break_glass.reviewed"
    assert story.types.count("request.closed") == 1


def test_glass_broken_by_somebody_who_may_no_longer_carries_no_grant() -> None:
    forbids = 'forbid (principal == Person::"rosa.security", action == Action::"break_glass", resource);'
    story = broken().cedar(forbids)
    with pytest.raises(PolicyChanged):
        story.granted()
    assert story.request.grant is None


def test_credential_is_shorter() -> None:
    story = broken().granted()
    story.redeemed()
    assert story.request.grant is not None
    assert story.request.grant.cut_off is not None
    assert (story.request.grant.cut_off - story.now).total_seconds() == 60
    assert "2026-11-02T10:01:00Z" in story.ports.issuer.orders[0].policy


def test_session_is_as_short_as_sts_has_it_however_long_was_asked_for() -> None:
    story = broken(pending(duration=3600)).granted()
    story.redeemed()
    assert story.ports.issuer.orders[0].duration_seconds == 900


def test_every_approver_is_told_at_once() -> None:
    story = broken().granted()
    ((words, called),) = story.ports.chat.notices
    assert story.request_id in words
    assert "rosa.security" in words
    # Of data-approvers, without the agent's owner; the security group has not been asked yet.
    assert set(called) == {"U0TTO00002", "UPETRA0003", "UQUINN0004"}
    assert "somebody else must review it" in str(story.ports.chat.updated[-1].notes)


def test_silent_chat_does_not_stop_an_emergency() -> None:
    story = broken()
    story.ports.chat.failing = True
    assert story.granted().redeemed()


def test_action_that_does_not_have_it_refuses_it() -> None:
    story = pending(allowed=False)
    with pytest.raises(BreakGlassNotAllowed):
        broken(story)
    assert story.request.status is RequestStatus.PENDING
    assert story.types[-1] == "decision.refused"


def test_people_outside_the_group_cannot_break_it() -> None:
    story = pending()
    with pytest.raises(NotAnApprover):
        broken(story, "petra.approver")
    assert story.types[-1] == "decision.refused"


def test_four_eyes_holds_in_an_emergency_too() -> None:
    story = pending()
    directory = story.ports.policy.directory
    owner = replace(directory.people["olive.owner"], groups=frozenset({"break-glass", "data-approvers"}))
    people = {**directory.people, "olive.owner": owner}
    story.ports.policy = replace(story.ports.policy, directory=replace(directory, people=people))
    story.ports.__post_init__()
    with pytest.raises(SelfApproval):
        broken(story, "olive.owner")
    assert story.request.status is RequestStatus.PENDING


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_never_without_a_reason(reason: str | None) -> None:
    with pytest.raises(ReasonRequired):
        broken(reason=reason)


def test_breaking_the_glass_to_deny_makes_no_sense() -> None:
    story = pending()
    with pytest.raises(MalformedRequest):
        story.decided("rosa.security", Choice.DENY, "api", break_glass=True, reason=WHY)


def test_reason_is_masked() -> None:
    story = broken(reason="For patient John Smith, MRN 12345678")
    assert "12345678" not in str(story.ports.store.events(story.request_id))


def test_request_stays_open_until_a_second_person_has_reviewed_it() -> None:
    story = broken().granted()
    story.redeemed()
    story.closed()
    assert story.request.review is None
    assert "request.closed" not in story.types
    reviewed(story)
    assert story.types[-2:] == ["break_glass.reviewed", "request.closed"]
    assert broken_at(story.ports.store.chain[story.request_id], story.request.head.length) is None
    assert story.ports.store.unreviewed() == ()


@pytest.mark.parametrize("channel", ["api", "slack"])
def test_review_after_the_workflow_is_over_is_shown_on_the_card(channel: str) -> None:
    story = broken().granted()
    story.redeemed()
    story.closed()
    shown = len(story.ports.chat.updated)
    story.decided("petra.approver", Choice.APPROVE, channel, reason="Right under the circumstances")
    assert "reviewed by Petra Approver" in str(story.ports.chat.updated[shown:])


def test_review_while_the_workflow_still_runs_leaves_the_closing_to_it() -> None:
    story = broken().granted()
    woken = len(story.ports.workflow.succeeded)
    reviewed(story)
    assert story.types[-1] == "break_glass.reviewed"
    assert len(story.ports.workflow.succeeded) == woken  # it waits for the agent, not for the review
    story.redeemed()
    assert story.closed().types[-1] == "request.closed"


def test_review_needs_another_person_a_reason_and_authority() -> None:
    story = broken().granted()
    with pytest.raises(AlreadyDecided):
        broken(story)
    with pytest.raises(NotAnApprover):
        reviewed(story, "rosa.security")
    with pytest.raises(SelfApproval):
        reviewed(story, "olive.owner")
    with pytest.raises(ReasonRequired):
        reviewed(story, reason=" ")
    with pytest.raises(StaleDigest):
        reviewed(story, presented_digest="0" * 64)
    assert story.request.needs_review
    assert story.types.count("decision.refused") == 5


def test_reviewer_who_also_broke_it_is_refused_even_with_authority_to_decide() -> None:
    story = broken(by="quinn.approver").granted()
    with pytest.raises(AlreadyDecided):
        reviewed(story, "quinn.approver")


def test_objecting_voids_a_grant_that_was_not_redeemed() -> None:
    story = reviewed(broken().granted(), choice=Choice.DENY)
    assert story.request.status is RequestStatus.REVOKED
    assert story.request.grant is not None
    assert story.request.grant.status is GrantStatus.REVOKED
    assert story.types[-2:] == ["break_glass.reviewed", "grant.revoked"]
    assert story.ports.workflow.succeeded[-1] == ("grant-token", story.request_id)


def test_second_review_is_refused() -> None:
    story = reviewed(broken().granted())
    with pytest.raises(AlreadySettled):
        reviewed(story, "otto.owner")
    assert story.types.count("break_glass.reviewed") == 1


def test_overdue_review_is_reminded_of_and_reported_for_the_alarm() -> None:
    story = broken().granted()
    assert remind_reviews(story.ports, story.now) == ()
    story.later(3600)
    assert remind_reviews(story.ports, story.now) == (story.request_id,)
    assert "Nobody has reviewed" in story.ports.chat.notices[-1][0]
    story.ports.chat.failing = True
    assert remind_reviews(story.ports, story.now) == (story.request_id,)
    story.ports.chat.failing = False
    reviewed(story)
    assert remind_reviews(story.ports, story.now) == ()


def test_glass_that_may_no_longer_be_broken_carries_no_grant() -> None:
    story = broken()
    action = story.ports.policy.actions["s3.export"]
    strict = replace(action, approval=replace(action.approval, break_glass_seconds=None))
    story.ports.policy = replace(story.ports.policy, actions={**story.ports.policy.actions, "s3.export": strict})
    with pytest.raises(PolicyChanged):
        story.granted()


def shown(story: Story) -> str:
    """The card as it was changed last."""
    return "\n".join(texts(message_of(story.ports.chat.updated[-1])))


def test_an_objection_says_on_the_card_who_took_the_grant_back() -> None:
    story = reviewed(broken().granted(), choice=Choice.DENY)
    assert story.request.status is RequestStatus.REVOKED
    assert "Revoked by Petra Approver (sample) before it was used." in shown(story)


def test_a_review_is_on_the_card_at_once_while_the_grant_waits() -> None:
    story = reviewed(broken().granted())
    assert story.request.status is RequestStatus.APPROVED
    assert "reviewed by Petra Approver (sample) (approve)" in shown(story)
