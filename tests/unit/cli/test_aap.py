"""`sallyport aap`: each call, each refusal, and who may call."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from argparse import Namespace
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from sallyport_agent import AsyncClient
from sallyport_cli.aap import wire
from sallyport_cli.aap.bridge import Bridge
from sallyport_cli.aap.calls import Calls
from sallyport_cli.aap.instances import Instances
from sallyport_cli.aap.use import Use
from tests.unit.client.sallyport import ID, KEYS, URL, Sallyport, problem, session, view

ACTIONS = {
    "actions": [
        {
            "name": "s3.export",
            "tool_name": "s3_export",
            "description": "Exports.",
            "delivery": "credential",
            "parameters": {},
        }
    ]
}
SECRET = base64.b64encode(bytes(32)).decode()
ASKED = {"tool": "s3_export", "arguments": {"bucket": "sample", "share": 0.1}, "timeout": "10m"}
TIMES = {"created_at": "2026-11-02T10:00:00.000Z", "delivery": "credential"}
GRANT = {
    "status": "issued",
    "issued_at": "2026-11-02T10:05:00.000Z",
    "expires_at": "2026-11-02T10:20:00.000Z",
    "redeemed_at": None,
}
USED = {**GRANT, "status": "redeemed", "redeemed_at": "2026-11-02T10:06:00.000Z"}
PENDING = view("pending", **TIMES)
APPROVED = view("approved", **TIMES, grant=GRANT)
REDEEMED = view("redeemed", **TIMES, grant=USED)
PATH = f"/v1/requests/{wire.uuid_of(ID)}"

type Talk = Callable[[httpx.AsyncClient], Awaitable[Any]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where profiles and credentials are kept; and no pause is taken."""
    real = asyncio.sleep

    async def pause(_: float) -> None:
        await real(0)

    monkeypatch.setattr("sallyport_agent.aio.asyncio.sleep", pause)
    monkeypatch.setenv("SALLYPORT_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def talk(answers: list[Any], said: Talk, receiver: Any = None, behalf: str | None = None) -> tuple[Any, Sallyport]:
    """What a client of the bridge gets, and what Sallyport was asked."""
    sallyport = Sallyport(answers, ACTIONS)
    given = Namespace(api_url=URL, region="eu-west-1", profile=None, aws_config=None, stack=None, agent=None)

    async def run() -> Any:
        async with (
            AsyncClient(URL, session=session(), transport=sallyport) as client,
            httpx.AsyncClient(transport=httpx.MockTransport(receiver or (lambda _: httpx.Response(500)))) as out,
        ):
            bridge = Bridge(client, Use(given), behalf)
            instances = Instances(bridge, out)
            transport = httpx.ASGITransport(Calls(bridge, instances, 4711).app())
            token = {"Authorization": f"Bearer {instances.first.token}", "Idempotency-Key": "k"}
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4711", headers=token) as http:
                try:
                    return await said(http)
                finally:
                    await instances.close()

    return asyncio.run(run()), sallyport


def asking(*calls: tuple[str, str, dict[str, Any]]) -> Talk:
    """Submits, makes the calls, and returns the last answer."""

    async def said(http: httpx.AsyncClient) -> httpx.Response:
        answer = await http.post("/v1/requests", json=ASKED)
        for method, path, more in calls:
            answer = await http.request(method, PATH + path, **more)
        return answer

    return said


def once(method: str, path: str, **more: Any) -> Talk:
    async def said(http: httpx.AsyncClient) -> httpx.Response:
        return await http.request(method, path, **more)

    return said


CONSUME: tuple[str, str, dict[str, Any]] = ("POST", "/consume", {})


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_a_submission_is_asked_as_the_action_and_echoed_byte_for_byte() -> None:
    raw = (
        b'{ "timeout":"10m", "tool":"s3.export","arguments":{"share":0.10000000000000000001,"reason":"Study"},'
        b'"agent_reasoning":"Because","context":{"call_id":"1"},"server":"aws" } '
    )
    answer, sallyport = talk([PENDING], once("POST", "/v1/requests", content=raw), behalf="mara")
    assert answer.status_code == 201
    assert answer.content.startswith(raw.strip()[:-1].rstrip())
    assert answer.json()["id"] == wire.uuid_of(ID)
    assert (answer.json()["status"], answer.json()["deadline_at"]) == ("pending", PENDING["expires_at"])
    assert sallyport.said(1) == {
        "action": "s3.export",
        "parameters": {"share": 0.1},
        "reason": "Study",
        "context": {"call_id": "1", "agent_reasoning": "Because", "server": "aws"},
        "on_behalf_of": "mara",
    }
    assert sallyport.asked[1].headers["idempotency-key"] == "k"


def test_the_same_submission_again_is_the_same_request_and_another_one_is_not() -> None:
    async def said(http: httpx.AsyncClient) -> list[httpx.Response]:
        again = json.dumps(ASKED, indent=1).encode()
        changed = {**ASKED, "arguments": {"bucket": "other"}}
        return [
            await http.post("/v1/requests", json=ASKED),
            await http.post("/v1/requests", content=again),
            await http.post("/v1/requests", json=changed),
        ]

    (first, second, third), sallyport = talk([PENDING, PENDING], said)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert code(third) == (409, "idempotency_conflict")
    assert sallyport.calls.count("POST /v1/requests") == 1


def test_ids_are_the_same_after_a_restart() -> None:
    answer, _ = talk([PENDING], asking())
    assert wire.request_id_of(answer.json()["id"]) == ID
    unknown, _ = talk([], once("GET", PATH))
    assert code(unknown) == (404, "not_found")


@pytest.mark.parametrize(
    ("seen", "status", "note"),
    [
        (view("denied", **TIMES) | {"decisions": [{"decision": "deny", "at": "2026-11-02T10:01:00Z", "reason": "No"}]},
         "denied", "No"),
        (view("expired", **TIMES), "expired", None),
        (view("cancelled", **TIMES), "cancelled", None),
        (view("revoked", **TIMES, grant=GRANT), "cancelled", None),
        (view("failed", **TIMES, code="masking_failed"), "cancelled", "masking_failed"),
        (APPROVED, "approved", None),
    ],
)  # fmt: skip
def test_every_status_has_its_word(seen: dict[str, Any], status: str, note: str | None) -> None:
    answer, _ = talk([PENDING, seen], asking(("GET", "", {})))
    said = answer.json()
    assert (said["status"], said["decision"]["status"], said["decision"].get("note")) == (status, status, note)
    assert said["decision"]["decided_at"] >= said["created_at"]


@pytest.mark.parametrize("status", ["redeemed", "closed", "revoked", "failed"])
def test_what_was_redeemed_is_consumed_whatever_came_of_it(status: str) -> None:
    answer, _ = talk([PENDING, view(status, **TIMES, grant=USED)], asking(("GET", "", {})))
    assert answer.json()["status"] == "approved"
    assert answer.json()["consumption"] == {"consumed_at": USED["redeemed_at"]}


def test_an_approval_is_pending_until_its_grant_is_there() -> None:
    answer, _ = talk([PENDING, view("approved", **TIMES)], asking(("GET", "", {})))
    assert answer.json()["status"] == "pending"
    answer, _ = talk([PENDING, view("approved", **TIMES), APPROVED], asking(("GET", "?wait=25s", {})))
    assert answer.json()["status"] == "approved"


def test_consuming_redeems_once_and_hands_over_a_profile_and_no_secret(folder: Path) -> None:
    async def said(http: httpx.AsyncClient) -> list[httpx.Response]:
        await http.post("/v1/requests", json=ASKED)
        keys = ({"Idempotency-Key": key} for key in ("c1", "c1", "c2"))
        return [await http.post(f"{PATH}/consume", headers=key) for key in keys]

    answers, sallyport = talk([PENDING, APPROVED, APPROVED, KEYS, REDEEMED, REDEEMED], said)
    first, again, other = answers
    assert first.json()["consumption"] == {"consumed_at": USED["redeemed_at"]}
    assert json.loads(first.json()["decision"]["note"]) == {
        "use": f"AWS_CONFIG_FILE={folder / 'config'} AWS_PROFILE=sallyport-{ID}"
    }
    assert first.json() == again.json()
    assert code(other) == (409, "already_consumed")
    assert sallyport.calls.count(f"POST /v1/requests/{ID}/credentials") == 1
    assert "[profile sallyport-s3_export]" in (folder / "config").read_text()
    told = "".join(answer.text for answer in answers) + (folder / "config").read_text()
    assert str(KEYS["SecretAccessKey"]) not in told
    assert str(KEYS["SessionToken"]) not in told


def test_consuming_an_executed_action_hands_over_its_masked_result() -> None:
    executed = APPROVED | {"delivery": "execute"}
    result = {"request_id": ID, "code": "ok", "result": {"n": 1}, "complete": True}
    answer, _ = talk([PENDING, executed, executed, result, REDEEMED], asking(CONSUME))
    assert json.loads(answer.json()["decision"]["note"]) == {"result": {"n": 1}, "complete": True}
    answer, _ = talk([PENDING, executed, executed, result | {"code": "action_failed"}], asking(CONSUME))
    assert code(answer) == (409, "action_failed")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([PENDING], (409, "not_approved")),
        ([view("denied", **TIMES)], (409, "not_approved")),
        ([REDEEMED], (409, "already_consumed")),
        ([view("expired", **TIMES, grant=GRANT)], (409, "approval_expired")),
        ([APPROVED, APPROVED, problem(409, "already_redeemed")], (409, "already_consumed")),
        ([APPROVED, APPROVED, problem(409, "grant_expired")], (409, "approval_expired")),
        ([APPROVED, APPROVED, problem(403, "halted")], (403, "halted")),
        ([APPROVED, APPROVED, httpx.ReadError("gone")], (409, "already_consumed")),
        ([APPROVED, REDEEMED], (409, "not_approved")),
    ],
)
def test_what_cannot_be_consumed_is_refused(answers: list[Any], said: tuple[int, str]) -> None:
    answer, _ = talk([PENDING, *answers], asking(CONSUME))
    assert code(answer) == said


def test_the_outcome_goes_into_the_evidence_and_ends_the_credential(folder: Path) -> None:
    async def said(http: httpx.AsyncClient) -> list[httpx.Response]:
        await http.post("/v1/requests", json=ASKED)
        await http.post(f"{PATH}/consume")
        reports = {"status": "succeeded", "note": "n" * 2000}, {"status": "succeeded", "note": "n" * 2000}
        return [await http.post(f"{PATH}/outcome", json=each) for each in (*reports, {"status": "failed"})]

    answers = [PENDING, APPROVED, APPROVED, KEYS, REDEEMED, REDEEMED, view("closed", **TIMES, grant=USED)]
    closed = view("closed", **TIMES, grant=USED)
    (first, again, other), sallyport = talk([*answers, closed, closed, closed, closed], said)
    assert first.json()["consumption"]["outcome"]["note"] == "n" * 2000
    assert first.json() == again.json()
    assert code(other) == (409, "outcome_conflict")
    [ended] = [each for each in sallyport.asked if each.url.path.endswith("/grant")]
    assert json.loads(ended.content) == {"outcome": "done", "note": "n" * 999 + "…"}
    assert not list(folder.glob("*.json"))


def test_an_outcome_of_what_was_not_consumed_is_refused_and_of_what_is_over_is_taken() -> None:
    report = ("POST", "/outcome", {"json": {"status": "failed"}})
    answer, _ = talk([PENDING, APPROVED], asking(report))
    assert code(answer) == (409, "not_consumed")
    answer, _ = talk([PENDING, REDEEMED, problem(409, "nothing_to_revoke"), REDEEMED], asking(report))
    assert answer.json()["consumption"]["outcome"]["status"] == "failed"


def test_cancelling() -> None:
    answer, _ = talk([PENDING, PENDING, view("cancelled", **TIMES)], asking(("DELETE", "", {})))
    assert answer.json()["status"] == "cancelled"
    answer, _ = talk([PENDING, APPROVED], asking(("DELETE", "", {})))
    assert code(answer) == (409, "already_terminal")


@pytest.mark.parametrize("refusal", ["policy_denied", "unknown_action", "on_behalf_of_required", "halted"])
def test_what_policy_refuses_is_a_denial_that_says_what_to_do(refusal: str) -> None:
    async def said(http: httpx.AsyncClient) -> list[httpx.Response]:
        first = await http.post("/v1/requests", json=ASKED)
        return [first, await http.get(f"/v1/requests/{first.json()['id']}")]

    (first, again), _ = talk([problem(403, refusal, next="Ask your owner.")], said)
    assert first.json()["status"] == "denied"
    assert first.json()["decision"]["note"] == f"No ({refusal}). Ask your owner."
    assert first.json() == again.json()


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (problem(403, "unknown_caller"), (403, "unknown_caller")),
        (problem(409, "idempotency_conflict"), (409, "idempotency_conflict")),
        (problem(413, "body_too_large"), (413, "body_too_large")),
        (problem(429, "too_many_pending", {"Retry-After": "60"}, retryable=True), (429, "too_many_pending")),
    ],
)
def test_other_refusals_keep_their_status(refusal: httpx.Response, said: tuple[int, str]) -> None:
    answer, _ = talk([refusal], asking())
    assert code(answer) == said
    assert answer.headers.get("retry-after") == ("60" if said[0] == 429 else None)


def test_nobody_at_the_url_is_a_503_that_the_client_tries_again() -> None:
    answer, _ = talk([httpx.ConnectError("gone")] * 6, asking())
    assert code(answer) == (503, "unavailable")


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"Authorization": "Bearer wrong"}, (401, "unauthorized")),
        ({"Authorization": ""}, (401, "unauthorized")),
        ({"Host": "evil.example:4711"}, (403, "unknown_host")),
        ({"Host": "127.0.0.1:4712"}, (403, "unknown_host")),
        ({"Origin": "http://127.0.0.1:4711"}, (403, "origin_not_allowed")),
        ({"Origin": "null"}, (403, "origin_not_allowed")),
        ({"Idempotency-Key": ""}, (400, "missing_idempotency_key")),
        ({"Idempotency-Key": "k" * 256}, (400, "missing_idempotency_key")),
    ],
)
@pytest.mark.parametrize("path", ["/v1/requests", "/v1/instances"])
def test_who_may_not_call(headers: dict[str, str], said: tuple[int, str], path: str) -> None:
    body = ASKED if path == "/v1/requests" else {}
    answer, sallyport = talk([], once("POST", path, json=body, headers=headers))
    assert code(answer) == said
    assert sallyport.calls == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"tool":"a","tool":"b","arguments":{},"timeout":"1m"}',
        b'{"tool":"a","arguments":{},"timeout":"1m","extra":1}',
        b'{"tool":"a","arguments":{},"timeout":"1m","server":null}',
        b'{"tool":"a","arguments":[],"timeout":"1m"}',
        b'{"tool":"a","arguments":{},"timeout":"1m","context":[]}',
        b'{"tool":"","arguments":{},"timeout":"1m"}',
        b'{"tool":"a","arguments":{"n":NaN},"timeout":"1m"}',
        b'{"tool":"a","arguments":{"n":1e999},"timeout":"1m"}',
        b'{"tool":"a","arguments":{"s":"\\ud800"},"timeout":"1m"}',
        b'{"tool":"a","arguments":' + b"[" * 100_000 + b"}",
        b'{"tool":"a","timeout":"1m"}',
    ],
)
def test_a_submission_is_read_strictly(raw: bytes) -> None:
    answer, sallyport = talk([], once("POST", "/v1/requests", content=raw))
    assert code(answer) == (400, "invalid_request")
    assert sallyport.calls == []


def test_a_body_that_is_too_large_and_a_wait_that_is_none_are_refused() -> None:
    answer, _ = talk([], once("POST", "/v1/requests", content=b" " * (wire.LONGEST_BODY + 1)))
    assert code(answer) == (413, "body_too_large")
    answer, _ = talk([PENDING], asking(("GET", "?wait=soon", {})))
    assert code(answer) == (400, "invalid_request")
    answer, _ = talk([], once("PUT", "/v1/requests"))
    assert code(answer) == (405, "method_not_allowed")


class Receiver:
    """A webhook of an agent, which answers challenges as the package's receiver does."""

    def __init__(self, *, knows: bool = True, fails: int = 0) -> None:
        self.heard: list[dict[str, Any]] = []
        self._knows, self._fails = knows, fails

    def __call__(self, request: httpx.Request) -> httpx.Response:
        headers, body = request.headers, request.content
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(bytes(32), signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        said = json.loads(body)
        assert said["id"] == headers["webhook-id"]
        self.heard.append(said)
        if said["type"] == "webhook.verification":
            return httpx.Response(200, json={"challenge": said["challenge"] if self._knows else "?"})
        return httpx.Response(500 if len(self.heard) <= 1 + self._fails else 204)


HOOK = {
    "type": "webhook",
    "url": "https://agent.example/aap/events",
    "registration_id": "r1",
    "signing_secret": f"whsec_{SECRET}",
}


def test_an_instance_is_told_when_its_request_is_settled_and_sees_no_other() -> None:
    receiver = Receiver(fails=1)

    async def said(http: httpx.AsyncClient) -> tuple[Any, ...]:
        made = await http.post("/v1/instances", json={"instance_name": "night", "delivery": HOOK})
        again = await http.post("/v1/instances", json={"instance_name": "night", "delivery": HOOK})
        changed = await http.post("/v1/instances", json={})
        theirs = {"Authorization": f"Bearer {made.json()['credential']['token']}", "Idempotency-Key": "other"}
        asked = await http.post("/v1/requests", json=ASKED, headers=theirs)
        for _ in range(1000):
            if len(receiver.heard) == 3:
                break
            await asyncio.sleep(0)
        return made, again, changed, asked, await http.get(PATH), await http.post("/v1/instances", headers=theirs)

    answers = [PENDING, PENDING, APPROVED]
    (made, again, changed, asked, other, nested), _ = talk(answers, said, receiver)
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json() == again.json()
    assert made.json()["instance"]["name"] == "night"
    assert code(changed) == (409, "idempotency_conflict")
    assert code(other) == (404, "not_found")
    assert code(nested) == (403, "not_a_provisioner")
    told = receiver.heard[1:]
    assert [each["type"] for each in told] == ["request.resolved"] * 2
    assert {each["id"] for each in told} == {told[0]["id"]}  # tried again as the same event
    assert set(told[0]) == {"id", "type", "instance_id", "request_id", "created_at"}
    assert (told[0]["request_id"], told[0]["instance_id"]) == (asked.json()["id"], made.json()["instance"]["id"])


def test_a_receiver_that_does_not_answer_the_challenge_gets_no_instance() -> None:
    answer, _ = talk([], once("POST", "/v1/instances", json={"delivery": HOOK}), Receiver(knows=False))
    assert code(answer) == (422, "webhook_verification_failed")


@pytest.mark.parametrize(
    "change",
    [
        {"url": "http://agent.example/aap"},
        {"url": "ftp://127.0.0.1/"},
        {"url": "https://user:pass@agent.example/"},
        {"type": "email"},
        {"signing_secret": "whsec_AAAA"},
        {"signing_secret": SECRET},
        {"signing_secret": "whsec_?"},
        {"registration_id": None},
        {"more": "1"},
    ],
)
def test_a_delivery_is_read_strictly(change: dict[str, Any]) -> None:
    receiver = Receiver()
    answer, _ = talk([], once("POST", "/v1/instances", json={"delivery": {**HOOK, **change}}), receiver)
    assert code(answer) == (400, "invalid_request")
    assert receiver.heard == []


def test_what_is_kept_in_memory_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sallyport_cli.aap.bridge._LONGEST_MEMORY", 1)
    answer, _ = talk([PENDING], asking(("GET", "", {})))
    assert code(answer) == (404, "not_found")
