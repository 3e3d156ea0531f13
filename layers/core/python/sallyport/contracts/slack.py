"""What Slack sends when somebody clicks, and whether it was Slack that sent it."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from sallyport.domain import cards
from sallyport.domain.cards import digests_of
from sallyport.domain.clicks import Click, Look
from sallyport.domain.refusals import BadSignature, MalformedRequest
from sallyport.domain.requests import REQUEST_ID, CardRef, Choice

# docs.slack.dev, "Verifying requests from Slack": older than five minutes is a replay.
WINDOW_SECONDS = 300
_SLACK_ID = re.compile(r"[A-Z0-9.]{1,32}")
_TRIGGER = re.compile(r"[A-Za-z0-9.]{1,128}")
_PAGE = re.compile(r"[0-9]{1,3}")


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


def parse_click(body: bytes) -> Click | Look | None:
    """The click in a signed body; None for a payload that is no click on a button of ours. Raises MalformedRequest."""
    try:
        form = parse_qs(body.decode("utf-8"), strict_parsing=True, max_num_fields=4)
        payload = json.loads(form["payload"][0])
        if payload["type"] != "block_actions" or len(payload["actions"]) != 1:
            return None
        return _click(payload, payload["actions"][0])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        raise MalformedRequest from None


def _click(payload: dict[str, Any], action: dict[str, Any]) -> Click | Look | None:
    match action["action_id"]:
        case cards.APPROVE | cards.DENY as choice:
            said = _about(payload, action, action["value"])
            return Click(
                user_id=said.user_id,
                user_team_id=said.user_team_id,
                team_id=said.team_id,
                app_id=said.app_id,
                card=_card(payload),
                choice=Choice(choice),
                request_id=said.request_id,
                action_digest=said.action_digest,
                presented_digest=said.presented_digest,
            )
        case cards.DETAILS:
            trigger = _id(payload["trigger_id"], _TRIGGER)
            return replace(_about(payload, action, action["value"]), card=_card(payload), trigger=trigger)
        case cards.BACK | cards.ON:
            view, page = payload["view"], action["value"]
            if not _PAGE.fullmatch(page):
                raise MalformedRequest
            request_id = json.loads(view["private_metadata"])["request_id"]
            return replace(_about(payload, action, request_id), opened=_id(view["id"]), page=int(page))
        case _:
            return None


def _card(payload: dict[str, Any]) -> CardRef:
    return CardRef(_id(payload["container"]["channel_id"]), _id(payload["container"]["message_ts"]))


def _about(payload: dict[str, Any], action: dict[str, Any], request_id: str) -> Look:
    """Who clicked where, about what: ids and digests alone."""
    action_digest, presented_digest = digests_of(action["block_id"])
    if not REQUEST_ID.fullmatch(request_id):
        raise MalformedRequest
    return Look(
        user_id=_id(payload["user"]["id"]),
        user_team_id=_id(payload["user"]["team_id"]),
        team_id=_id(payload["team"]["id"]),
        app_id=_id(payload["api_app_id"]),
        request_id=request_id,
        action_digest=action_digest,
        presented_digest=presented_digest,
    )


def _id(value: object, form: re.Pattern[str] = _SLACK_ID) -> str:
    """A Slack id or timestamp. Raises ValueError for anything else, since it is compared and logged."""
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ValueError("not a Slack id")
    return value
