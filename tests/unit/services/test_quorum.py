"""Quorum: distinct people, by today's rules, from different groups where the action says so."""

from dataclasses import replace
from typing import Any

import pytest

from sallyport.adapters.cedar import CedarAuthorizer
from sallyport.domain.quorum import counted
from sallyport.domain.refusals import AlreadyDecided, AlreadySettled, NotAnApprover, NotApproved, PolicyChanged
from sallyport.domain.requests import Choice
from sallyport.services.grants import check_still_approved
from tests.support.story import Story, submission


def with_approval(story: Story, **changes: Any) -> Story:
    action = story.ports.policy.actions["s3.export"]
    changed = replace(action, approval=replace(action.approval, **changes))
    story.ports.policy = replace(story.ports.policy, actions={**story.ports.policy.actions, "s3.export": changed})
    story.ports.authorizer = CedarAuthorizer(story.ports.policy)
    return story


# For its owner, so that the others whom the agent may act for can approve it.
ASKED = submission(on_behalf_of="olive.owner")


def status(story: Story) -> str:
    return story.request.status.value


def without_authority(story: Story, person_id: str) -> None:
    directory = story.ports.policy.directory
    people = {**directory.people, person_id: replace(directory.people[person_id], groups=frozenset[str]())}
    story.ports.policy = replace(story.ports.policy, directory=replace(directory, people=people))
    story.ports.authorizer = CedarAuthorizer(story.ports.policy)


def test_two_people_are_two_and_one_twice_is_one() -> None:
    story = with_approval(Story(), quorum=2).pending(ASKED).decided("petra.approver")
    with pytest.raises(AlreadyDecided):
        story.decided("petra.approver", channel="api")
    assert status(story) == "pending"
    story.decided("quinn.approver")
    assert status(story) == "approved"
    approved = next(e for e in story.ports.store.events(story.request_id) if e["type"] == "request.approved")
    assert approved["details"] == {"approvers": ["petra.approver", "quinn.approver"]}


def test_any_denial_settles() -> None:
    story = with_approval(Story(), quorum=3).pending(ASKED).decided("petra.approver")
    story.decided("quinn.approver", Choice.DENY)
    assert status(story) == "denied"
    with pytest.raises(AlreadySettled):
        story.decided("otto.owner")


def test_decision_beyond_the_quorum_is_refused_and_audited() -> None:
    story = with_approval(Story(), quorum=2).pending(ASKED).decided("petra.approver").decided("quinn.approver")
    with pytest.raises(AlreadySettled):
        story.decided("otto.owner")
    assert story.request.approvers == ("petra.approver", "quinn.approver")
    assert story.types[-1] == "decision.refused"


def test_approver_who_lost_authority_does_not_count_towards_the_next_decision() -> None:
    story = with_approval(Story(), quorum=2).pending(ASKED).decided("petra.approver")
    without_authority(story, "petra.approver")
    story.decided("quinn.approver")
    assert status(story) == "pending"
    story.decided("otto.owner")
    assert status(story) == "approved"
    story.granted()
    assert story.request.grant is not None
    assert story.request.grant.approvers == ("quinn.approver", "otto.owner")
    approved = next(e for e in story.ports.store.events(story.request_id) if e["type"] == "request.approved")
    assert approved["details"] == {"approvers": ["quinn.approver", "otto.owner"]}


def test_approver_who_lost_authority_before_redemption_no_longer_counts() -> None:
    story = (
        with_approval(Story(), quorum=2).pending(ASKED).decided("petra.approver").decided("quinn.approver").granted()
    )
    without_authority(story, "petra.approver")
    with pytest.raises(PolicyChanged):
        story.redeemed()
    assert story.ports.issuer.orders == []


def test_recorded_denial_stands_against_any_number_of_approvals() -> None:
    story = Story().approved()
    denial = replace(story.request.decisions[0], by="quinn.approver", choice=Choice.DENY)
    tampered = replace(story.request, decisions=(*story.request.decisions, denial))
    assert check_still_approved(story.request, story.ports)
    with pytest.raises(NotApproved):
        check_still_approved(tampered, story.ports)


def test_raised_quorum_holds_for_what_is_pending() -> None:
    story = Story().pending(ASKED)
    with_approval(story, quorum=2)
    story.decided("petra.approver")
    assert status(story) == "pending"
    assert story.request.quorum == 2  # and so say the card and the view


def test_distinct_groups_want_one_approver_of_each() -> None:
    story = with_approval(Story(), quorum=2, distinct_groups=True)
    rungs = story.ports.policy.actions["s3.export"].approval.ladder
    both = (replace(rungs[0], groups=("data-approvers", "security")),)
    story = with_approval(story, ladder=both).pending(ASKED).decided("quinn.approver")
    story.decided("otto.owner")
    assert status(story) == "pending"
    story.decided("rosa.security")
    assert status(story) == "approved"


def test_group_that_the_ladder_has_not_asked_yet_cannot_decide() -> None:
    story = Story().pending(ASKED)
    with pytest.raises(NotAnApprover):
        story.decided("rosa.security")
    story.asked(1).decided("rosa.security")
    assert status(story) == "approved"


@pytest.mark.parametrize(
    ("approvers", "seats"),
    [
        ({"a": {"x"}, "b": {"x"}}, 1),
        ({"a": {"x", "y"}, "b": {"x"}}, 2),
        ({"a": {"x"}, "b": {"x", "y"}, "c": {"y", "z"}}, 3),
        ({"a": {"x", "y"}, "b": {"x", "y"}, "c": {"x", "y"}}, 2),
        ({"a": set[str]()}, 0),
    ],
)
def test_one_person_fills_one_seat_and_each_group_one(approvers: dict[str, set[str]], seats: int) -> None:
    assert counted(approvers, distinct_groups=True) == seats
    assert counted(approvers, distinct_groups=False) == len(approvers)
