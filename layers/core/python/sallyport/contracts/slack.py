"""What Slack sends when somebody clicks, and whether it was Slack that sent it."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from sallyport.domain import cards, home
from sallyport.domain.cards import digests_of
from sallyport.domain.clicks import Account, Click, Look
from sallyport.domain.commands import HomeRevoke
from sallyport.domain.refusals import BadSignature, MalformedRequest
from sallyport.domain.requests import REQUEST_ID, CardRef, Choice

# docs.slack.dev, "Verifying requests from Slack": older than five minutes is a replay.
WINDOW_SECONDS = 300
_SLACK_ID = re.compile(r"[A-Z0-9.]{1,32}")
_TRIGGER = re.compile(r"[A-Za-z0-9.]{1,128}")
_PAGE = re.compile(r"[0-9]{1,3}")
# Slack's own limit of a field; a form of ours allows less.
_MAX_REASON = 3000
_FORMS = {cards.CONFIRM_FORM: Choice.APPROVE, cards.DENIAL_FORM: Choice.DENY}


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


def parse_click(body: bytes) -> Click | Look | HomeRevoke | None:
    """The click in a signed body, or the form that was sent; None for anything but one of our buttons or forms.

    Raises MalformedRequest.
    """
    try:
        form = parse_qs(body.decode("utf-8"), strict_parsing=True, max_num_fields=4)
        payload = json.loads(form["payload"][0])
        match payload["type"]:
            case "block_actions" if len(payload["actions"]) == 1:
                return _click(payload, payload["actions"][0])
            case "view_submission" if "view" in payload:
                return _filled(payload, payload["view"])
            case _:
                return None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        raise MalformedRequest from None


def _click(payload: dict[str, Any], action: dict[str, Any]) -> Click | Look | HomeRevoke | None:
    match action["action_id"]:
        case cards.APPROVE | cards.DENY | cards.WITHDRAW | cards.EXPLAIN as pressed:
            explain = pressed == cards.EXPLAIN
            choice = Choice.DENY if explain else Choice(pressed)
            said = _decision(_about(payload, action["block_id"], action["value"]), choice, _card(payload))
            said = replace(said, explain=explain)
            # A decision does not depend on whether a form can be opened with it.
            trigger = payload.get("trigger_id")
            if isinstance(trigger, str) and _TRIGGER.fullmatch(trigger):
                return replace(said, trigger=trigger)
            return said
        case home.REVOKE if payload["container"]["type"] == "view":
            return _home_revoke(payload, action)
        case cards.DETAILS:
            trigger = _id(payload["trigger_id"], _TRIGGER)
            return replace(_about(payload, action["block_id"], action["value"]), card=_card(payload), trigger=trigger)
        case cards.BACK | cards.ON:
            view, page = payload["view"], action["value"]
            if not _PAGE.fullmatch(page):
                raise MalformedRequest
            request_id = json.loads(view["private_metadata"])["request_id"]
            return replace(_about(payload, action["block_id"], request_id), opened=_id(view["id"]), page=int(page))
        case _:
            return None


def _home_revoke(payload: dict[str, Any], action: dict[str, Any]) -> HomeRevoke:
    request_id = action["value"]
    if not REQUEST_ID.fullmatch(request_id):
        raise MalformedRequest
    return HomeRevoke(_account(payload), request_id)


def _filled(payload: dict[str, Any], view: dict[str, Any]) -> Click | None:
    choice = _FORMS.get(view["callback_id"])
    if choice is None:
        return None
    origin = json.loads(view["private_metadata"])
    block_id, channel, message = origin["card"]
    reason = view["state"]["values"][cards.REASON][cards.REASON]["value"]
    if reason is not None and not (isinstance(reason, str) and len(reason) <= _MAX_REASON and _writable(reason)):
        raise MalformedRequest
    said = _decision(_about(payload, block_id, origin["request_id"]), choice, CardRef(_id(channel), _id(message)))
    return replace(said, filled=True, reason=(reason or "").strip() or None)


def _writable(reason: str) -> bool:
    """Whether it can be stored as UTF-8: JSON can spell a lone surrogate."""
    return not any("\ud800" <= character <= "\udfff" for character in reason)


def _decision(about: Look, choice: Choice, card: CardRef) -> Click:
    return Click(
        account=about.account,
        card=card,
        choice=choice,
        request_id=about.request_id,
        action_digest=about.action_digest,
        presented_digest=about.presented_digest,
    )


def _card(payload: dict[str, Any]) -> CardRef:
    return CardRef(_id(payload["container"]["channel_id"]), _id(payload["container"]["message_ts"]))


def _about(payload: dict[str, Any], block_id: str, request_id: str) -> Look:
    """Who clicked where, about what: ids and digests alone."""
    action_digest, presented_digest = digests_of(block_id)
    if not REQUEST_ID.fullmatch(request_id):
        raise MalformedRequest
    return Look(_account(payload), request_id, action_digest, presented_digest)


def _account(payload: dict[str, Any]) -> Account:
    """Who it is, and which installation of the app they used.

    https://api.slack.com/enterprise/apps/reference: where an organisation has installed the app, `team` is null or any
    one of its workspaces, and so is the user's; only users.info then says which workspace somebody belongs to.
    """
    user, app_id = payload["user"], _id(payload["api_app_id"])
    match payload.get("is_enterprise_install"):
        case True:
            return Account(_id(user["id"]), _id(payload["enterprise"]["id"]), app_id)
        case False | None:
            return Account(_id(user["id"]), _id(payload["team"]["id"]), app_id, _id(user["team_id"]))
        case _:
            raise MalformedRequest


def _id(value: object, form: re.Pattern[str] = _SLACK_ID) -> str:
    """A Slack id or timestamp. Raises ValueError for anything else, since it is compared and logged."""
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ValueError("not a Slack id")
    return value
