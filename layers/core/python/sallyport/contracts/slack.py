"""What Slack sends when somebody clicks, and whether it was Slack that sent it."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from sallyport.domain.refusals import BadSignature, MalformedRequest
from sallyport.domain.requests import Choice

# docs.slack.dev, "Verifying requests from Slack": older than five minutes is a replay.
WINDOW_SECONDS = 300
APPROVE, DENY = "approve", "deny"
BLOCK_PREFIX = "sallyport"


@dataclass(frozen=True, slots=True)
class Click:
    """A button pressed on a card. Only ids: the message that Slack echoes is not what was asked for."""

    user_id: str
    user_team_id: str
    team_id: str
    app_id: str
    channel_id: str
    message_ts: str
    choice: Choice
    request_id: str
    action_digest: str
    presented_digest: str


def block_id(action_digest: str, presented_digest: str) -> str:
    """Ties a card's buttons to exactly what it shows; 139 of Slack's 255 characters."""
    return f"{BLOCK_PREFIX}:{action_digest}:{presented_digest}"


def check_signature(body: bytes, timestamp: str, signature: str, secret: str, now: float) -> None:
    """Slack's v0 scheme over the raw body. Raises BadSignature for anything at all that is not right.

    slack_sdk's own verifier raises four kinds of exception on hostile headers and takes 110 ms to import.
    """
    if not secret or not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        raise BadSignature
    if abs(now - int(timestamp)) > WINDOW_SECONDS:
        raise BadSignature
    mac = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    if not hmac.compare_digest(f"v0={mac.hexdigest()}".encode(), signature.encode("utf-8", "replace")):
        raise BadSignature


def parse_click(body: bytes) -> Click | None:
    """The click in a signed body; None for a payload that is no click on a card's button. Raises MalformedRequest."""
    try:
        form = parse_qs(body.decode("utf-8"), strict_parsing=True, max_num_fields=4)
        payload = json.loads(form["payload"][0])
        if payload["type"] != "block_actions" or len(payload["actions"]) != 1:
            return None
        return _click(payload, payload["actions"][0])
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        raise MalformedRequest from None


def _click(payload: dict[str, Any], action: dict[str, Any]) -> Click | None:
    if action["action_id"] not in (APPROVE, DENY):
        return None
    prefix, action_digest, presented_digest = action["block_id"].split(":")
    if prefix != BLOCK_PREFIX:
        raise MalformedRequest
    fields = {
        "user_id": payload["user"]["id"],
        "user_team_id": payload["user"]["team_id"],
        "team_id": payload["team"]["id"],
        "app_id": payload["api_app_id"],
        "channel_id": payload["container"]["channel_id"],
        "message_ts": payload["container"]["message_ts"],
        "request_id": action["value"],
        "action_digest": action_digest,
        "presented_digest": presented_digest,
    }
    if not all(isinstance(value, str) for value in fields.values()):
        raise MalformedRequest
    return Click(choice=Choice(action["action_id"]), **fields)
