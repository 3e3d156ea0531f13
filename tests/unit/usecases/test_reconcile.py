"""No orphan, no stuck request: whatever was lost on the way is found when it is overdue, and settled with evidence."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sallyport.domain.binding import VaultRecord
from sallyport.domain.overdue import due
from sallyport.domain.ports import PortFailed, Ports
from sallyport.domain.requests import Choice, RequestStatus
from sallyport.usecases.cancel_request import cancel_request
from sallyport.usecases.execute_action import execute_action
from sallyport.usecases.reconcile_requests import Reconciled, reconcile_requests
from sallyport.usecases.revoke_grant import revoke_grant
from sallyport.usecases.submit_request import submit_request
from tests.support.chain import broken_at
from tests.support.story import NOW, Story, agent_arn, person_arn, refused, submission

ROLE = "sallyport-target-s3-export"


class Died(Exception):
    """The function's end, in the middle of it."""


def dies(*_: object, **__: object) -> Any:
    raise Died


def unstarted(before: str = "start") -> Story:
    """Its submission died before it could start the workflow, or even before it could put the payload."""
    story = Story()
    put, start = story.ports.vault.put, story.ports.workflow.start
    if before == "start":
        story.ports.workflow.start = dies  # type: ignore[method-assign]
    else:
        story.ports.vault.put = dies  # type: ignore[method-assign]
    with pytest.raises(Died):
        story.submitted()
    story.ports.vault.put, story.ports.workflow.start = put, start  # type: ignore[method-assign]
    (story.request_id,) = story.ports.store.requests
    return story


def run(story: Story) -> Reconciled:
    return reconcile_requests(story.ports, lambda: story.now)


def counts(story: Story) -> dict[str, int]:
    return dict(run(story).counts)


def nobody_waits(story: Story) -> None:
    """Every token is of an execution that is over."""

    def answered(task_token: str, request_id: str) -> bool:
        story.ports.workflow.succeeded.append((task_token, request_id))
        return False

    story.ports.workflow.succeed = answered  # type: ignore[method-assign]


def closed_by_reconciler(story: Story) -> bool:
    assert story.types[-1] == "request.closed"
    assert story.last["actor"] == {"kind": "system", "id": "sallyport", "channel": "reconcile"}
    assert story.request.task_token is None
    assert broken_at(story.ports.store.chain[story.request_id], story.request.head.length) is None
    assert counts(story.later(3600)) == {}, "and there is nothing left to do"
    return story.request_id not in story.ports.vault.records


def test_nothing_is_done_to_what_goes_its_way() -> None:
    story = Story().pending()
    later = Story(ports=story.ports).submitted(submission(reason="another"))
    events = {request_id: story.ports.store.types(request_id) for request_id in (story.request_id, later.request_id)}
    assert counts(story.later(60)) == {}
    assert {request_id: story.ports.store.types(request_id) for request_id in events} == events
    assert not story.ports.workflow.succeeded


def test_orphan_is_started_and_goes_its_way() -> None:
    story = unstarted()
    assert counts(story.later(60)) == {}, "its submission may still be under way"
    assert counts(story.later(60)) == {"started": 1}
    assert set(story.ports.workflow.started) == {story.request_id}
    assert story.masked().asked().decided().granted().redeemed()


def test_orphan_that_nobody_could_decide_in_time_expires() -> None:
    story = unstarted()
    assert counts(story.later(3600)) == {"closed": 1}
    assert (story.request.status, story.request.code) == (RequestStatus.EXPIRED, "timed_out")
    assert not story.ports.workflow.started
    assert closed_by_reconciler(story)


def test_orphan_whose_start_changes_nothing_fails() -> None:
    """Its execution is there, and is over: a start under the same name is none."""
    story = unstarted(before="put")
    assert counts(story.later(120)) == {"started": 1}
    assert counts(story.later(13 * 60)) == {"closed": 1}
    assert (story.request.status, story.request.code) == (RequestStatus.FAILED, "workflow_lost")
    assert closed_by_reconciler(story)


def test_orphan_whose_action_policy_dropped_fails() -> None:
    story = unstarted()
    actions = {k: v for k, v in story.ports.policy.actions.items() if k != "s3.export"}
    assert counts(story.policy(actions=actions).later(120)) == {"closed": 1}
    assert (story.request.status, story.request.code) == (RequestStatus.FAILED, "workflow_lost")


def test_orphan_blocks_its_agent_no_longer_and_a_retry_starts_it() -> None:
    story = unstarted()
    for seconds, started in ((0, 0), (120, 1)):
        story.later(seconds)
        again, new = submit_request(agent_arn(story.agent), submission(), None, story.ports, story.now)
        assert (again.request_id, new) == (story.request_id, False)
        assert len(story.ports.workflow.started) == started


def test_retry_of_an_orphan_that_nobody_could_decide_in_time_starts_nothing() -> None:
    story = unstarted().later(3600)
    assert submit_request(agent_arn(story.agent), submission(), None, story.ports, story.now)[1] is False
    assert not story.ports.workflow.started


def test_retry_of_an_orphan_that_cannot_be_started_is_told_so() -> None:
    story = unstarted().later(120)
    story.ports.workflow.failing = True
    with refused("unavailable"):
        story.submitted()
    assert story.request.status is RequestStatus.PENDING


def test_pending_request_whose_workflow_is_gone_expires() -> None:
    story = Story().pending()
    assert counts(story.later(3600 + 60)) == {}, "the workflow's own timer comes first"
    assert counts(story.later(14 * 60)) == {"closed": 1}
    assert story.request.status is RequestStatus.EXPIRED
    assert story.types[-2:] == ["request.expired", "request.closed"]
    assert closed_by_reconciler(story)


SETTLED: dict[str, Callable[[Story], object]] = {
    "approved": lambda s: s.decided(),
    "denied": lambda s: s.decided(choice=Choice.DENY),
    "cancelled": lambda s: cancel_request(agent_arn(s.agent), s.request_id, s.ports, s.now),
}


@pytest.mark.parametrize("settle", SETTLED.values(), ids=SETTLED)
def test_lost_callback_is_called_back(settle: Callable[[Story], object]) -> None:
    story = Story().pending()
    story.ports.workflow.failing = True
    settle(story)
    story.ports.workflow.failing = False
    assert counts(story.later(120)) == {"called_back": 1}
    assert story.ports.workflow.succeeded == [("token-0", story.request_id)]


@pytest.mark.parametrize("settle", [SETTLED["denied"], SETTLED["cancelled"]], ids=["denied", "cancelled"])
def test_lost_close_is_made_up_for(settle: Callable[[Story], object]) -> None:
    story = Story().pending()
    settle(story)
    status = story.request.status
    nobody_waits(story)
    assert counts(story.later(120)) == {"closed": 1}
    assert story.request.status is status
    assert closed_by_reconciler(story)


def test_approval_that_is_becoming_a_grant_is_let_be_for_a_while() -> None:
    story = Story().approved()
    nobody_waits(story)
    assert counts(story.later(120)) == {"waiting": 1}
    assert story.granted().request.grant is not None


def test_approval_that_never_became_a_grant_fails() -> None:
    story = Story().approved()
    nobody_waits(story)
    assert counts(story.later(15 * 60)) == {"closed": 1}
    assert (story.request.status, story.request.code) == (RequestStatus.FAILED, "workflow_lost")
    assert closed_by_reconciler(story)


def test_grant_that_nobody_redeemed_and_whose_workflow_is_gone_expires() -> None:
    story = Story().approved().granted()
    assert counts(story.later(900)) == {}
    assert counts(story.later(15 * 60)) == {"closed": 1}
    assert story.types[-2:] == ["grant.expired", "request.closed"]
    assert closed_by_reconciler(story)


def test_redeemed_request_is_closed_and_leaves_the_live_ones_when_its_session_is_over() -> None:
    story = Story().approved().granted()
    story.redeemed()
    nobody_waits(story)
    assert counts(story.later(120)) == {"closed": 1}
    assert story.last["details"] == {"status": "redeemed", "code": "none"}
    since = NOW - timedelta(days=1)
    assert [r.request_id for r in story.ports.store.live(story.agent, since)] == [story.request_id]
    assert counts(story.later(story.request.duration_seconds + 3600)) == {"session_ended": 1}
    assert story.ports.store.live(story.agent, since) == ()
    assert due(story.request) is None


def test_deny_that_a_revocation_could_not_write_is_written() -> None:
    story = Story().approved().granted()
    story.redeemed()
    story.closed()
    story.ports.role_policies.failing = PortFailed("role_not_written")
    with refused("revocation_failed"):
        revoke_grant(person_arn("rosa.security"), story.request_id, story.ports, story.now)
    story.later(120)
    assert counts(story) == {"failed": 1}
    story.ports.role_policies.failing = None
    assert counts(story) == {"session_ended": 1}
    (document,) = story.ports.role_policies.documents.values()
    assert story.request_id in document


def test_call_of_which_nothing_was_heard_is_written_as_such() -> None:
    restart = submission(action="ecs.restart_service", parameters={"cluster": "clinic", "service": "appointments"})
    story = Story().pending(restart).decided().granted()
    make = story.ports.call_maker.make

    def last_words(*given: Any) -> Any:
        story.ports.store.failing = True
        return make(*given)

    story.ports.call_maker.make = last_words  # type: ignore[method-assign, assignment]
    with pytest.raises(PortFailed):
        execute_action(agent_arn(story.agent), story.request_id, story.ports, story.now)
    story.ports.store.failing = False
    assert counts(story.later(120)) == {"call_settled": 1}
    assert (story.request.status, story.request.code) == (RequestStatus.FAILED, "outcome_unknown")
    assert story.last["type"] == "action.failed"


def orphaned_payload(story: Story) -> str:
    """What nobody's request knows of."""
    record: VaultRecord = next(iter(story.ports.vault.records.values()))
    story.ports.vault.put(replace(record, request_id="req-ffffffffffffffffffffffff"))
    return "req-ffffffffffffffffffffffff"


def test_payload_without_a_request_is_deleted_and_others_stay() -> None:
    story = Story().pending()
    orphan = orphaned_payload(story)
    assert counts(story.later(600)) == {}
    assert counts(story.later(1)) == {"payloads_deleted": 1}
    assert orphan not in story.ports.vault.records
    assert set(story.ports.vault.records) == {story.request_id}


def test_payload_of_a_request_that_is_over_is_deleted() -> None:
    story = Story().pending().decided(choice=Choice.DENY)
    delete = story.ports.vault.delete

    def undeletable(_: str) -> None:
        raise PortFailed("vault_unavailable")

    story.ports.vault.delete = undeletable  # type: ignore[method-assign, assignment]
    with pytest.raises(PortFailed):
        story.closed()
    story.ports.vault.delete = delete  # type: ignore[method-assign]
    assert counts(story.later(601)) == {"payloads_deleted": 1}
    assert not story.ports.vault.records


def test_payload_of_a_grant_stays() -> None:
    story = Story().approved().granted()
    story.ports.vault.put_at = NOW - timedelta(days=1)
    assert counts(story.later(60)) == {}
    assert story.redeemed()


def test_total_of_an_hours_refusals_is_told_when_the_hour_is_over() -> None:
    story = Story()
    for _ in range(50):
        with refused("unknown_action"):
            story.submitted(submission(action="iam.create_user"))
    (chain,) = (name for name in story.ports.store.chain if name.startswith("refused-"))
    assert counts(story.later(3600)) == {}
    assert counts(story.later(120)) == {"totals_told": 1}
    assert [event["details"]["count"] for event in story.ports.store.events(chain)] == [1, 2, 4, 8, 16, 32, 50]
    assert broken_at(story.ports.store.chain[chain]) is None
    assert counts(story) == {}


def test_total_that_the_chain_tells_already_is_not_told_twice() -> None:
    story = Story()
    with refused("unknown_action"):
        story.submitted(submission(action="iam.create_user"))
    assert counts(story.later(2 * 3600)) == {}
    assert not story.ports.tallies.due
    assert [len(events) for name, events in story.ports.store.chain.items() if name.startswith("refused-")] == [1]


def test_one_request_that_fails_does_not_keep_the_others_waiting() -> None:
    story = unstarted()
    second = Story(ports=story.ports)
    second.submitted(submission(reason="another")).masked().asked().decided(choice=Choice.DENY)
    story.ports.workflow.failing = True
    assert counts(story.later(120)) == {"failed": 2}
    story.ports.workflow.failing = False
    assert counts(story) == {"started": 1, "called_back": 1}


def test_what_stays_overdue_is_a_backlog_in_the_end() -> None:
    story = Story().approved()
    story.ports.workflow.failing = True
    assert run(story.later(120)).backlog == 0
    assert run(story.later(30 * 60 + 1)).backlog == 1
    story.ports.workflow.failing = False
    assert run(story).backlog == 0


def test_run_ends_in_time_and_the_next_one_goes_on() -> None:
    story = Story()
    for n in range(5):
        Story(ports=story.ports).submitted(submission(reason=str(n)))
    ticks = iter(range(1000))

    def slow() -> Any:
        return NOW + timedelta(minutes=3, seconds=5 * next(ticks))

    begun = reconcile_requests(story.ports, slow).counts["started"]
    assert 0 < begun < 5
    assert len(story.ports.workflow.started) == 5  # each had been started by its own submission


def test_index_that_lags_starts_nothing() -> None:
    story = Story().pending()
    stale: Ports = story.ports
    story.ports.store.overdue = lambda _: iter([story.request_id, "req-000000000000000000000000"])  # type: ignore[assignment, method-assign]
    assert counts(story.later(600)) == {}
    assert stale.store.load(story.request_id) == story.request
