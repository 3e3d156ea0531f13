"""A person decides. Whatever is refused is audited, and settles nothing."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from sallyport.adapters.request_record import from_json, to_json
from sallyport.domain.requests import Choice
from sallyport.domain.submissions import Statement
from sallyport.services.transition import REFUSALS_KEPT
from sallyport.usecases.decide import decide
from tests.support.chain import broken_at
from tests.support.story import Story, refused, submission


def still_pending(story: Story, code: str, person: str, channel: str = "slack") -> bool:
    """Nothing was settled, nobody was called back, and the refusal is the newest event."""
    assert story.request.status == "pending"
    assert not story.ports.workflow.succeeded
    assert story.last["type"] == "decision.refused"
    assert story.last["details"] == {"code": code}
    assert story.last["actor"] == {"kind": "person", "id": person, "channel": channel}
    return True


def test_an_approval_is_recorded_with_its_outcome_and_then_called_back() -> None:
    story = Story().approved()
    assert story.types[-2:] == ["decision.recorded", "request.approved"]
    assert story.last["details"] == {"approvers": ["petra.approver"]}
    assert story.ports.workflow.succeeded == [("token-0", story.request_id)]
    (decision,) = story.request.decisions
    assert (decision.by, decision.choice, decision.channel) == ("petra.approver", "approve", "slack")
    assert decision.presented_digest == story.request.presented_digest
    assert broken_at(story.ports.store.chain[story.request_id], story.request.head.length) is None


def test_one_denial_settles_whatever_the_quorum() -> None:
    story = Story().quorum(3).pending().decided("petra.approver").decided("quinn.approver", Choice.DENY)
    assert story.request.status == "denied"
    assert story.types[-2:] == ["decision.recorded", "request.denied"]


@pytest.mark.parametrize(("person", "channel"), [("olive.owner", "slack"), ("olive.owner", "api")])
def test_the_owner_never_approves_by_whatever_channel(person: str, channel: str) -> None:
    story = Story().pending()
    for choice in (Choice.APPROVE, Choice.WITHDRAW):
        with refused("self_approval"):
            story.decided(person, choice, channel)
        assert still_pending(story, "self_approval", person, channel)


def test_an_operator_never_decides_even_in_an_asked_group() -> None:
    story = Story()
    people = dict(story.ports.policy.directory.people)
    people["sam.operator"] = replace(people["sam.operator"], groups=frozenset({"data-approvers", "security"}))
    directory = story.ports.policy.directory
    story.policy(directory=type(directory)(people, directory.agents)).pending()
    with refused("self_approval"):
        story.decided("sam.operator")
    assert still_pending(story, "self_approval", "sam.operator")


def test_who_is_acted_for_never_decides() -> None:
    story = Story().pending(submission(on_behalf_of="quinn.approver"))
    with refused("self_approval"):
        story.decided("quinn.approver")
    assert still_pending(story, "self_approval", "quinn.approver")


def test_an_admin_or_break_glass_member_who_owns_the_agent_does_not_decide_either() -> None:
    story = Story()
    directory = story.ports.policy.directory
    people = dict(directory.people)
    groups = frozenset({"data-approvers", "security", "break-glass"})
    people["olive.owner"] = replace(people["olive.owner"], groups=groups)
    story.policy(directory=type(directory)(people, directory.agents)).pending()
    with refused("self_approval"):
        story.decided("olive.owner")
    assert still_pending(story, "self_approval", "olive.owner")


def test_a_new_owner_and_the_owner_of_then_both_stand_behind_the_request() -> None:
    story = Story().pending()
    directory = story.ports.policy.directory
    agents = dict(directory.agents)
    agents["export-bot"] = replace(agents["export-bot"], owner="petra.approver")
    story.policy(directory=type(directory)(directory.people, agents))
    for person in ("olive.owner", "petra.approver"):
        with refused("self_approval"):
            story.decided(person)
        assert still_pending(story, "self_approval", person)


def test_an_operator_of_then_does_not_decide_after_being_taken_out_of_the_directory() -> None:
    story = Story(agent="oncall-bot").pending()
    directory = story.ports.policy.directory
    agents = {**directory.agents, "oncall-bot": replace(directory.agents["oncall-bot"], operators=frozenset())}
    story.policy(directory=type(directory)(directory.people, agents))
    with refused("self_approval"):
        story.decided("quinn.approver")
    assert still_pending(story, "self_approval", "quinn.approver")


@pytest.mark.parametrize("person", ["rosa.security", "sam.operator"])
def test_who_was_not_asked_does_not_decide(person: str) -> None:
    story = Story(agent="triage-bot").pending()
    with refused("not_an_approver"):
        story.decided(person)
    assert still_pending(story, "not_an_approver", person)


def test_a_stranger_is_refused_and_written_as_unknown() -> None:
    story = Story().pending()
    with refused("not_an_approver"):
        story.decided("nobody.at.all")
    assert still_pending(story, "not_an_approver", "unknown")


def test_a_stranger_learns_nothing_from_a_settled_request() -> None:
    story = Story().approved()
    with refused("not_an_approver"):
        story.decided("rosa.security")


def test_a_channel_that_the_action_does_not_take_is_refused() -> None:
    story = Story().pending()
    approval = story.ports.policy.actions["s3.export"].approval
    story.action(approval=replace(approval, channels=("api",)))
    with refused("channel_not_allowed"):
        story.decided()
    assert still_pending(story, "channel_not_allowed", "petra.approver")


def test_a_reason_may_be_required() -> None:
    story = Story().pending()
    approval = story.ports.policy.actions["s3.export"].approval
    story.action(approval=replace(approval, reason_required=True))
    for reason in (None, "  \n"):
        with refused("reason_required"):
            story.decided(reason=reason)
    assert still_pending(story, "reason_required", "petra.approver")
    assert story.decided(reason="checked").request.status == "approved"


@pytest.mark.parametrize("digest", ["", "0" * 64, "ü"])
def test_a_decision_about_another_view_is_stale(digest: str) -> None:
    story = Story().pending()
    with refused("stale_digest"):
        story.decided(presented_digest=digest)
    assert still_pending(story, "stale_digest", "petra.approver")


def test_a_decision_about_another_action_is_stale() -> None:
    story = Story().pending()
    with refused("stale_digest"):
        story.decided(action_digest="0" * 64)
    assert still_pending(story, "stale_digest", "petra.approver")


def test_nobody_decides_what_has_not_been_presented() -> None:
    story = Story().submitted()
    with refused("stale_digest"):
        story.decided(presented_digest="")
    assert still_pending(story, "stale_digest", "petra.approver")


@pytest.mark.parametrize("choice", list(Choice))
def test_a_click_on_a_settled_request_changes_nothing(choice: Choice) -> None:
    story = Story().approved()
    with refused("already_settled"):
        story.decided("otto.owner", choice)
    assert story.request.status == "approved"
    assert len(story.request.decisions) == 1
    assert story.last["details"] == {"code": "already_settled"}


def test_a_click_after_the_deadline_is_too_late_even_before_the_workflow_noticed() -> None:
    story = Story().pending()
    story.now = story.request.expires_at
    with refused("already_settled"):
        story.decided()
    assert still_pending(story, "already_settled", "petra.approver")
    story.now = story.request.expires_at - timedelta(milliseconds=1)
    assert story.decided().request.status == "approved"


def test_one_person_fills_one_seat_of_a_quorum() -> None:
    story = Story().quorum(2).pending().decided("petra.approver")
    for channel in ("slack", "api"):
        with refused("already_decided"):
            story.decided("petra.approver", channel=channel)
        assert still_pending(story, "already_decided", "petra.approver", channel)
    story.decided("otto.owner")
    assert story.request.status == "approved"
    assert story.last["details"] == {"approvers": ["petra.approver", "otto.owner"]}


def test_a_person_does_not_change_their_mind_into_a_second_seat() -> None:
    story = Story().quorum(2).pending().decided("petra.approver")
    with refused("already_decided"):
        story.decided("petra.approver", Choice.DENY)
    assert still_pending(story, "already_decided", "petra.approver")


@pytest.mark.parametrize("switch", ["all", "agent:export-bot", "action:s3.export"])
def test_a_halt_stops_decisions(switch: str) -> None:
    story = Story().pending()
    story.halted(switch)
    with refused("halted"):
        story.decided()
    assert still_pending(story, "halted", "petra.approver")


def test_what_a_person_types_is_masked_before_it_is_kept() -> None:
    story = Story().pending().decided(reason="Spoke to John Smith, MRN 12345678")
    kept = repr(story.request) + repr(story.ports.store.chain)
    assert "12345678" not in kept
    assert "[MRN-1]" in kept


def test_delimiters_in_a_comment_come_back_whole() -> None:
    story = Story().pending().decided(reason='INC-42: drop table users; "},{|\x1f')
    assert story.request.decisions[0].comment == 'INC-42: drop table users; "},{|\x1f'
    assert story.ports.store.events(story.request_id)[-2]["details"]["comment"].startswith("INC-42: drop table users")


def test_an_action_that_is_gone_is_decided_by_nobody() -> None:
    story = Story().pending().policy(actions={})
    with refused("not_an_approver"):
        story.decided()


def test_an_unknown_request_is_not_found_and_leaves_no_trace() -> None:
    story = Story().pending()
    before = len(story.ports.store.chain)
    with refused("not_found"):
        decide(
            "req-ffffffffffffffffffffffff",
            story.person("petra.approver"),
            "api",
            Statement(Choice.APPROVE, "0" * 64),
            story.ports,
            story.now,
        )
    assert len(story.ports.store.chain) == before


def test_refusals_are_capped_so_that_they_cannot_bury_the_decision() -> None:
    story = Story().pending()
    for _ in range(REFUSALS_KEPT + 10):
        with refused("self_approval"):
            story.decided("olive.owner")
    kept = [e for e in story.ports.store.events(story.request_id) if e["type"] == "decision.refused"]
    assert len(kept) == REFUSALS_KEPT + 1
    assert kept[-1]["details"] == {"code": "more_refusals_not_kept", "of": "self_approval"}
    assert story.decided().request.status == "approved"
    assert broken_at(story.ports.store.chain[story.request_id], story.request.head.length) is None


def test_nobody_burns_the_cap_for_somebody_else_or_for_another_attempt() -> None:
    story = Story().pending()
    for _ in range(REFUSALS_KEPT + 10):
        with refused("stale_digest"):
            story.decided("petra.approver", presented_digest="0" * 64)
    with refused("stale_digest"):
        story.decided("otto.owner", presented_digest="0" * 64)
    assert (story.last["actor"]["id"], story.last["details"]) == ("otto.owner", {"code": "stale_digest"})
    with refused("channel_not_allowed"):
        story.decided("petra.approver", channel="teams")
    assert (story.last["actor"]["id"], story.last["details"]) == ("petra.approver", {"code": "channel_not_allowed"})
    assert story.decided().request.status == "approved"


def test_a_callback_that_gets_lost_does_not_undo_the_decision() -> None:
    story = Story().pending()
    story.ports.workflow.failing = True
    assert story.decided().request.status == "approved"
    story.ports.workflow.failing = False
    assert story.granted().request.grant is not None


@pytest.mark.parametrize("person", ["olive.owner", "sam.operator", "quinn.approver", "petra.approver"])
def test_denying_is_open_to_whoever_is_asked_or_stands_behind_it(person: str) -> None:
    story = Story().pending().decided(person, Choice.DENY)
    assert story.request.status == "denied"
    assert story.types[-2:] == ["decision.recorded", "request.denied"]


def test_a_denial_is_welcome_while_halted_by_any_channel_and_without_a_reason() -> None:
    story = Story()
    strict = replace(story.ports.policy.actions["s3.export"].approval, channels=("api",), reason_required=True)
    story.action(approval=strict).pending()
    story.halted("all")
    story.decided("petra.approver", Choice.DENY, "slack")
    assert story.request.status == "denied"


def test_facts_of_the_submission_are_kept_and_the_groups_asked_grow_with_the_ladder() -> None:
    story = Story().pending()
    assert story.request.may_act_for == ("olive.owner", "quinn.approver")
    assert (story.request.operators, story.request.risk) == (("sam.operator",), "high")
    assert story.request.asked == ("data-approvers",)
    assert story.asked(1).request.asked == ("data-approvers", "security")


def test_a_request_stored_before_it_kept_these_facts_is_judged_by_todays_policy() -> None:
    story = Story().pending()
    stored = json.loads(to_json(story.request))
    for fact in ("may_act_for", "risk", "asked"):
        del stored[fact]
    old = from_json(json.dumps(stored), None)
    assert (old.may_act_for, old.risk, old.asked) == ((), "", ())
    people = story.ports.policy.directory.people
    acted_for, other = (
        story.ports.authorizer.may("decide", people[p], old) for p in ("quinn.approver", "petra.approver")
    )
    assert (acted_for.allowed, other.allowed) == (False, True)
    assert "four-eyes" in acted_for.reasons
    assert from_json(to_json(story.request), None) == replace(story.request, task_token=None)
