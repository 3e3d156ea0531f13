"""A whole Sallyport in memory."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sallyport.adapters.cedar import CedarAuthorizer
from sallyport.adapters.policy_layer import load_policy
from sallyport.domain.actions import PolicyBundle
from sallyport.domain.binding import VaultRecord
from sallyport.domain.canonical import JSON
from sallyport.domain.channels import Card, Trouble
from sallyport.domain.clock import stamp
from sallyport.domain.credentials import CredentialOrder, ScopedCredentials
from sallyport.domain.deny_policy import only_denies
from sallyport.domain.deployment import Deployment
from sallyport.domain.directory import Person
from sallyport.domain.events import AuditEvent, Link
from sallyport.domain.home import Home
from sallyport.domain.overdue import due
from sallyport.domain.ports import ChatFailed, Conflict, Exists, Limits, Places, PortFailed, TooManyRequests
from sallyport.domain.requests import ApprovalRequest, CardRef
from sallyport.domain.revocations import RoleList
from sallyport.domain.tallies import Refused, Tally, chain_of, total_due
from sallyport.domain.target_ports import CallResult
from sallyport.domain.turns import Turn
from sallyport.masking import MaskedDocument, MaskingFailed
from sallyport.masking.views import restored

ACCOUNT = "000000000000"
# The shipped policy is read once: it is frozen, and a test that wants another makes a copy.
_shipped = cache(load_policy)


@dataclass
class FakeStore:
    requests: dict[str, ApprovalRequest] = field(default_factory=dict)
    chain: dict[str, list[AuditEvent]] = field(default_factory=dict)
    keys: dict[str, tuple[str, str]] = field(default_factory=dict)
    per_hour: dict[str, int] = field(default_factory=dict)
    signatures: set[str] = field(default_factory=set)
    own: Deployment = field(default_factory=Deployment)
    noted: dict[tuple[str, str], datetime] = field(default_factory=dict)
    failing: bool = False

    def _check_new(self, twin: ApprovalRequest, idempotency_key: str | None, now: datetime) -> None:
        if idempotency_key in self.keys:
            request_id, same = self.keys[idempotency_key]
            raise Exists(request_id, by_key=True, sameness=same)
        for request in self.requests.values():
            if request.sameness == twin.sameness and request.answers(twin, now):
                raise Exists(request.request_id, by_key=False, sameness=twin.sameness)

    def create(
        self,
        request: ApprovalRequest,
        events: tuple[AuditEvent, ...],
        *,
        idempotency_key: str | None,
        limits: Limits,
        now: datetime,
    ) -> None:
        self._check_new(request, idempotency_key, now)
        pending = [r for r in self.requests.values() if r.agent == request.agent and not r.settled]
        hour = f"{request.agent}{now:%Y%m%d%H}"
        if len(pending) >= limits.pending:
            raise TooManyRequests(pending=True)
        if self.per_hour.get(hour, 0) >= limits.per_hour:
            raise TooManyRequests(pending=False)
        self._write(events)
        self.per_hour[hour] = self.per_hour.get(hour, 0) + 1
        self.requests[request.request_id] = request
        if idempotency_key:
            self.keys[idempotency_key] = (request.request_id, request.sameness)

    def load(self, request_id: str) -> ApprovalRequest | None:
        return self.requests.get(request_id)

    def save(
        self,
        previous: ApprovalRequest,
        request: ApprovalRequest,
        events: tuple[AuditEvent, ...],
        guard: Deployment | None = None,
    ) -> None:
        stored = self.requests.get(request.request_id)
        if stored is None or stored.version != previous.version:
            raise Conflict
        if guard is not None and guard.version != self.own.version:
            raise Conflict
        self._write(events)
        self.requests[request.request_id] = request

    def undecided(self, agent: str) -> int:
        return sum(r.agent == agent and not r.settled for r in self.requests.values())

    def pending(self, limit: int, after: str | None) -> tuple[tuple[ApprovalRequest, ...], str | None]:
        found = sorted((r for r in self.requests.values() if not r.settled), key=lambda r: (r.created_at, r.request_id))
        rest = [r for r in found if after is None or f"{stamp(r.created_at)}|{r.request_id}" > after]
        page = tuple(map(_listed, rest[:limit]))
        return page, f"{stamp(page[-1].created_at)}|{page[-1].request_id}" if len(rest) > limit else None

    def seen_before(self, signature: str, now: datetime) -> bool:
        seen = signature in self.signatures
        self.signatures.add(signature)
        return seen

    def links(self, request_id: str) -> tuple[Link, ...]:
        stored = self.chain.get(request_id, [])
        return tuple(Link(f"{event.seq:010d}", event.body, event.hash, event.prev_hash) for event in stored)

    def newest(self, request_id: str) -> Link | None:
        return next(reversed(self.links(request_id)), None)

    def deployment(self) -> Deployment:
        return self.own

    def save_deployment(self, previous: Deployment, deployment: Deployment, events: tuple[AuditEvent, ...]) -> None:
        if self.own.version != previous.version:
            raise Conflict
        self._write(events)
        self.own = deployment

    def live(self, agent: str, since: datetime) -> tuple[ApprovalRequest, ...]:
        found = [r for r in self.requests.values() if r.agent == agent and r.created_at > since]
        return tuple(_listed(r) for r in found if r.live or r.needs_review)

    def overdue(self, now: datetime) -> Iterator[str]:
        found = [(at, r.request_id) for r in self.requests.values() if (at := due(r)) is not None and at <= now]
        yield from (request_id for _, request_id in sorted(found))

    def note_decision(self, person: str, request_id: str, now: datetime) -> None:
        if self.failing:
            raise PortFailed("store_unavailable")
        self.noted[person, request_id] = now

    def decided_by(self, person: str, limit: int) -> tuple[str, ...]:
        own = sorted(((at, request_id) for (who, request_id), at in self.noted.items() if who == person), reverse=True)
        return tuple(request_id for _, request_id in own[:limit])

    def unreviewed(self) -> tuple[ApprovalRequest, ...]:
        return tuple(_listed(r) for r in self.requests.values() if r.settled and r.needs_review)

    def _write(self, events: tuple[AuditEvent, ...]) -> None:
        if self.failing:
            raise PortFailed("store_unavailable")
        if any(event.seq in {taken.seq for taken in self.chain.get(event.request_id, [])} for event in events):
            raise Conflict
        for event in events:
            self.chain.setdefault(event.request_id, []).append(event)

    def events(self, request_id: str) -> list[dict[str, Any]]:
        """What was audited, parsed."""
        return [json.loads(event.body) for event in self.chain.get(request_id, [])]

    def types(self, request_id: str) -> list[str]:
        return [event.type.value for event in self.chain.get(request_id, [])]


def _listed(request: ApprovalRequest) -> ApprovalRequest:
    """As an index gives it: the token lies in the item alone."""
    return replace(request, task_token=None)


@dataclass
class FakeTallies:
    """Writes its chains beside the store's."""

    store: FakeStore = field(default_factory=FakeStore)
    tallies: dict[str, Tally] = field(default_factory=dict)
    due: dict[str, datetime] = field(default_factory=dict)

    def count(self, refused: Refused, now: datetime) -> Tally:
        chain = chain_of(refused, now)
        before = self.tallies.get(chain, Tally(chain, refused, 0))
        self.tallies[chain] = replace(before, newest=refused, count=before.count + 1)
        self.due[chain] = total_due(now)
        return self.tallies[chain]

    def note(self, before: Tally, told: Tally, events: tuple[AuditEvent, ...]) -> None:
        current = self.tallies[told.chain]
        if current.noted != before.noted:
            raise Conflict
        self.store._write(events)
        self.tallies[told.chain] = replace(current, noted=told.noted, head=told.head)

    def overdue(self, now: datetime) -> Iterator[Tally]:
        open_ = [chain for at, chain in sorted((at, chain) for chain, at in self.due.items()) if at <= now]
        yield from (self.tallies[chain] for chain in open_)

    def finish(self, tally: Tally) -> None:
        if self.tallies[tally.chain].count == tally.count:
            self.due.pop(tally.chain, None)


@dataclass
class FakeVault:
    """Everything in it was put at `put_at`."""

    records: dict[str, VaultRecord] = field(default_factory=dict)
    put_at: datetime = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)

    def put(self, record: VaultRecord) -> None:
        self.records[record.request_id] = VaultRecord.restored(json.loads(json.dumps(asdict(record))))

    def get(self, request_id: str) -> VaultRecord:
        if request_id not in self.records:
            raise PortFailed("vault_unavailable")
        return self.records[request_id]

    def delete(self, request_id: str) -> None:
        self.records.pop(request_id, None)

    def listed(self) -> Iterator[tuple[str, datetime]]:
        yield from ((request_id, self.put_at) for request_id in list(self.records))


@dataclass
class FakeViews:
    views: dict[str, str] = field(default_factory=dict)

    def put(self, presented_digest: str, view: MaskedDocument) -> None:
        self.views[presented_digest] = json.dumps(view.document)

    def get(self, presented_digest: str) -> MaskedDocument:
        if presented_digest not in self.views:
            raise PortFailed("views_unavailable")
        try:
            return restored(json.loads(self.views[presented_digest]), presented_digest)
        except MaskingFailed:
            raise PortFailed("views_unavailable") from None


@dataclass
class FakeWorkflow:
    started: dict[str, Mapping[str, JSON]] = field(default_factory=dict)
    succeeded: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    again: list[tuple[str, int, Turn]] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)
    failing: bool = False

    def start(self, request_id: str, timers: Mapping[str, JSON]) -> None:
        if self.failing:
            raise PortFailed("workflow_unavailable")
        self.started.setdefault(request_id, timers)

    def succeed(self, task_token: str, request_id: str) -> bool:
        if self.failing:
            raise PortFailed("workflow_unavailable")
        self.succeeded.append((task_token, request_id))
        return True

    def fail(self, task_token: str, code: str) -> bool:
        self.failed.append((task_token, code))
        return True

    def ask_again(self, task_token: str, wait: int, turn: Turn) -> bool:
        self.again.append((task_token, wait, turn))
        return True


@dataclass
class FakeChat:
    """`troubles` are what the next calls of a method meet, `lost` those of them that took effect all the same; `closed`
    are rooms that take nothing."""

    name: str = "slack"
    default_room: str = "C0APPROVAL"
    closed: set[str] = field(default_factory=set)
    posted: list[Card] = field(default_factory=list)
    # Where each of them was posted.
    rooms: list[str] = field(default_factory=list)
    updated: list[Card] = field(default_factory=list)
    retired: list[tuple[CardRef, Card]] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    # Of the details: what they were opened with, or are, and the page.
    shown: list[tuple[str, int, Card]] = field(default_factory=list)
    homes: list[tuple[str, Home]] = field(default_factory=list)
    direct: list[tuple[str, Card]] = field(default_factory=list)
    notices: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    # Forms that were opened, and triggers that open nothing any more.
    forms: list[tuple[str, str, Card]] = field(default_factory=list)
    reason_required: bool = False
    expired: set[str] = field(default_factory=set)
    inactive: set[str] = field(default_factory=set)
    failing: bool = False
    troubles: dict[str, list[ChatFailed]] = field(default_factory=dict)
    lost: bool = False
    deleted: set[str] = field(default_factory=set)

    def post_card(self, card: Card, room: str) -> CardRef:
        failed = self._failure("post_card", room)
        if failed is None or self.lost:
            self.posted.append(card)
            self.rooms.append(room)
        if failed is not None:
            raise failed
        return self._ref(len(self.posted))

    def find_card(self, request_id: str, since: datetime, room: str) -> CardRef | None:
        self._check("find_card", room)
        there = [self._ref(n) for n, card in enumerate(self.posted, 1) if card.request_id == request_id]
        gone = {*self.deleted, *(ref.message for ref, _ in self.retired)}
        return next((ref for ref in there if ref.channel == room and ref.message not in gone), None)

    def update_card(self, ref: CardRef, card: Card) -> None:
        self._change("update_card", ref)
        self.updated.append(card)

    def retire_card(self, ref: CardRef, card: Card) -> None:
        self._change("retire_card", ref)
        self.retired.append((ref, card))

    def _change(self, method: str, ref: CardRef) -> None:
        self._check(method, ref.channel)
        posted = {self._ref(number) for number in range(1, len(self.posted) + 1)}
        if ref not in posted or ref.message in self.deleted:
            raise ChatFailed(Trouble.GONE)

    def open_details(self, trigger: str, card: Card) -> None:
        self._check("open_details")
        self.shown.append((trigger, 0, card))

    def turn_details(self, opened: str, card: Card, page: int) -> None:
        self._check("turn_details")
        self.shown.append((opened, page, card))

    def ask_to_confirm(self, trigger: str, ref: CardRef, card: Card, *, reason_required: bool) -> None:
        self._open("ask_to_confirm", trigger, card)
        self.reason_required = reason_required

    def ask_why(self, trigger: str, ref: CardRef, card: Card) -> None:
        self._open("ask_why", trigger, card)

    def _open(self, form: str, trigger: str, card: Card) -> None:
        if not trigger or trigger in self.expired:
            raise ChatFailed(Trouble.UNAVAILABLE)
        self._check(form)
        self.forms.append((form, trigger, card))

    def tell(self, ref: CardRef, user_id: str, words: str) -> None:
        self._check("tell", ref.channel)
        self.told.append((user_id, words))

    def notify(self, room: str, ref: CardRef | None, words: str, people: tuple[Person, ...]) -> None:
        self._check("notify", room)
        self.notices.append((words, tuple(person.slack_user_id or "" for person in people)))

    def send_direct(self, person: Person, card: Card) -> None:
        self._check("send_direct")
        self.direct.append((person.slack_user_id or "", card))

    def show_home(self, user_id: str, home: Home) -> None:
        self._check("show_home")
        self.homes.append((user_id, home))

    def is_active_member(self, user_id: str) -> bool:
        return not self.failing and user_id not in self.inactive

    def _ref(self, number: int) -> CardRef:
        return CardRef(self.rooms[number - 1], f"{number}.000001")

    def _failure(self, method: str, room: str = "") -> ChatFailed | None:
        if self.failing:
            return ChatFailed(Trouble.UNAVAILABLE)
        if room in self.closed:
            return ChatFailed(Trouble.CLOSED)
        return self.troubles[method].pop(0) if self.troubles.get(method) else None

    def _check(self, method: str, room: str = "") -> None:
        failed = self._failure(method, room)
        if failed is not None:
            raise failed


@dataclass
class FakeIssuer:
    orders: list[CredentialOrder] = field(default_factory=list)
    failing: str | None = None

    def issue(self, wanted: CredentialOrder) -> ScopedCredentials:
        if not wanted.policy:
            raise PortFailed("policy_missing")
        if self.failing:
            raise PortFailed(self.failing)
        self.orders.append(wanted)
        expires = datetime.now(UTC) + timedelta(seconds=wanted.duration_seconds)
        return ScopedCredentials(f"ASIAFAKE{len(self.orders):08d}", "secret", "token", expires)


@dataclass
class FakeRoleLists:
    lists: dict[str, RoleList] = field(default_factory=dict)

    def read(self, role: str) -> RoleList:
        return self.lists.get(role, RoleList())

    def save(self, role: str, previous: RoleList, changed: RoleList) -> RoleList:
        if self.read(role).revision != previous.revision:
            raise Conflict
        self.lists[role] = replace(changed, revision=previous.revision + 1)
        return self.lists[role]


@dataclass
class FakeRolePolicies:
    documents: dict[str, str] = field(default_factory=dict)
    puts: list[str] = field(default_factory=list)
    failing: Exception | None = None

    def put(self, role: str, document: str) -> None:
        self.puts.append(document)
        if self.failing:
            raise self.failing
        self.documents[role] = only_denies(document)


@dataclass
class FakeCallMaker:
    """Answers `answer`, or raises `failing`; `takes` says whether the model would take the arguments."""

    answer: CallResult = field(default_factory=lambda: CallResult({}))
    failing: Exception | None = None
    takes: bool = True
    calls: list[tuple[Mapping[str, Any], ScopedCredentials]] = field(default_factory=list)

    def check(self, call: Mapping[str, Any]) -> bool:
        return self.takes

    def make(self, call: Mapping[str, Any], credentials: ScopedCredentials) -> CallResult:
        self.calls.append((call, credentials))
        if self.failing:
            raise self.failing
        return self.answer


@dataclass
class FakeSameness:
    def sign(self, data: bytes) -> str:
        return hmac.new(b"a key of tests", data, hashlib.sha256).hexdigest()


@dataclass
class CountingEntropy:
    drawn: int = 0
    drawing: threading.Lock = field(default_factory=threading.Lock)

    def request_id(self) -> str:
        with self.drawing:
            self.drawn += 1
            return f"req-{self.drawn:024x}"

    def salt(self) -> str:
        return f"{self.drawn:064x}"


@dataclass
class FakePorts:
    """Satisfies `Ports`, with Cedar and the shipped policy as they are."""

    policy: PolicyBundle = field(default_factory=lambda: _shipped(ACCOUNT))
    store: FakeStore = field(default_factory=FakeStore)
    vault: FakeVault = field(default_factory=FakeVault)
    views: FakeViews = field(default_factory=FakeViews)
    workflow: FakeWorkflow = field(default_factory=FakeWorkflow)
    chat: FakeChat = field(default_factory=FakeChat)
    issuer: FakeIssuer = field(default_factory=FakeIssuer)
    role_lists: FakeRoleLists = field(default_factory=FakeRoleLists)
    role_policies: FakeRolePolicies = field(default_factory=FakeRolePolicies)
    call_maker: FakeCallMaker = field(default_factory=FakeCallMaker)
    sameness: FakeSameness = field(default_factory=FakeSameness)
    entropy: CountingEntropy = field(default_factory=CountingEntropy)
    places: Places = field(default_factory=lambda: Places("aws", ACCOUNT, "us-east-1"))
    limits: Limits = field(default_factory=lambda: Limits(per_hour=120, pending=20))
    authorizer: CedarAuthorizer = field(init=False)
    tallies: FakeTallies = field(init=False)

    def __post_init__(self) -> None:
        self.tallies = FakeTallies(self.store)
        self.authorizer = CedarAuthorizer(self.policy)
