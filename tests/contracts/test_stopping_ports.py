"""What stops things: the deployment's switches, live and unreviewed requests, the roles' lists and their policies."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from sallyport.adapters.dynamodb_store import DynamoDbStore
from sallyport.adapters.iam_revocation import DynamoDbRoleLists, IamRolePolicies
from sallyport.domain.deployment import CHAIN, UNREADABLE, Deployment, Halt, subject
from sallyport.domain.events import Actor, ActorKind, Draft, EventType, Link, link
from sallyport.domain.evidence import end
from sallyport.domain.ports import Conflict, PortFailed, RequestStore
from sallyport.domain.requests import Choice, Decision, Grant, GrantStatus, RequestStatus, Review
from sallyport.domain.revocations import POLICY_NAME, RevokedSession, RevokedSessions, RoleList
from sallyport.domain.target_ports import OutcomeUnknown, RoleLists, RolePolicies
from tests.contracts.test_request_store import created, moved, trail
from tests.fakes.ports import FakeRoleLists, FakeRolePolicies
from tests.support.account import REGION
from tests.support.story import NOW

TWINS = ["fake", "aws"]
ROSA = Actor(ActorKind.PERSON, "rosa.security", "api")
SESSION = RevokedSession("req-000000000000000000000001", NOW, NOW + timedelta(minutes=16), by_person=True)


SILENCE = ReadTimeoutError(endpoint_url="https://iam")


def answered(status: int) -> ClientError:
    """IAM's refusal with this HTTP status."""
    answer: Any = {"Error": {"Code": "Failure"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "PutRolePolicy")


@pytest.fixture(params=TWINS)
def lists(request: pytest.FixtureRequest, account: None) -> RoleLists:
    return FakeRoleLists() if request.param == "fake" else DynamoDbRoleLists("requests", REGION)


@pytest.fixture(params=TWINS)
def policies(request: pytest.FixtureRequest, account: None) -> RolePolicies:
    if request.param == "fake":
        return FakeRolePolicies()
    boto3.client("iam").create_role(RoleName="target", Path="/sallyport/target/", AssumeRolePolicyDocument="{}")
    return IamRolePolicies(boto3.client("iam"))


def test_switches_are_stored_with_their_events_by_who_read_the_newest(store: RequestStore) -> None:
    before = store.deployment()
    switch = f"agent:a{before.version}"
    event = Draft(EventType.HALTED, ROSA, {"switch": switch})
    events, head = link(subject("p"), before.head, [event], NOW)
    after = replace(before.halted(Halt(switch, "rosa.security", NOW, "why")), version=before.version + 1, head=head)
    store.save_deployment(before, after, events)
    assert store.deployment() == after
    assert switch in store.deployment().switches
    with pytest.raises(Conflict):
        store.save_deployment(before, after, events)
    assert store.deployment().head == head


def test_switch_is_not_pulled_when_its_place_in_the_chain_is_taken(store: RequestStore) -> None:
    before = store.deployment()
    events, head = link(subject("p"), before.head, [Draft(EventType.HALTED, ROSA)], NOW)
    after = replace(before, version=before.version + 1, head=head)
    store.save_deployment(before, after, events)
    with pytest.raises(Conflict):
        store.save_deployment(after, replace(after, version=after.version + 1), events)


def test_save_is_held_against_the_deployment_that_was_read(store: RequestStore) -> None:
    request, before = created(store), store.deployment()
    events, head = link(request.subject, request.head, [Draft(EventType.GRANT_REDEEMED, ROSA)], NOW)
    after = replace(request, version=request.version + 1, head=head, code="redeemed")
    halted, own_head = link(subject("p"), before.head, [Draft(EventType.HALTED, ROSA)], NOW)
    store.save_deployment(before, replace(before, version=before.version + 1, head=own_head), halted)
    with pytest.raises(Conflict):
        store.save(request, after, events, before)
    assert store.load(request.request_id) == request
    assert len(trail(store, request.request_id)) == 1
    store.save(request, after, events, store.deployment())
    assert store.load(request.request_id) == after


def test_newest_link_is_the_end_of_the_chain_that_the_item_names(store: RequestStore) -> None:
    before = store.deployment()
    drafts = [Draft(EventType.HALTED, ROSA, {"switch": "all"}), Draft(EventType.RESUMED, ROSA, {"switch": "all"})]
    events, head = link(subject("p"), before.head, drafts, NOW)
    store.save_deployment(before, replace(before, version=head.length, head=head), events)
    newest = store.newest(CHAIN)
    assert newest is not None
    assert (end(newest), newest.body) == (head, events[-1].body)
    assert store.links(CHAIN)[-2:] == tuple(Link(f"{e.seq:010d}", e.body, e.hash, e.prev_hash) for e in events)
    assert store.newest("req-ffffffffffffffffffffffff") is None
    assert store.links("req-ffffffffffffffffffffffff") == ()


@pytest.mark.parametrize("garbled", [{}, {"document": {"S": "{"}}, {"document": {"N": "1"}}, {"version": {"S": "one"}}])
def test_item_that_is_no_deployment_is_unreadable_and_written_over(account: None, garbled: dict[str, Any]) -> None:
    store = DynamoDbStore("requests", "audit", REGION)
    before = store.deployment()
    events, head = link(subject("p"), before.head, [Draft(EventType.HALTED, ROSA)], NOW)
    after = Deployment(version=head.length, head=head)
    item = {"pk": {"S": "HALTS"}, **garbled}
    boto3.client("dynamodb").put_item(TableName="requests", Item=item)
    assert store.deployment() == UNREADABLE
    store.save_deployment(replace(UNREADABLE, head=before.head), after, events)
    assert store.deployment() == after


def test_item_whose_version_is_not_its_documents_is_unreadable(account: None) -> None:
    """The attribute is what a save is conditional on, and whoever edits one of the two alone is not believed."""
    store, client = DynamoDbStore("requests", "audit", REGION), boto3.client("dynamodb")
    before = store.deployment()
    events, head = link(subject("p"), before.head, [Draft(EventType.HALTED, ROSA)], NOW)
    after = Deployment(version=head.length, head=head)
    store.save_deployment(before, after, events)
    stored = client.get_item(TableName="requests", Key={"pk": {"S": "HALTS"}})["Item"]
    client.put_item(TableName="requests", Item={**stored, "version": {"N": str(after.version + 1)}})
    assert store.deployment() == UNREADABLE
    client.put_item(TableName="requests", Item=stored)
    assert store.deployment() == after


def test_live_requests_are_those_whose_grant_or_session_may_be_of_use(store: RequestStore) -> None:
    issued = Grant(GrantStatus.ISSUED, NOW, NOW + timedelta(seconds=900), ("petra.approver",))
    used = replace(issued, status=GrantStatus.REVOKED, redeemed_at=NOW)
    over = replace(used, ended_at=NOW)
    cases = {
        (RequestStatus.PENDING, None): False,
        (RequestStatus.APPROVED, issued): True,
        (RequestStatus.REDEEMED, used): True,
        (RequestStatus.REDEEMED, over): False,
        (RequestStatus.CLOSED, used): True,  # its deny is not known to stand
        (RequestStatus.CLOSED, over): False,
        (RequestStatus.REVOKED, issued): False,
        (RequestStatus.REVOKED, used): True,
        (RequestStatus.FAILED, used): False,
    }
    agent = f"bot-{secrets.token_hex(4)}"
    kept: set[str] = set()
    for (status, grant), live in cases.items():
        request = moved(
            store, created(store, agent=agent), partial(replace, status=status, grant=grant, task_token="a-token")
        )
        kept |= {request.request_id} if live else set()
    found = store.live(agent, NOW - timedelta(days=1))
    assert {r.request_id for r in found} == kept
    assert {r.task_token for r in found} == {None}
    assert store.live(agent, NOW + timedelta(days=1)) == ()
    assert store.live("nobody", NOW - timedelta(days=1)) == ()


def test_broken_glass_is_found_until_it_is_reviewed(store: RequestStore) -> None:
    alone = Decision("rosa.security", Choice.APPROVE, NOW, "api", "d" * 64, "why", break_glass=True)
    broken = moved(store, created(store), lambda r: replace(r, status=RequestStatus.REDEEMED, decisions=(alone,)))
    assert broken.request_id in {r.request_id for r in store.unreviewed()}
    assert broken.request_id in {r.request_id for r in store.live(broken.agent, NOW - timedelta(days=1))}
    review = Review("petra.approver", Choice.APPROVE, NOW, "api", "right")
    moved(store, broken, lambda r: replace(r, review=review))
    assert broken.request_id not in {r.request_id for r in store.unreviewed()}
    loaded = store.load(broken.request_id)
    assert loaded is not None
    assert loaded.review == review


def test_list_is_kept_whole_by_who_read_the_newest(lists: RoleLists) -> None:
    assert lists.read("one") == RoleList()
    listed = RoleList().with_sessions([SESSION], NOW).joined("a", NOW)
    first = lists.save("one", RoleList(), listed)
    assert first == replace(listed, revision=1)
    assert lists.read("one") == first
    for stale in (RoleList(), replace(first, revision=7)):
        with pytest.raises(Conflict):
            lists.save("one", stale, first.left("a", 1))
    assert lists.read("one") == first
    second = lists.save("one", first, first.left("a", 1))
    assert (second.stands, second.revision) == (True, 2)
    assert lists.read("one") == second
    assert lists.read("another") == RoleList()


def test_policy_of_a_role_is_written_whole(policies: RolePolicies) -> None:
    policies.put("target", RevokedSessions((SESSION,)).policy())
    policies.put("target", RevokedSessions((), datetime(2026, 11, 2, tzinfo=UTC)).policy())
    if isinstance(policies, FakeRolePolicies):
        assert "TokenIssueTime" in policies.documents["target"]
        return
    (name,) = boto3.client("iam").list_role_policies(RoleName="target")["PolicyNames"]
    assert name == POLICY_NAME


def test_role_that_cannot_be_written_fails_with_a_code(account: None) -> None:
    with pytest.raises(PortFailed, match="role_not_written"):
        IamRolePolicies(boto3.client("iam")).put("nobody", RevokedSessions((SESSION,)).policy())


@pytest.mark.parametrize(
    ("failure", "raised"),
    [(answered(400), PortFailed), (answered(500), OutcomeUnknown), (SILENCE, OutcomeUnknown)],
)
def test_put_without_an_answer_may_have_been_made(failure: Exception, raised: type[Exception]) -> None:
    class Client:
        def put_role_policy(self, **_: object) -> None:
            raise failure

    with pytest.raises(raised):
        IamRolePolicies(Client()).put("target", RevokedSessions().policy())  # type: ignore[arg-type]


def test_fresh_deployment_has_no_switches() -> None:
    assert Deployment().switches == frozenset()
