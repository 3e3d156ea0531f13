"""Clients of a running stack, as its users would write them: an agent and a person with an AWS key pair each, and
Slack's channel as its readers see it. They know the HTTP interface and `.local/stack.json`, and no internals.
"""

import json
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

from local.account import Account

SERVICE = "execute-api"
# API Gateway ends a call after 29 s.
_TIMEOUT = 100  # the first call after a deploy waits for workers to start, which takes long on a small machine


class NotThereError(Exception):
    """What was waited for did not happen; the message says what it was and how long the wait was."""


@dataclass(frozen=True, slots=True)
class Stack:
    """What `.local/stack.json` says."""

    document: Mapping[str, Any] = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> "Stack":
        """Raises FileNotFoundError when there is no stack."""
        return cls(json.loads(path.read_text(encoding="utf-8")))

    @property
    def api_url(self) -> str:
        return str(self.document["api_url"])

    def account(self, credentials: Mapping[str, str]) -> Account:
        """The AWS account as the holder of a key pair of this file, or of an answered credential, sees it."""
        if "AccessKeyId" in credentials:
            keys = credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]
            return Account(str(self.document["aws_endpoint_url"]), *keys)
        pair = credentials["access_key_id"], credentials["secret_access_key"]
        return Account(str(self.document["aws_endpoint_url"]), *pair)

    @property
    def admin(self) -> Account:
        return self.account(self.document["admin"])


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. `ms` is how long it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    ms: float

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object in the body. Raises ValueError where there is no JSON."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def code(self) -> str | None:
        """The problem's code, None for an answer that is not a problem."""
        is_problem = self.headers.get("content-type", "").startswith("application/problem+json")
        return str(self.document["code"]) if is_problem else None


type Tape = Callable[[str, Answer], None]


class Caller:
    """Signs calls to the API with one principal's key pair. `tape` records every answer."""

    def __init__(self, stack: Stack, keys: Mapping[str, str], tape: Tape | None = None) -> None:
        self._stack = stack
        self._credentials = Credentials(keys["access_key_id"], keys["secret_access_key"])
        self._session = URLLib3Session(timeout=_TIMEOUT)
        self._tape = tape

    def call(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        request = AWSRequest(
            method,
            self._stack.api_url + path,
            data=data,
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        SigV4Auth(self._credentials, SERVICE, str(self._stack.document["region"])).add_auth(request)
        began = time.perf_counter()
        got = self._session.send(request.prepare())
        ms = (time.perf_counter() - began) * 1000
        answer = Answer(got.status_code, {name.lower(): value for name, value in got.headers.items()}, got.content, ms)
        if self._tape is not None:
            self._tape(f"{method} {path}", answer)
        return answer

    def get(self, request_id: str, wait: int = 0) -> Answer:
        return self.call("GET", f"/v1/requests/{request_id}" + (f"?wait={wait}" if wait else ""))

    def until(self, request_id: str, wanted: Callable[[dict[str, Any]], bool], seconds: float) -> dict[str, Any]:
        """The request's view once `wanted` says yes. Raises NotThereError after `seconds`."""
        deadline = time.monotonic() + seconds
        while True:
            answer = self.get(request_id)
            if answer.status == 200 and wanted(answer.document):
                return answer.document
            if time.monotonic() > deadline:
                status = answer.document.get("status", answer.status)
                raise NotThereError(f"{request_id} is still {status} after {seconds:.0f} s")
            time.sleep(0.1)


class AgentClient(Caller):
    """An agent: asks, waits, redeems, withdraws."""

    def __init__(self, stack: Stack, agent_id: str, tape: Tape | None = None) -> None:
        super().__init__(stack, stack.document["agents"][agent_id], tape)
        self.id = agent_id

    def ask(self, body: Mapping[str, Any], idempotency_key: str | None = None) -> Answer:
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else None
        return self.call("POST", "/v1/requests", body, headers)

    def redeem(self, request_id: str) -> Answer:
        return self.call("POST", f"/v1/requests/{request_id}/credentials")


class ApproverClient(Caller):
    """A person who decides through the API."""

    def __init__(self, stack: Stack, person_id: str, tape: Tape | None = None) -> None:
        super().__init__(stack, stack.document["approvers"][person_id], tape)
        self.id = person_id

    def decide(self, request_id: str, decision: str, presented_digest: str, **more: object) -> Answer:
        body = {"decision": decision, "presented_digest": presented_digest, **more}
        return self.call("POST", f"/v1/requests/{request_id}/decisions", body)


class SlackDesk:
    """The approvals channel. Cards are found as a Slack client finds them; a click goes through the workspace's own
    client, which signs it as Slack does."""

    def __init__(self, stack: Stack) -> None:
        self._slack: Mapping[str, Any] = stack.document["slack"]
        self._people: Mapping[str, Any] = stack.document["approvers"]

    def card(self, request_id: str, seconds: float = 20) -> dict[str, Any]:
        """The message whose buttons carry this request. Raises NotThereError after `seconds`."""
        deadline = time.monotonic() + seconds
        while True:
            for message in self._history():
                if any(button.get("value") == request_id for button in buttons(message)):
                    return message
            if time.monotonic() > deadline:
                raise NotThereError(f"no card for {request_id} after {seconds:.0f} s")
            time.sleep(0.05)

    def message(self, ts: str) -> dict[str, Any]:
        """The current state of a message."""
        return next(message for message in self._history() if message["ts"] == ts)

    def click(self, person_id: str, card: Mapping[str, Any], label: str) -> dict[str, Any]:
        """Click the button with this label on the card as it was read. The outcome as the workspace records it:
        `status`, `ms`, `body`, `error`, `payload`."""
        button = next(button for button in buttons(card) if button["text"]["text"] == label)
        record = next(entry for entry in self.control("messages")["messages"] if entry["ts"] == card["ts"])
        pressed = button["action_id"]
        read = [
            version
            for version, entry in enumerate(record["versions"])
            if any(other["action_id"] == pressed for other in buttons(entry["message"]))
        ]
        click = {
            "user_id": self._people[person_id]["slack_user_id"],
            "message_ts": card["ts"],
            "action_id": pressed,
            "version": read[-1],
        }
        return self.control("click", click)

    def details(self, person_id: str, card: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Press Details and go through all pages. Returns the views that this person saw."""
        user = self._people[person_id]["slack_user_id"]
        outcome = self.click(person_id, card, "Details")
        if outcome["error"]:
            raise NotThereError(f"Details: {outcome['error']}")
        while True:
            opened = [record for record in self.control("messages")["views"] if record["user_id"] == user][-1]
            view = opened["versions"][-1]["view"]
            further = next((button for button in buttons(view) if button["text"]["text"].startswith("Next")), None)
            if further is None:
                self.control("close", {"user_id": user, "view_id": opened["id"]})
                return [version["view"] for version in opened["versions"]]
            self.control("click", {"user_id": user, "view_id": opened["id"], "action_id": further["action_id"]})

    def told(self, person_id: str) -> list[str]:
        """What was said to this person alone, oldest first."""
        user = self._people[person_id]["slack_user_id"]
        entries = [entry for entry in self.control("messages")["messages"] if entry["for_user"] == user]
        return [entry["versions"][-1]["message"]["text"] for entry in sorted(entries, key=lambda entry: entry["ts"])]

    def control(self, route: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A route of the local workspace that Slack does not have: what a person does, and what a search reads."""
        url = f"{self._slack['workspace_url']}_control/{route}"
        return _post(urllib.request.Request(url), body)

    def _history(self) -> list[dict[str, Any]]:
        url = f"{self._slack['api_url']}conversations.history"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {self._slack['bot_token']}"})
        found: list[dict[str, Any]] = _post(request, {"channel": self._slack["channel_id"], "limit": 200})["messages"]
        return found


def buttons(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All buttons of a message."""
    blocks = message.get("blocks", [])
    return [
        element
        for block in blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "button"
    ]


def texts(message: Mapping[str, Any]) -> str:
    """Everything that a reader of the message sees, a line for each text."""
    lines: list[str] = []

    def collect(node: object) -> None:
        if isinstance(node, Mapping):
            if node.get("type") in ("plain_text", "mrkdwn", "text"):
                lines.append(str(node["text"]))
            else:
                for value in node.values():
                    collect(value)
        elif isinstance(node, list):
            for value in node:
                collect(value)

    collect(message.get("blocks", []))
    return "\n".join(lines)


def _post(request: urllib.request.Request, body: Mapping[str, Any] | None) -> dict[str, Any]:
    if body is not None:
        request.add_header("Content-Type", "application/json")
        request.data = json.dumps(body).encode()
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
        document: dict[str, Any] = json.load(answer)
    if not document.get("ok", True):
        raise NotThereError(f"{request.full_url.rsplit('/', 1)[-1]}: {document.get('error')}")
    return document
