"""The payloads that Slack sends for a click, a modal, a command and an opened Home."""

from collections.abc import Mapping
from typing import Any

from local_slack.channels import Place, direct_id
from local_slack.config import Member, Workspace

# Deprecated by Slack in favour of the signature, but still sent.
_VERIFICATION_TOKEN = "not-a-secret"
_PICKED_ONE = ("static_select", "radio_buttons", "overflow")
_PICKED_MANY = ("checkboxes", "multi_static_select")
_TYPED = {"users_select": "selected_user", "datepicker": "selected_date", "timepicker": "selected_time"}


def envelope(kind: str, workspace: Workspace, member: Member, trigger_id: str) -> dict[str, Any]:
    """What all interactions share."""
    return {
        "type": kind,
        "user": {"id": member.id, "username": member.name, "name": member.name, "team_id": member.team_id},
        "api_app_id": workspace.app_id,
        "token": _VERIFICATION_TOKEN,
        "trigger_id": trigger_id,
        "team": {"id": workspace.team_id, "domain": workspace.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def command(
    workspace: Workspace, member: Member, place: Place, name: str, typed: str, trigger_id: str, response_url: str
) -> dict[str, str]:
    """The fields of a slash command."""
    return {
        "token": _VERIFICATION_TOKEN,
        "team_id": workspace.team_id,
        "team_domain": workspace.team_domain,
        "channel_id": place.id,
        "channel_name": place.name,
        "user_id": member.id,
        "user_name": member.name,
        "command": name,
        "text": typed,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def home_opened(workspace: Workspace, member: Member, now: float) -> dict[str, Any]:
    """The envelope and event of somebody who opens the Home tab."""
    event = {"type": "app_home_opened", "user": member.id, "channel": direct_id(member.id), "tab": "home"}
    return {
        "token": _VERIFICATION_TOKEN,
        "team_id": workspace.team_id,
        "api_app_id": workspace.app_id,
        "type": "event_callback",
        "event_id": f"Ev{int(now * 1000):X}",
        "event_time": int(now),
        "event": event | {"event_ts": f"{now:.6f}"},
    }


def from_message(
    place: Place, record: Mapping[str, Any], message: Mapping[str, Any], response_url: str
) -> dict[str, Any]:
    """The part of a click that tells where it happened, for a message; Slack sends no copy of an ephemeral one."""
    ephemeral = record["for_user"] is not None
    told: dict[str, Any] = {
        "container": {
            "type": "message",
            "message_ts": record["ts"],
            "channel_id": place.id,
            "is_ephemeral": ephemeral,
        },
        "channel": {"id": place.id, "name": place.name},
        "state": {"values": {}},
        "response_url": response_url,
    }
    return told if ephemeral else told | {"message": dict(message)}


def from_view(view: Mapping[str, Any]) -> dict[str, Any]:
    return {"container": {"type": "view", "view_id": view["id"]}, "view": dict(view)}


def action(block: Mapping[str, Any], element: Mapping[str, Any], value: Any, now: float) -> dict[str, Any]:
    """The entry of `actions` for one element; `value` is what was picked or typed, None for a button."""
    entry: dict[str, Any] = {
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "type": element["type"],
        "action_ts": f"{now:.6f}",
    }
    if element["type"] == "button":
        return entry | {name: element[name] for name in ("text", "value", "style") if name in element}
    return entry | chosen(element, value)


def chosen(element: Mapping[str, Any], value: Any) -> dict[str, Any]:
    """How `actions` and `view.state` carry what a person picked or typed; raises `ValueError` for no such option."""
    kind = element["type"]
    if kind in _PICKED_ONE:
        return {"selected_option": None if value in (None, "") else _option(element, value)}
    if kind in _PICKED_MANY:
        values = [] if value is None else value
        if not isinstance(values, list):
            raise ValueError("a list of option values is needed")
        return {"selected_options": [_option(element, each) for each in values]}
    if value is not None and not isinstance(value, str):
        raise ValueError("a string is needed")
    return {_TYPED.get(kind, "value"): value or None}


def _option(element: Mapping[str, Any], value: Any) -> dict[str, Any]:
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    for option in [*element.get("options", []), *grouped]:
        if option["value"] == value:
            return dict(option)
    raise ValueError("no such option")
