"""Agents, people and Slack as other people's code would be: SigV4 by botocore, signatures by hand, `stack.json`.

Nothing of ours is imported. Every answer of the API is held against docs/openapi.yaml.
"""

import hashlib
import hmac
import json
import random
import re
import threading
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlsplit

import boto3
import urllib3
import yaml
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from jsonschema import Draft202012Validator

HTTP = urllib3.PoolManager(timeout=60, retries=False, maxsize=10)
SPECIFICATION: dict[str, Any] = yaml.safe_load(
    (Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml").read_text(encoding="utf-8")
)
OUTSIDERS = {
    "member": "UUMA000007",
    "guest": "UGIL000008",
    "stranger": "USTEN00009",
    "left": "UDORA00010",
    "bot": "UBOT000011",
}


@dataclass(frozen=True)
class Reply:
    """Status, body and how long it took."""

    status: int
    body: bytes
    kind: str
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str | None:
        return str(self.json["code"]) if self.kind == "application/problem+json" else None

    @property
    def said(self) -> tuple[int, str | None]:
        return self.status, self.code


class Live:
    """A running stack."""

    def __init__(self, stack: dict[str, Any]) -> None:
        self.stack = stack
        self._asked: list[tuple[str, str]] = []

    def call(
        self, who: str, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Reply:
        """A signed call of an agent or a person; `body` is JSON, or bytes to be sent as they are."""
        keys = (self.stack["agents"] | self.stack["approvers"])[who]
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        request = AWSRequest(
            method,
            self.stack["api_url"] + path,
            data=data,
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        signer = Credentials(keys["access_key_id"], keys["secret_access_key"])
        SigV4Auth(signer, "execute-api", self.stack["region"]).add_auth(request)
        reply = self.send(method, path, data, dict(request.headers))
        if reply.status == 202:
            self._asked.append((who, reply.json["request_id"]))
        return reply

    def withdraw_all(self) -> None:
        """Cancel what is still pending: an agent may have only so many undecided requests."""
        while self._asked:
            agent, request_id = self._asked.pop()
            self.call(agent, "DELETE", f"/v1/requests/{request_id}")

    def send(self, method: str, path: str, data: bytes, headers: dict[str, str]) -> Reply:
        """Send as it is, and hold our own answers against the specification."""
        began = time.monotonic()
        got = HTTP.request(method, self.stack["api_url"] + path, body=data, headers=headers)
        kind = got.headers.get("Content-Type", "").partition(";")[0]
        reply = Reply(got.status, got.data, kind, time.monotonic() - began)
        if "x-content-type-options" in {name.lower() for name in got.headers}:
            _hold_against_specification(method, path, reply)
        return reply

    def ask(self, agent: str, **changes: Any) -> str:
        """The id of a new request for an export."""
        reply = self.call(agent, "POST", "/v1/requests", export(**changes))
        assert reply.said == (202, None), reply.body
        return str(reply.json["request_id"])

    def view(self, who: str, request_id: str) -> dict[str, Any]:
        reply = self.call(who, "GET", f"/v1/requests/{request_id}")
        assert reply.status == 200, reply.body
        return dict(reply.json)

    def until(self, agent: str, request_id: str, field: str, value: object = None) -> dict[str, Any]:
        """The agent's view once `field` is there, or has this value."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            view = self.view(agent, request_id)
            if view.get(field) is not None if value is None else view.get(field) == value:
                return view
            time.sleep(0.1)
        raise AssertionError(f"{request_id}: {field} is {view.get(field)} after two minutes")

    def waiting(self, agent: str, **changes: Any) -> tuple[str, str]:
        """A new request whose card is posted: its id, and the digest of what approvers see."""
        request_id = self.ask(agent, **changes)
        digest = self.until(agent, request_id, "presented_digest")["presented_digest"]
        self.card(request_id)
        return request_id, digest

    def decide(self, person: str, request_id: str, decision: str, digest: str, **more: Any) -> Reply:
        body = {"decision": decision, "presented_digest": digest, **more}
        return self.call(person, "POST", f"/v1/requests/{request_id}/decisions", body)

    def redeem(self, agent: str, request_id: str) -> Reply:
        return self.call(agent, "POST", f"/v1/requests/{request_id}/credentials")

    # ---- Slack ------------------------------------------------------------------------------------------------------
    def card(self, request_id: str) -> dict[str, Any]:
        """The message whose buttons carry this request, from Slack's own history."""
        slack = self.stack["slack"]
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            got = HTTP.request(
                "POST",
                slack["api_url"] + "conversations.history",
                fields={"channel": slack["channel_id"], "limit": "200"},
                encode_multipart=False,
                headers={"Authorization": f"Bearer {slack['bot_token']}"},
            )
            for message in got.json()["messages"]:
                if any(button["value"] == request_id for button in _buttons(message)):
                    return dict(message)
            time.sleep(0.1)
        raise AssertionError(f"no card for {request_id}")

    def payload(self, card: dict[str, Any], user_id: str, label: str = "Approve", **changes: Any) -> dict[str, Any]:
        """What Slack sends when this user clicks the button with this label."""
        slack = self.stack["slack"]
        button = next(button for button in _buttons(card) if button["text"]["text"] == label)
        block = next(block for block in card["blocks"] if button in block.get("elements", []))
        return {
            "type": "block_actions",
            "user": {"id": user_id, "username": "somebody", "name": "somebody", "team_id": slack["team_id"]},
            "api_app_id": slack["app_id"],
            "token": "legacy",
            "container": {"type": "message", "message_ts": card["ts"], "channel_id": slack["channel_id"]},
            "trigger_id": "1.2.3",
            "team": {"id": slack["team_id"], "domain": "sample"},
            "channel": {"id": slack["channel_id"], "name": "approvals"},
            "message": card,
            "response_url": "http://127.0.0.1:9/",
            "actions": [
                {
                    "action_id": button["action_id"],
                    "block_id": block["block_id"],
                    "value": button["value"],
                    "type": "button",
                    "action_ts": "1.2",
                }
            ],
            **changes,
        }

    def slack_id(self, person: str) -> str:
        return str(self.stack["approvers"][person]["slack_user_id"])

    def deliver(
        self,
        payload: dict[str, Any],
        *,
        at: int | None = None,
        secret: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Post a click as Slack does, signed now and with the app's secret unless told otherwise."""
        body = f"payload={quote_plus(json.dumps(payload))}".encode()
        moment = int(time.time()) if at is None else at
        key = (self.stack["slack"]["signing_secret"] if secret is None else secret).encode()
        signature = "v0=" + hmac.new(key, f"v0:{moment}:".encode() + body, hashlib.sha256).hexdigest()
        signed = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": str(moment),
            "X-Slack-Signature": signature,
        }
        wanted = {name: value for name, value in {**signed, **(headers or {})}.items() if value}
        return self.send("POST", "/slack/interactions", body, wanted)

    # ---- Evidence ---------------------------------------------------------------------------------------------------
    def client(self, service: str, keys: dict[str, str] | None = None) -> Any:
        """A boto3 client of the account's root, or of an answered credential."""
        admin = self.stack["admin"]
        named = keys or {"AccessKeyId": admin["access_key_id"], "SecretAccessKey": admin["secret_access_key"]}
        with _making:
            return _session().client(
                service,
                self.stack["region"],
                endpoint_url=self.stack["aws_endpoint_url"],
                aws_access_key_id=named["AccessKeyId"],
                aws_secret_access_key=named["SecretAccessKey"],
                aws_session_token=named.get("SessionToken"),
                config=Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}),
            )

    def chain(self, request_id: str) -> list[dict[str, Any]]:
        """The request's audit events in order, once hashes and links have been computed again."""
        items = self.client("dynamodb").query(
            TableName=self.stack["tables"]["audit"],
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"REQ#{request_id}"}},
            ConsistentRead=True,
        )["Items"]
        before, events = "0" * 64, []
        for place, item in enumerate(items):
            text = item["event"]["S"]
            event = json.loads(text)
            assert hashlib.sha256(text.encode()).hexdigest() == item["hash"]["S"]
            assert (event["seq"], event["prev_hash"]) == (place, before)
            before = item["hash"]["S"]
            events.append(event)
        return events

    def told(self, request_id: str) -> list[tuple[str, str | None]]:
        """Types and codes of the request's events."""
        return [(event["type"], event["details"].get("code")) for event in self.chain(request_id)]

    def vaulted(self, request_id: str) -> list[str]:
        """Keys of every version of the raw action that the vault still holds."""
        got = self.client("s3").list_object_versions(Bucket=self.stack["buckets"]["vault"])
        return [e["Key"] for e in [*got.get("Versions", []), *got.get("DeleteMarkers", [])] if request_id in e["Key"]]


# Several tests act in threads, which must not make clients of one session at once.
_making = threading.Lock()


@cache
def _session() -> Any:
    """One for all clients: reading the services' models takes longer than most calls."""
    return boto3.session.Session()


def export(**changes: Any) -> dict[str, Any]:
    """The body of a request for an export that nobody has asked for before."""
    run = "".join(random.SystemRandom().choices("bcdfghjkmnpqrstvwxz", k=8))
    parameters = {
        "bucket": "sallyport-sample-data",
        "prefix": "patients/2025/",
        "destination_bucket": "sallyport-sample-export",
        "destination_prefix": f"e2e/{run}/",
        **changes.pop("parameters", {}),
    }
    return {
        "action": "s3.export",
        "parameters": parameters,
        "reason": "Move the records of 2025",
        "context": None,
        **changes,
    }


def _buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    blocks = [block for block in message.get("blocks", []) if block["type"] == "actions"]
    return [element for block in blocks for element in block["elements"]]


def _hold_against_specification(method: str, path: str, reply: Reply) -> None:
    """AssertionError for a status, content type or body that the specification does not have."""
    bare = urlsplit(path).path
    for template, operations in SPECIFICATION["paths"].items():
        if re.fullmatch(re.sub(r"\{[a-z_]+\}", "[^/]+", template), bare) and method.lower() in operations:
            break
    else:
        raise AssertionError(f"{method} {bare} is not in the specification")
    answers = operations[method.lower()]["responses"]
    assert str(reply.status) in answers, f"{method} {template}: {reply.status} {reply.body!r}"
    content = answers[str(reply.status)].get("content")
    if content is None or (reply.body == b"" and answers[str(reply.status)].get("x-may-be-empty")):
        assert reply.body == b"", reply.body
        return
    assert reply.kind in content, f"{method} {template}: {reply.kind}"
    schema = {**content[reply.kind]["schema"], "components": SPECIFICATION["components"]}
    faults = [f"{fault.json_path}: {fault.message}" for fault in Draft202012Validator(schema).iter_errors(reply.json)]
    assert not faults, f"{method} {template} {reply.status}: {faults}"
