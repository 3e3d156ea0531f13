"""Slack as a test sees it: signatures and clicks made by hand, and a client that keeps every call."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

TEAM, APP, CHANNEL, BOT = "T0SALLYPRT", "A0SALLYPRT", "C0APPROVAL", "U0SALLYPRT"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


def signature(body: bytes, timestamp: str, secret: str = SIGNING_SECRET) -> str:
    mac = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    return f"v0={mac.hexdigest()}"


def click_payload(
    *, user: str, action_id: str, block_id: str, request_id: str, message: str, **changes: Any
) -> dict[str, Any]:
    """A `block_actions` payload as Slack sends it. `changes` replace whole members."""
    payload: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": user, "username": "somebody", "name": "somebody", "team_id": TEAM},
        "api_app_id": APP,
        "token": "deprecated",
        "container": {"type": "message", "message_ts": message, "channel_id": CHANNEL, "is_ephemeral": False},
        "trigger_id": "1.2.3",
        "team": {"id": TEAM, "domain": "sallyport"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": CHANNEL, "name": "approvals"},
        "message": {"type": "message", "ts": message, "text": "what Slack echoes is never read"},
        "response_url": "https://slack.invalid/response",
        "actions": [
            {
                "type": "button",
                "action_id": action_id,
                "block_id": block_id,
                "value": request_id,
                "action_ts": "1762077600.000001",
                "text": {"type": "plain_text", "text": action_id.capitalize(), "emoji": False},
            }
        ],
    }
    return {**payload, **changes}


def form(payload: object) -> bytes:
    """The body of an interaction."""
    return urlencode({"payload": json.dumps(payload)}).encode()


def slack_error(name: str = "fatal_error", status: int = 200, **headers: str) -> SlackApiError:
    """What slack_sdk raises for Slack's answer."""
    answer = SlackResponse(
        client=None,
        http_verb="POST",
        api_url="https://slack.invalid/api/",
        req_args={},
        data={"ok": False, "error": name},
        headers={key.replace("_", "-"): value for key, value in headers.items()},
        status_code=status,
    )
    return SlackApiError("refused", answer)  # type: ignore[no-untyped-call]  # the SDK's


@dataclass
class RecordingSlack:
    """Stands for slack_sdk's WebClient: answers as Slack would, and keeps what it was called with."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    failing: bool = False
    # What the next calls of a method raise; `lost` ones took effect all the same.
    errors: dict[str, list[Exception]] = field(default_factory=dict)
    lost: bool = False
    messages: list[dict[str, Any]] = field(default_factory=list)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method.startswith("_"):
            raise AttributeError(method)

        def call(**arguments: Any) -> Any:
            self.calls.append((method, arguments))
            if self.failing:
                raise ConnectionError("slack is down")
            if self.errors.get(method):
                if self.lost:
                    self._answer(method, arguments)
                raise self.errors[method].pop(0)
            return SimpleNamespace(data=self._answer(method, arguments))

        return call

    def _answer(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if method == "users_info":
            return {
                "ok": True,
                "user": {"id": arguments["user"], "team_id": TEAM, **self.users.get(arguments["user"], {})},
            }
        if method == "auth_test":
            return {"ok": True, "user_id": BOT}
        if method == "conversations_history":
            there = [m for m in self.messages if m.get("channel", CHANNEL) == arguments["channel"]]
            return {"ok": True, "messages": there[::-1]}
        if method == "conversations_open":
            return {"ok": True, "channel": {"id": f"D{arguments['users'][1:]}"}}
        if method == "chat_getPermalink":
            return {"ok": True, "permalink": f"https://slack.invalid/{arguments['channel']}/{arguments['message_ts']}"}
        ts = arguments.get("ts") or f"1762077600.{len(self.calls):06d}"
        if method == "chat_postMessage":
            self.messages.append({**arguments, "user": BOT, "ts": ts})
        if method == "chat_update":
            for message in self.messages:
                if message["ts"] == ts:
                    message.update(arguments)
        return {"ok": True, "channel": arguments.get("channel"), "ts": ts}

    def sent(self, method: str) -> list[dict[str, Any]]:
        return [arguments for name, arguments in self.calls if name == method]


def command_form(user: str, text: str, **changes: str) -> bytes:
    """The body of a slash command as Slack sends it. `changes` replace fields."""
    fields = {
        "token": "deprecated",
        "team_id": TEAM,
        "team_domain": "sallyport",
        "channel_id": "C0ELSEWHER",
        "channel_name": "general",
        "user_id": user,
        "user_name": "somebody",
        "command": "/sallyport",
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": "https://slack.invalid/commands",
        "trigger_id": "1.2.3",
    }
    return urlencode({**fields, **changes}).encode()


def event_body(event: object, **changes: Any) -> bytes:
    """The body of an event as Slack sends it. `changes` replace members of the envelope."""
    envelope = {
        "token": "deprecated",
        "team_id": TEAM,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": "Ev0123456789",
        "event_time": 1762077600,
        "authorizations": [{"enterprise_id": None, "team_id": TEAM, "user_id": "UBOT000000", "is_bot": True}],
        "is_ext_shared_channel": False,
    }
    return json.dumps({**envelope, **changes}).encode()
