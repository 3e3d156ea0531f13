"""RequestStore: state and evidence, written together or not at all."""

import itertools
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from pynamodb.connection import Connection
from pynamodb.exceptions import CancellationReason, TransactWriteError
from pynamodb.transactions import TransactWrite

from sallyport.adapters.dynamodb_store import DynamoDbStore
from sallyport.adapters.dynamodb_tallies import DynamoDbTallies
from sallyport.adapters.iam_revocation import DynamoDbRoleLists
from sallyport.domain.card_debts import CardDebt
from sallyport.domain.events import NO_EVENTS, SYSTEM, Actor, ActorKind, AuditEvent, Draft, EventType, link
from sallyport.domain.overdue import due
from sallyport.domain.ports import Conflict, Exists, Limits, PortFailed, RequestStore, TooManyRequests
from sallyport.domain.requests import (
    ApprovalRequest,
    CardRef,
    Choice,
    Decision,
    Grant,
    GrantStatus,
    RefusalCount,
    RequestStatus,
)
from sallyport.domain.tallies import Refused, RefusedCall
from tests.fakes.ports import FakeStore
from tests.support.account import REGION
from tests.support.story import NOW, Story

ROOMY = Limits(per_hour=1000, pending=1000)
TEMPLATE = Story().submitted().request
_clock = itertools.count()


def fresh(**changes: object) -> tuple[ApprovalRequest, tuple[AuditEvent, ...]]:
    """A request of an agent of its own, and its first event."""
    request = replace(
        TEMPLATE,
        request_id=f"req-{secrets.token_hex(12)}",
        sameness=secrets.token_hex(32),
        agent=f"bot-{secrets.token_hex(4)}",
        created_at=NOW + timedelta(seconds=next(_clock)),
        head=NO_EVENTS,
        version=0,
    )
    request = replace(request, **changes)  # type: ignore[arg-type]
    events, head = link(request.subject, NO_EVENTS, [Draft(EventType.REQUEST_SUBMITTED, SYSTEM)], NOW)
    return replace(request, head=head), events


def created(store: RequestStore, limits: Limits = ROOMY, key: str | None = None, **changes: object) -> ApprovalRequest:
    request, events = fresh(**changes)
    store.create(request, events, idempotency_key=key, limits=limits, now=NOW)
    return request


def moved(
    store: RequestStore, request: ApprovalRequest, change: Callable[[ApprovalRequest], ApprovalRequest]
) -> ApprovalRequest:
    events, head = link(request.subject, request.head, [Draft(EventType.REQUEST_CLOSED, SYSTEM)], NOW)
    after = replace(change(request), version=request.version + 1, head=head)
    store.save(request, after, events)
    return after


def denied(request: ApprovalRequest) -> ApprovalRequest:
    return request.moved(RequestStatus.DENIED)


def trail(store: object, request_id: str) -> list[str]:
    """The bodies of a request's chain."""
    if isinstance(store, FakeStore):
        return [event.body for event in store.chain.get(request_id, [])]
    found = boto3.client("dynamodb").query(
        TableName="audit",
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"REQ#{request_id}"}},
    )
    return [item["event"]["S"] for item in found["Items"]]


def test_what_was_created_is_loaded_whole(store: RequestStore) -> None:
    request = created(store)
    assert store.load(request.request_id) == request
    assert len(trail(store, request.request_id)) == 1


def test_every_member_survives_a_save(store: RequestStore) -> None:
    request = created(store)
    digest = "ab" * 32

    def full(before: ApprovalRequest) -> ApprovalRequest:
        return replace(
            before,
            status=RequestStatus.APPROVED,
            presented_digest=digest,
            decisions=(Decision("petra.approver", Choice.APPROVE, NOW, "slack", digest, 'a "comment" – ü'),),
            grant=Grant(GrantStatus.ISSUED, NOW, NOW + timedelta(seconds=900), ("petra.approver",)),
            card=CardRef("C0APPROVAL", "1.000001"),
            rung=2,
            task_token="AAAA/token==",
            refusals=(RefusalCount("person:olive.owner", "self_approval", 3),),
            code="a_code",
            ended_by=Actor(ActorKind.PERSON, "rosa.security", "api"),
            card_debt=CardDebt(NOW, 3),
        )

    after = moved(store, request, full)
    assert store.load(request.request_id) == after


def test_an_unknown_request_is_none(store: RequestStore) -> None:
    assert store.load("req-ffffffffffffffffffffffff") is None


def test_who_saves_second_gets_a_conflict_and_leaves_no_event(store: RequestStore) -> None:
    request = created(store)
    winner = moved(store, request, denied)
    with pytest.raises(Conflict):
        moved(store, request, lambda before: before.moved(RequestStatus.APPROVED))
    assert store.load(request.request_id) == winner
    assert len(trail(store, request.request_id)) == 2


def test_what_was_never_created_is_not_saved(store: RequestStore) -> None:
    request, events = fresh()
    with pytest.raises(Conflict):
        store.save(request, replace(request, version=1), events)
    assert store.load(request.request_id) is None
    assert trail(store, request.request_id) == []


def test_who_saves_second_without_an_event_gets_a_conflict_as_well(store: RequestStore) -> None:
    """Where the card is, that a deny stands: no place in the chain guards such a save, the version alone does."""
    request = created(store)
    winner = replace(request, version=1, card=CardRef("C0APPROVAL", "1.000001"))
    store.save(request, winner, ())
    with pytest.raises(Conflict):
        store.save(request, replace(request, version=1, card=CardRef("C0APPROVAL", "2.000002")), ())
    assert store.load(request.request_id) == winner
    assert len(trail(store, request.request_id)) == 1


def test_place_in_the_chain_that_is_taken_is_not_written_over(store: RequestStore) -> None:
    request = created(store)
    (first,) = trail(store, request.request_id)
    forged, _ = link(request.subject, NO_EVENTS, [Draft(EventType.REQUEST_APPROVED, SYSTEM)], NOW)
    with pytest.raises(Conflict):
        store.save(request, replace(request, version=1, code="forged"), forged)
    assert trail(store, request.request_id) == [first]
    assert store.load(request.request_id) == request


def test_an_identical_pending_request_exists(store: RequestStore) -> None:
    request = created(store)
    with pytest.raises(Exists) as exists:
        created(store, sameness=request.sameness)
    assert (exists.value.request_id, exists.value.by_key) == (request.request_id, False)


def test_what_exists_costs_no_counter(store: RequestStore) -> None:
    agent, two = f"bot-{secrets.token_hex(4)}", Limits(per_hour=2, pending=2)
    request = created(store, two, agent=agent)
    for _ in range(3):
        with pytest.raises(Exists):
            created(store, two, agent=agent, sameness=request.sameness)
    created(store, two, agent=agent)


def test_a_settled_request_makes_room_for_an_identical_one(store: RequestStore) -> None:
    request = created(store)
    moved(store, request, denied)
    again = created(store, sameness=request.sameness)
    assert store.load(again.request_id) == again


def test_an_idempotency_key_outlives_its_request(store: RequestStore) -> None:
    key = secrets.token_hex(16)
    request = created(store, key=key)
    moved(store, request, denied)
    with pytest.raises(Exists) as exists:
        created(store, key=key)
    assert (exists.value.request_id, exists.value.by_key) == (request.request_id, True)
    assert exists.value.sameness == request.sameness


def approved(until: datetime | None) -> Callable[[ApprovalRequest], ApprovalRequest]:
    grant = None if until is None else Grant(GrantStatus.ISSUED, NOW, until, ("petra.approver",))
    return lambda request: replace(request.moved(RequestStatus.APPROVED), grant=grant)


@pytest.mark.parametrize("until", [None, NOW + timedelta(seconds=1)])
def test_an_approval_that_waits_to_be_redeemed_exists(store: RequestStore, until: datetime | None) -> None:
    request = moved(store, created(store), approved(until))
    with pytest.raises(Exists) as exists:
        created(store, sameness=request.sameness)
    assert (exists.value.request_id, exists.value.by_key) == (request.request_id, False)


@pytest.mark.parametrize(("until", "policy"), [(1, "cd" * 32), (0, TEMPLATE.policy_digest)])
def test_an_approval_under_another_policy_or_past_its_time_makes_room(
    store: RequestStore, until: int, policy: str
) -> None:
    request = moved(store, created(store), approved(NOW + timedelta(seconds=until)))
    assert created(store, sameness=request.sameness, policy_digest=policy).request_id != request.request_id


def test_an_agents_undecided_requests_are_counted(store: RequestStore) -> None:
    agent = f"bot-{secrets.token_hex(4)}"
    assert store.undecided(agent) == 0
    first, _ = created(store, agent=agent), created(store, agent=agent)
    assert store.undecided(agent) == 2
    moved(store, first, denied)
    assert store.undecided(agent) == 1


def test_the_pending_limit_counts_undecided_requests_alone(store: RequestStore) -> None:
    two = Limits(per_hour=1000, pending=2)
    agent = f"bot-{secrets.token_hex(4)}"
    first = created(store, two, agent=agent)
    created(store, two, agent=agent)
    over, events = fresh(agent=agent)
    with pytest.raises(TooManyRequests) as limit:
        store.create(over, events, idempotency_key=None, limits=two, now=NOW)
    assert limit.value.pending
    assert store.load(over.request_id) is None
    assert trail(store, over.request_id) == []
    moved(store, first, denied)
    assert store.load(created(store, two, agent=agent).request_id) is not None


def test_a_settled_request_is_counted_off_once_however_often_it_is_saved(store: RequestStore) -> None:
    one, agent = Limits(per_hour=1000, pending=1), f"bot-{secrets.token_hex(4)}"
    settled = moved(store, created(store, one, agent=agent), denied)
    for _ in range(2):
        settled = moved(store, settled, lambda request: replace(request, code="again"))
    created(store, one, agent=agent)
    with pytest.raises(TooManyRequests):
        created(store, one, agent=agent)


def test_what_somebody_may_still_have_to_find_has_no_end(account: None) -> None:
    """DynamoDB deletes what is past its TTL: nothing that is open, waits for its review, or holds a token."""
    store = DynamoDbStore("requests", "audit", REGION)
    alone = Decision("rosa.security", Choice.APPROVE, NOW, "api", "d" * 64, "why", break_glass=True)

    def ends(change: Callable[[ApprovalRequest], ApprovalRequest]) -> bool:
        request = moved(store, created(store), change)
        key = {"pk": {"S": f"REQ#{request.request_id}"}}
        return "ttl" in boto3.client("dynamodb").get_item(TableName="requests", Key=key)["Item"]

    assert not ends(lambda request: request)
    assert not ends(lambda request: replace(request.moved(RequestStatus.APPROVED), task_token="a-token"))
    assert not ends(lambda request: replace(request, status=RequestStatus.CLOSED, decisions=(alone,)))
    assert ends(denied)


def test_the_hourly_limit_counts_all_and_ends_with_the_hour(store: RequestStore) -> None:
    one = Limits(per_hour=1, pending=1000)
    agent = f"bot-{secrets.token_hex(4)}"
    moved(store, created(store, one, agent=agent), denied)
    request, events = fresh(agent=agent)
    with pytest.raises(TooManyRequests) as limit:
        store.create(request, events, idempotency_key=None, limits=one, now=NOW)
    assert not limit.value.pending
    store.create(request, events, idempotency_key=None, limits=one, now=NOW + timedelta(hours=1))
    assert store.load(request.request_id) == request


def test_pending_requests_come_oldest_first_in_pages_without_tokens(store: RequestStore) -> None:
    made = [created(store) for _ in range(5)]
    settled = moved(store, created(store), denied)
    waiting = moved(store, made[0], lambda before: replace(before, task_token="a-token"))
    found: list[ApprovalRequest] = []
    cursor: str | None = None
    while True:
        page, cursor = store.pending(2, cursor)
        assert len(page) <= 2
        found += page
        if cursor is None:
            break
    ours = [r.request_id for r in found if r.request_id in {m.request_id for m in [*made, settled]}]
    assert ours == [m.request_id for m in made]
    assert [r.created_at for r in found] == sorted(r.created_at for r in found)
    shown = next(r for r in found if r.request_id == waiting.request_id)
    assert (shown.version, shown.task_token) == (waiting.version, None)


def test_a_signature_is_seen_once(store: RequestStore) -> None:
    signature = f"v0={secrets.token_hex(32)}"
    assert [store.seen_before(signature, NOW) for _ in range(3)] == [False, True, True]
    assert not store.seen_before(f"v0={secrets.token_hex(32)}", NOW)


def test_of_two_identical_requests_at_once_one_exists(account: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one was created between the look and the transaction: its pointer stops ours, which is no limit."""
    store = DynamoDbStore("requests", "audit", REGION)
    request, look, looked = created(store), store._replaced_twin, list[str]()

    def late(twin: ApprovalRequest, key: str | None, now: datetime) -> str | None:
        looked.append(twin.sameness)
        return None if len(looked) == 1 else look(twin, key, now)

    monkeypatch.setattr(store, "_replaced_twin", late)
    with pytest.raises(Exists) as exists:
        created(store, sameness=request.sameness)
    assert exists.value.request_id == request.request_id


def test_of_two_requests_with_one_idempotency_key_at_once_one_exists(
    account: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, key = DynamoDbStore("requests", "audit", REGION), secrets.token_hex(16)
    request, look, looked = created(store, key=key), store._replaced_twin, list[str]()

    def late(twin: ApprovalRequest, key: str | None, now: datetime) -> str | None:
        looked.append(twin.sameness)
        return None if len(looked) == 1 else look(twin, key, now)

    monkeypatch.setattr(store, "_replaced_twin", late)
    over, events = fresh()
    with pytest.raises(Exists) as exists:
        store.create(over, events, idempotency_key=key, limits=ROOMY, now=NOW)
    assert (exists.value.request_id, exists.value.by_key) == (request.request_id, True)
    assert store.load(over.request_id) is None
    assert trail(store, over.request_id) == []


def test_nothing_that_decides_is_read_eventually_consistent(account: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only an index may lag, and what is found there is read again by its key."""
    store, lists = DynamoDbStore("requests", "audit", REGION), DynamoDbRoleLists("requests", REGION)
    tallies, reads = DynamoDbTallies("requests", "audit", REGION), list[tuple[str, object]]()
    dispatch = Connection.dispatch

    def noted(connection: Connection, operation: str, arguments: dict[str, Any]) -> object:
        if operation in ("GetItem", "Query", "BatchGetItem") and "IndexName" not in arguments:
            reads.append((operation, arguments.get("ConsistentRead")))
        return dispatch(connection, operation, arguments)

    monkeypatch.setattr(Connection, "dispatch", noted)
    request = created(store, key=secrets.token_hex(16))
    store.load(request.request_id)
    store.links(request.request_id)
    store.newest(request.request_id)
    store.deployment()
    lists.read("one")
    tallies.count(Refused(RefusedCall.HALT, SYSTEM, "not_allowed", "unknown", "ab" * 32), NOW)
    assert list(tallies.overdue(NOW + timedelta(hours=2)))
    assert len(reads) >= 8
    assert {consistent for _, consistent in reads} == {True}


class Met(TransactWriteError):
    """What DynamoDB says when another transaction is at one of the items."""

    cancellation_reasons = [None, CancellationReason("TransactionConflict")]  # noqa: RUF012


def test_meeting_another_transaction_at_an_item_is_no_lost_race(account: None, monkeypatch: pytest.MonkeyPatch) -> None:
    store = DynamoDbStore("requests", "audit", REGION)
    request, commit, met = created(store), TransactWrite._commit, list[int]()

    def met_somebody(transaction: TransactWrite) -> object:
        met.append(1)
        if len(met) < 3:
            raise Met("met")
        return commit(transaction)

    monkeypatch.setattr(TransactWrite, "_commit", met_somebody)
    after = moved(store, request, denied)
    assert len(met) == 3
    assert store.load(request.request_id) == after


class Invalid(TransactWriteError):
    """What DynamoDB says when the transaction is none that it could make."""

    cancellation_reasons = [None, CancellationReason("ValidationError")]  # noqa: RUF012


def test_cancellation_that_is_no_race_is_a_failure(account: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a lost race it would be tried again and again, and be told as one."""
    store, tried = DynamoDbStore("requests", "audit", REGION), list[int]()
    request = created(store)

    def invalid(_: TransactWrite) -> object:
        tried.append(1)
        raise Invalid("invalid")

    monkeypatch.setattr(TransactWrite, "_commit", invalid)
    with pytest.raises(PortFailed, match="store_unavailable"):
        moved(store, request, denied)
    assert tried == [1]


def test_what_is_overdue_comes_oldest_first_and_leaves_when_nothing_is_to_come(store: RequestStore) -> None:
    made = [created(store) for _ in range(3)]
    ours = {request.request_id for request in made}
    at = due(made[-1])
    assert at is not None
    assert [r for r in store.overdue(at) if r in ours] == [r.request_id for r in made]
    assert made[0].request_id not in set(store.overdue(made[0].created_at))
    moved(store, made[0], denied)
    assert [r for r in store.overdue(at) if r in ours] == [r.request_id for r in made[1:]]


def test_a_card_that_is_owed_is_overdue_until_it_is_shown(store: RequestStore) -> None:
    request = moved(store, created(store), lambda r: replace(denied(r), card_debt=CardDebt(NOW, 1)))
    at = NOW + timedelta(minutes=1)
    assert request.request_id not in set(store.overdue(at - timedelta(milliseconds=1)))
    assert request.request_id in set(store.overdue(at))
    moved(store, request, lambda r: replace(r, card_debt=None))
    assert request.request_id not in set(store.overdue(at + timedelta(days=1)))


def test_a_persons_last_decisions_come_newest_first_once_each_and_bounded(store: RequestStore) -> None:
    who, other = f"p{secrets.token_hex(4)}", f"p{secrets.token_hex(4)}"
    ids = [f"req-{secrets.token_hex(12)}" for _ in range(4)]
    for minute, request_id in enumerate([*ids, ids[0]]):
        store.note_decision(who, request_id, NOW + timedelta(minutes=minute))
    store.note_decision(other, ids[1], NOW)
    assert store.decided_by(who, 3) == (ids[0], ids[3], ids[2])
    assert store.decided_by(who, 9) == (ids[0], ids[3], ids[2], ids[1])
    assert store.decided_by(f"p{secrets.token_hex(4)}", 9) == ()
    assert not {r.request_id for r in store.pending(1000, None)[0]} & set(ids)
    assert store.load(ids[0]) is None
