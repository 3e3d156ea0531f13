"""The lists of denied sessions, with several writers at once, crashes at any point, and puts that arrive late."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from sallyport.domain.ports import PortFailed
from sallyport.domain.refusals import RevocationFailed
from sallyport.domain.requests import ApprovalRequest, GrantStatus, RequestStatus
from sallyport.domain.revocations import WRITER_LIFE, RoleList
from sallyport.domain.target_ports import OutcomeUnknown
from sallyport.services.sessions import deny_for_agent, deny_for_people, settle_session
from sallyport.usecases.revoke_grant import revoke_agent, revoke_grant
from tests.fakes.ports import FakeRoleLists, FakeRolePolicies
from tests.support.story import Story, agent_arn, person_arn, submission
from tests.support.turns import Crashed, Turns

ROLE = "sallyport-target-s3-export"
ROSA = person_arn("rosa.security")
DONE = agent_arn("export-bot")


class TurnedLists(FakeRoleLists):
    """Each call waits for its turn."""

    def __init__(self, turns: Turns) -> None:
        super().__init__()
        self.turns = turns

    def read(self, role: str) -> RoleList:
        self.turns.step()
        return self.lists.get(role, RoleList())

    def save(self, role: str, previous: RoleList, changed: RoleList) -> RoleList:
        self.turns.step()
        self.turns, turns = Turns(0, over=True), self.turns  # comparing and setting is one step
        try:
            return super().save(role, previous, changed)
        finally:
            self.turns = turns


class SlowPolicies(FakeRolePolicies):
    """A put is sent at one turn and arrives at another. What was sent before a crash may arrive later, or never."""

    def __init__(self, turns: Turns) -> None:
        super().__init__()
        self.turns = turns
        self.late: list[str] = []

    def put(self, role: str, document: str) -> None:
        try:
            self.turns.step()
        except Crashed:
            self.late.append(document)
            raise
        super().put(role, document)


def minted(story: Story, count: int) -> list[ApprovalRequest]:
    """So many live sessions of one role."""
    made = []
    for n in range(count):
        story.pending(submission(reason=f"export {n}")).decided().granted().redeemed()
        made.append(story.request)
    return made


def denied_in(document: str) -> set[str]:
    statements = json.loads(document)["Statement"]
    return {i for s in statements for i in s["Condition"]["StringEquals"]["aws:PrincipalTag/sallyport:request"]}


def denied(story: Story) -> set[str]:
    return denied_in(story.ports.role_policies.documents[ROLE])


@pytest.mark.parametrize("crashes", [0, 2])
@pytest.mark.parametrize("seed", range(40))
def test_what_is_said_to_stand_stands_whoever_overtakes_whom_and_dies_where(seed: int, crashes: int) -> None:
    story = Story()
    requests = minted(story, 5)
    everything = {r.request_id for r in requests}
    turns = Turns(seed, crashes)
    lists, policies, dice = TurnedLists(turns), SlowPolicies(turns), random.Random(seed)
    story.ports.role_lists, story.ports.role_policies = lists, policies

    def nothing_is_said_to_stand_that_does_not() -> None:
        if policies.late and dice.random() < 0.3:
            policies.documents[ROLE] = policies.late.pop()
        stored = lists.lists.get(ROLE, RoleList())
        if stored.version and stored.stands:
            assert policies.documents[ROLE] == stored.sessions.policy()

    def person(request: ApprovalRequest) -> None:
        deny_for_people(ROLE, [request], story.ports, story.now, lambda _: None)

    def agent(request: ApprovalRequest) -> None:
        deny_for_agent(request, story.ports, story.now, lambda _: None)

    turns.each = nothing_is_said_to_stand_that_does_not
    actors: dict[str, Callable[[], object]] = {f"person {r.request_id}": partial(person, r) for r in requests[:2]}
    turns.run(actors | {f"agent {r.request_id}": partial(agent, r) for r in requests[2:]})
    assert len(turns.crashed) <= crashes
    if not turns.crashed:
        assert denied(story) == everything
        assert lists.lists[ROLE].stands
    for late in policies.late:
        policies.documents[ROLE] = late
    story.later(WRITER_LIFE.total_seconds())
    for request in requests:
        story.ports.store.requests[request.request_id] = replace(request, status=RequestStatus.REVOKED)
        assert settle_session(request.request_id, story.ports, story.now)
        assert request.request_id in denied(story)
    assert lists.lists[ROLE].stands
    assert denied(story) == everything


def test_persons_revocation_waits_for_no_writer_that_an_agent_left_behind() -> None:
    story = Story()
    (mine,) = minted(story, 1)
    story.ports.role_lists.lists[ROLE] = RoleList().joined("an agent's, which hangs", story.now)
    slept: list[float] = []
    deny_for_people(ROLE, [mine], story.ports, story.now, slept.append)
    assert denied(story) == {mine.request_id}
    assert slept == []
    # What hangs may still put an older list, so nobody may take this one for standing yet.
    assert not story.ports.role_lists.lists[ROLE].stands
    story.ports.store.requests[mine.request_id] = replace(mine, status=RequestStatus.REVOKED)
    assert story.request.live
    assert settle_session(mine.request_id, story.later(WRITER_LIFE.total_seconds()).ports, story.now)


def test_agent_that_says_done_again_and_again_causes_one_put_and_nothing_else() -> None:
    story = Story()
    minted(story, 1)
    first = revoke_grant(DONE, story.request_id, story.ports, story.now)
    before = (list(story.types), len(story.ports.chat.updated), len(story.ports.workflow.succeeded))
    for _ in range(50):
        assert revoke_grant(DONE, story.request_id, story.ports, story.now).status is first.status
    assert len(story.ports.role_policies.puts) == 1
    assert (story.types, len(story.ports.chat.updated), len(story.ports.workflow.succeeded)) == before
    assert story.ports.role_lists.lists[ROLE].stands
    assert not story.request.live


@pytest.mark.parametrize("failure", [PortFailed("role_not_written"), OutcomeUnknown()])
def test_agent_cannot_make_a_failing_put_be_tried_again(failure: Exception) -> None:
    story = Story()
    minted(story, 1)
    story.ports.role_policies.failing = failure
    with pytest.raises(RevocationFailed):
        revoke_grant(DONE, story.request_id, story.ports, story.now)
    before = (len(story.ports.chat.updated), len(story.ports.workflow.succeeded))
    for _ in range(50):
        revoke_grant(DONE, story.request_id, story.ports, story.now)
    assert len(story.ports.role_policies.puts) == 1
    assert (len(story.ports.chat.updated), len(story.ports.workflow.succeeded)) == before
    assert story.request.live


def test_agents_done_leaves_the_put_to_who_is_at_it() -> None:
    story = Story()
    first, second = minted(story, 2)
    put = story.ports.role_policies.put

    def meanwhile(role: str, document: str) -> None:
        story.ports.role_policies.put = put  # type: ignore[method-assign]
        deny_for_agent(second, story.ports, story.now)
        put(role, document)

    story.ports.role_policies.put = meanwhile  # type: ignore[method-assign]
    deny_for_people(ROLE, [first], story.ports, story.now)
    assert denied(story) == {first.request_id, second.request_id}
    assert len(story.ports.role_policies.puts) == 2
    assert story.ports.role_lists.lists[ROLE].stands


def test_put_over_a_newer_one_is_not_left_when_iam_refuses_the_next() -> None:
    story = Story()
    first, second = minted(story, 2)
    put, slept = story.ports.role_policies.put, list[float]()

    def older(role: str, document: str) -> None:
        story.ports.role_policies.put = put  # type: ignore[method-assign]
        deny_for_people(ROLE, [second], story.ports, story.now)
        put(role, document)
        story.ports.role_policies.failing = PortFailed("role_not_written")

    def recovered(seconds: float) -> None:
        slept.append(seconds)
        story.ports.role_policies.failing = None

    story.ports.role_policies.put = older  # type: ignore[method-assign]
    deny_for_agent(first, story.ports, story.now, recovered)
    assert denied(story) == {first.request_id, second.request_id}
    assert len(slept) == 1


def test_session_whose_done_failed_half_way_is_found_by_revoking_the_agent() -> None:
    story = Story()
    minted(story, 1)
    story.ports.role_policies.failing = PortFailed("role_not_written")
    with pytest.raises(RevocationFailed):
        revoke_grant(DONE, story.request_id, story.ports, story.now)
    story.ports.role_policies.failing = None
    assert story.request.status == "closed"
    assert revoke_agent(ROSA, "export-bot", story.ports, story.now) == ([story.request_id], {})
    assert denied(story) == {story.request_id}
    assert story.request.status == "revoked"
    assert revoke_agent(ROSA, "export-bot", story.ports, story.now) == ([], {})


def test_all_of_an_agents_sessions_on_a_role_are_denied_by_one_put() -> None:
    story = Story()
    sessions = minted(story, 4)
    done, refused = revoke_agent(ROSA, "export-bot", story.ports, story.now)
    assert (set(done), refused) == ({r.request_id for r in sessions}, {})
    assert denied_in(*story.ports.role_policies.puts) == set(done)


def test_sessions_that_could_not_be_denied_are_said_and_found_again() -> None:
    story = Story()
    sessions = {r.request_id for r in minted(story, 2)}
    story.ports.role_policies.failing = PortFailed("role_not_written")
    done, refused = revoke_agent(ROSA, "export-bot", story.ports, story.now)
    assert (done, refused) == ([], dict.fromkeys(sessions, "revocation_failed"))
    story.ports.role_policies.failing = None
    done, refused = revoke_agent(ROSA, "export-bot", story.ports, story.now)
    assert (set(done), refused) == (sessions, {})


def test_done_session_that_gives_way_on_a_full_list_is_listed_as_live_again(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story()
    first, second = minted(story, 2)
    revoke_grant(DONE, first.request_id, story.ports, story.now)
    assert not story.ports.store.requests[first.request_id].live
    one = len(story.ports.role_lists.lists[ROLE].sessions.policy())
    monkeypatch.setattr("sallyport.domain.revocations.MAX_LENGTH", one)
    revoke_grant(ROSA, second.request_id, story.ports, story.now)
    assert denied(story) == {second.request_id}
    assert story.ports.store.requests[first.request_id].live
    assert not story.ports.store.requests[second.request_id].live


def test_settling_leaves_alone_what_is_in_use_and_takes_note_of_what_is_over() -> None:
    story = Story()
    minted(story, 1)
    assert not settle_session(story.request_id, story.ports, story.now)
    assert story.ports.role_policies.puts == []
    assert settle_session(story.request_id, story.later(1000).ports, story.now)
    assert not story.request.live
    assert story.request.status is RequestStatus.REDEEMED
    assert settle_session("req-ffffffffffffffffffffffff", story.ports, story.now)


def test_settling_writes_the_deny_that_a_crash_left_out() -> None:
    story = Story()
    (request,) = minted(story, 1)
    assert request.grant is not None
    closed = replace(request, status=RequestStatus.CLOSED, grant=replace(request.grant, status=GrantStatus.REVOKED))
    story.ports.store.requests[story.request_id] = closed
    for _ in range(2):
        assert settle_session(story.request_id, story.ports, story.now)
    assert denied(story) == {story.request_id}
    assert len(story.ports.role_policies.puts) == 1
    assert not story.request.live


def test_silent_writer_is_forgotten_when_nothing_of_it_can_arrive_any_more() -> None:
    at = Story().now
    held = RoleList().joined("silent", at)
    assert dict(held.joined("next", at + WRITER_LIFE - timedelta(seconds=1)).writers).keys() == {"silent", "next"}
    assert dict(held.joined("next", at + WRITER_LIFE).writers).keys() == {"next"}
