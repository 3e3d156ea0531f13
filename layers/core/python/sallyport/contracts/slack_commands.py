"""Everything that Slack sends to the one address of the app: clicks, slash commands and events. The signature has been
checked before anything here reads a word."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs

from sallyport.contracts.slack import parse_click
from sallyport.domain.clicks import Account, Click, Look
from sallyport.domain.commands import Challenge, Command, HomeOpened, HomeRevoke, Verb
from sallyport.domain.refusals import MalformedRequest

COMMAND = "/sallyport"
_SLACK_ID = re.compile(r"[A-Z0-9]{1,32}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_.-]{1,256}")
# Slack sends some fifteen with a command.
_MOST_FIELDS = 32
_VERBS = frozenset(Verb)

type Said = Click | Look | Command | HomeOpened | HomeRevoke | Challenge


def parse_slack(body: bytes) -> Said | None:
    """What a signed body says; None for anything that does not concern us. Raises MalformedRequest."""
    try:
        if body.startswith(b"{"):
            return _event(json.loads(body.decode("utf-8")))
        form = parse_qs(body.decode("utf-8"), keep_blank_values=True, strict_parsing=True, max_num_fields=_MOST_FIELDS)
        if "command" in form:
            return _command(form)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        raise MalformedRequest from None
    return parse_click(body)


def _event(payload: dict[str, Any]) -> HomeOpened | Challenge | None:
    match payload["type"]:
        case "url_verification":
            return Challenge(_matching(_CHALLENGE, payload["challenge"]))
        case "event_callback" if payload["event"]["type"] == "app_home_opened":
            event = payload["event"]
            # Only the Home tab is ours; Slack shows the Messages tab itself.
            if event["tab"] != "home":
                return None
            return HomeOpened(_account(event["user"], _receiver(payload), payload["api_app_id"]))
        case _:
            return None


def _command(form: dict[str, list[str]]) -> Command | None:
    """An unknown verb, or none, asks for help."""
    if any(len(values) != 1 for values in form.values()):
        raise MalformedRequest
    if form["command"][0] != COMMAND:
        return None
    of_organisation = _flag(form.get("is_enterprise_install", ["false"])[0])
    installed_in = form["enterprise_id" if of_organisation else "team_id"][0]
    account = _account(form["user_id"][0], installed_in, form["api_app_id"][0])
    verb, _, rest = form["text"][0].strip().partition(" ")
    known = Verb(verb.lower()) if verb.lower() in _VERBS else Verb.HELP
    return Command(account, known, rest.strip())


def _receiver(payload: dict[str, Any]) -> object:
    """Which installation of the app an event is for: docs.slack.dev/apis/events-api, "authorizations"."""
    for authorization in payload.get("authorizations") or ():
        if _flag(authorization.get("is_enterprise_install")):
            return authorization["enterprise_id"]
    return payload["team_id"]


def _flag(value: object) -> bool:
    """Slack writes it as a word in forms and as a boolean in JSON. Raises ValueError for anything else."""
    if value not in (True, False, None, "true", "false"):
        raise ValueError("no boolean")
    return value in (True, "true")


def _account(user_id: object, installed_in: object, app_id: object) -> Account:
    return Account(_matching(_SLACK_ID, user_id), _matching(_SLACK_ID, installed_in), _matching(_SLACK_ID, app_id))


def _matching(form: re.Pattern[str], value: object) -> str:
    """Raises ValueError for anything else."""
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ValueError("not of this form")
    return value
