"""What a test does with the whole of Sallyport in this process; `tests.support.account` makes one."""

from __future__ import annotations

import copy
import importlib.util
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from sallyport.adapters.cedar import CedarAuthorizer
from sallyport.domain.actions import PolicyBundle, Rung
from sallyport.domain.requests import ApprovalRequest
from sallyport.runtime import wiring
from tests.support.chain import broken_at
from tests.support.slack import SIGNING_SECRET, RecordingSlack, click_payload, form, signature
from tests.support.story import EXPORT, agent_arn, person_arn

ROOT = Path(__file__).parents[2]
SLACK_USERS = {"olive.owner": "U0LIVE0001", "petra.approver": "UPETRA0003", "quinn.approver": "UQUINN0004"}
SLACK_USERS |= {"rosa.security": "UR0SA00005", "otto.owner": "U0TTO00002", "sam.operator": "USAM000006"}

type Handler = Callable[[dict[str, Any], object], Any]


def sample_event(function: str) -> dict[str, Any]:
    """The event in `events/` that `sam local invoke` uses too."""
    event: dict[str, Any] = json.loads((ROOT / "events" / f"{function}.json").read_text())
    return event


def load_handler(function: str) -> Handler:
    """`functions/<function>/app.py` as Lambda loads it: by its file, not as part of a package."""
    spec = importlib.util.spec_from_file_location(f"handler_{function}", ROOT / "functions" / function / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler: Handler = module.handler
    return handler


@dataclass
class House:
    """One deployment. `logs` are the lines that handlers wrote (`newest` by thread), `answers` all that callers got."""

    state_machine_arn: str
    slack: RecordingSlack
    handlers: dict[str, Handler] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    newest: dict[int, str] = field(default_factory=dict)
    clicks: int = 0
    clients: dict[str, Any] = field(default_factory=dict)
    stepped: threading.Condition = field(default_factory=threading.Condition)
    running: int = 0

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        if function not in self.handlers:
            self.handlers[function] = load_handler(function)
        with self.stepped:
            self.running += 1
        try:
            return self.handlers[function](event, None)
        finally:
            with self.stepped:
                self.running -= 1
                self.stepped.notify_all()

    def quiet(self, seconds: float = 60) -> bool:
        """Wait until no function runs."""
        with self.stepped:
            return self.stepped.wait_for(lambda: self.running == 0, seconds)

    def client(self, service: str) -> Any:
        """boto3's, made once: making one takes longer than most calls."""
        if service not in self.clients:
            self.clients[service] = boto3.client(service)  # type: ignore[call-overload]  # any service
        return self.clients[service]

    def said(self) -> dict[str, Any]:
        """The newest line that the caller's own functions wrote; the workflow's write theirs at the same time."""
        line: dict[str, Any] = json.loads(self.newest[threading.get_ident()])
        return line

    # -- HTTP

    def call(
        self,
        function: str,
        caller: str | None,
        *,
        request_id: str | None = None,
        body: object = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        path: Mapping[str, str] | None = None,
        route: tuple[str, str] | None = None,
    ) -> tuple[int, Any]:
        """Call as `caller`, whom API Gateway has authenticated: status and parsed body."""
        event = copy.deepcopy(sample_event(function))
        event["requestContext"]["identity"]["userArn"] = caller
        event["pathParameters"] = dict(path or {}) | ({"request_id": request_id} if request_id else {}) or None
        event["queryStringParameters"] = dict(query) if query else None
        event["multiValueHeaders"].pop("Idempotency-Key", None)
        event["multiValueHeaders"] |= {name: [value] for name, value in (headers or {}).items()}
        event["httpMethod"], event["resource"] = route or (event["httpMethod"], event["resource"])
        event["body"] = body if body is None or isinstance(body, str) else json.dumps(body)
        return self.answered(self.invoke(function, event))

    def answered(self, answer: dict[str, Any]) -> tuple[int, Any]:
        self.answers.append(json.dumps(answer))
        return answer["statusCode"], json.loads(answer["body"] or "null")

    def submit(self, agent: str = "export-bot", **changes: Any) -> str:
        """A new request's id."""
        status, view = self.call("submit_request", agent_arn(agent), body=submission_body(**changes))
        assert status == 202, view
        request_id: str = view["request_id"]
        return request_id

    def decide(self, person: str, request_id: str, /, decision: str = "approve", **said: Any) -> tuple[int, Any]:
        said.setdefault("presented_digest", self.request(request_id).presented_digest)
        return self.call(
            "decide_request", person_arn(person), request_id=request_id, body={"decision": decision, **said}
        )

    def redeem(self, request_id: str, caller: str | None = None) -> tuple[int, Any]:
        return self.call("issue_credentials", caller or agent_arn("export-bot"), request_id=request_id)

    # -- Slack

    def signed(
        self, body: bytes, *, timestamp: str | None = None, secret: str = SIGNING_SECRET, **headers: str
    ) -> tuple[int, Any]:
        """An interaction as Slack posts it; `headers` replace what it would send."""
        stamp = timestamp if timestamp is not None else str(int(time.time()))
        sent = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature(body, stamp, secret)}
        event = copy.deepcopy(sample_event("slack_interaction"))
        event["multiValueHeaders"] |= {n: [v] for n, v in (sent | headers).items()}
        event["body"] = body.decode()
        return self.answered(self.invoke("slack_interaction", event))

    def click(self, person: str, request_id: str, action_id: str = "approve", **changes: Any) -> str:
        """Press a button of the request's card; the outcome as the handler logged it."""
        card = self.card(request_id)
        self.clicks += 1  # Slack sends no two clicks that are equal to the byte
        payload = click_payload(
            user=SLACK_USERS.get(person, person),
            action_id=action_id,
            block_id=next(b["block_id"] for b in card["blocks"] if b["type"] == "actions"),
            request_id=request_id,
            message=card["ts"],
            container={"type": "message", "message_ts": card["ts"], "channel_id": card["channel"]},
        )
        status, _ = self.signed(form({**payload, "trigger_id": f"{self.clicks}.1", **changes}))
        assert status == 200
        outcome: str = self.said()["outcome"]
        return outcome

    def card(self, request_id: str) -> dict[str, Any]:
        """The request's card as it was posted, with the `ts` that Slack gave it."""
        ref = self.request(request_id).card
        assert ref is not None
        posted = [m for m in self.slack.sent("chat_postMessage") if m["channel"] == ref.channel]
        return {**next(m for m in posted if request_id in json.dumps(m)), "ts": ref.message}

    # -- workflow

    def until(
        self, request_id: str, reached: Callable[[ApprovalRequest], object], seconds: float = 60
    ) -> ApprovalRequest:
        """Wait for the workflow. Fails after `seconds`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            request = self.request(request_id)
            if reached(request):
                return request
            # Nothing changes but by a function; one that ended since the look above is found by the next one.
            with self.stepped:
                self.stepped.wait(0.05)
        raise AssertionError(f"still {self.request(request_id)}: {self.events(request_id)}")

    def asked(self, **changes: Any) -> str:
        """A request that waits for people, its card posted."""
        request_id = self.submit(**changes)
        self.until(request_id, lambda r: r.card is not None and (r.task_token is not None or r.settled))
        return request_id

    def granted(self, **changes: Any) -> str:
        """A request that petra.approver approved and whose grant waits to be redeemed."""
        request_id = self.asked(**changes)
        assert self.click("petra.approver", request_id) == "ok"
        self.until(request_id, lambda r: r.grant is not None)
        return request_id

    def ended(self, request_id: str, seconds: float = 60) -> str:
        """The status in which the execution ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            execution = self.client("stepfunctions").describe_execution(executionArn=self.execution_arn(request_id))
            if execution["status"] != "RUNNING":
                return str(execution["status"])
            time.sleep(0.02)
        raise AssertionError(f"still running: {self.history(request_id)[-3:]}")

    def execution_arn(self, request_id: str) -> str:
        return f"{self.state_machine_arn.replace(':stateMachine:', ':execution:')}:{request_id}"

    def history(self, request_id: str) -> list[dict[str, Any]]:
        pages = self.client("stepfunctions").get_paginator("get_execution_history")
        found: list[Any] = [e for p in pages.paginate(executionArn=self.execution_arn(request_id)) for e in p["events"]]
        return found

    # -- evidence

    def request(self, request_id: str) -> ApprovalRequest:
        found = wiring.wiring().store.load(request_id)
        assert found is not None
        return found

    def items(self, table: str) -> list[dict[str, Any]]:
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        return [{k: next(iter(v.values())) for k, v in item.items()} for page in pages for item in page["Items"]]

    def links(self, request_id: str) -> list[Any]:
        """The request's audit items in order, with the attributes of a stored link."""
        found = self.client("dynamodb").query(
            TableName="audit",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"REQ#{request_id}"}},
            ConsistentRead=True,
        )["Items"]
        return [_Link(*(item[name]["S"] for name in ("event", "hash", "prev_hash"))) for item in found]

    def broken_at(self, request_id: str) -> int | None:
        """The first link of the request's chain that does not hold, None for a sound one as long as its head says."""
        while True:  # the workflow may be writing
            length = self.request(request_id).head.length
            links = self.links(request_id)
            if self.request(request_id).head.length == length:
                return broken_at(links, length)

    def events(self, request_id: str) -> list[dict[str, Any]]:
        return [json.loads(link.body) for link in self.links(request_id)]

    def types(self, request_id: str) -> list[str]:
        return [event["type"] for event in self.events(request_id)]

    def refused(self, code: str) -> int:
        """How many submissions were refused with this code. Each chain verifies, and tells more than half of it."""
        kind = f"-{code}-"
        tallies = [i for i in self.items("requests") if i["pk"].startswith("TALLY#refused-submit-") and kind in i["pk"]]
        for item in tallies:
            links, count, noted = self.links(item["pk"].removeprefix("TALLY#")), int(item["count"]), int(item["noted"])
            assert broken_at(links, int(item["length"])) is None
            assert json.loads(links[-1].body)["details"] == {"call": "submit", "code": code, "count": noted}
            assert noted <= count < 2 * noted
        return sum(int(item["count"]) for item in tallies)

    def vaulted(self, request_id: str) -> bool:
        return any(request_id in key for key in self.objects("vault"))

    def objects(self, bucket: str) -> dict[str, bytes]:
        s3 = self.client("s3")
        listed = s3.list_object_versions(Bucket=bucket).get("Versions", [])
        return {
            v["Key"]: s3.get_object(Bucket=bucket, Key=v["Key"], VersionId=v["VersionId"])["Body"].read()
            for v in listed
        }

    # -- policy

    @contextmanager
    def policy(self, **changes: Any) -> Iterator[None]:
        """Another policy for a while."""
        with pytest.MonkeyPatch.context() as patch:
            bundle = replace(wiring.wiring().policy, **changes)
            patch.setitem(wiring.wiring().__dict__, "policy", bundle)
            patch.setitem(wiring.wiring().__dict__, "authorizer", CedarAuthorizer(bundle))
            yield

    @contextmanager
    def timers(self, *rungs: int) -> Iterator[None]:
        """`s3.export` with these seconds for the rungs of its ladder."""
        bundle: PolicyBundle = wiring.wiring().policy
        action = bundle.actions["s3.export"]
        groups = (("data-approvers",), ("security",))
        ladder = tuple(Rung(seconds, groups[min(i, 1)]) for i, seconds in enumerate(rungs))
        changed = replace(action, approval=replace(action.approval, ladder=ladder))
        with self.policy(actions={**bundle.actions, "s3.export": changed}):
            yield


@dataclass(frozen=True)
class _Link:
    body: str
    hash: str
    prev_hash: str


_submissions = iter(range(10**9))


def submission_body(**changes: Any) -> dict[str, Any]:
    """The body of a submission; each call's is a request of its own."""
    unlike = {"ticket": f"INC-{next(_submissions)}"}
    return {"action": "s3.export", "parameters": EXPORT, "reason": "Quarterly report", "context": unlike, **changes}
