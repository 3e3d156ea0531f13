"""Who and what the workspace holds: read once from a JSON file at start."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class ConfigError(ValueError):
    """The workspace file cannot be used; the message names the field."""


@dataclass(frozen=True, slots=True)
class Member:
    """One account that can be seen in the channel; the flags are those of Slack's `users.info`."""

    id: str
    name: str
    real_name: str
    team_id: str
    is_bot: bool = False
    deleted: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    in_channel: bool = True


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """One command of the app, as its manifest describes it."""

    command: str
    description: str
    usage_hint: str


@dataclass(frozen=True, slots=True)
class Workspace:
    """The fixed facts of the workspace; secrets stay out of `repr`."""

    bot_token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    team_id: str
    app_id: str
    # Names by id; the first is where people land.
    channels: Mapping[str, str]
    members: Mapping[str, Member]
    usergroups: Mapping[str, tuple[str, ...]]
    team_name: str = "Local workspace"
    team_domain: str = "local"
    bot_user_id: str = "U0LOCALBOT"
    bot_id: str = "B0LOCALBOT"
    bot_name: str = "app"
    # What the bot token was given, as Slack reports it with every answer; nothing here is refused for lack of one.
    scopes: str = "chat:write,commands,groups:history,users:read"
    # The app's slash commands; without any, every command goes to the app.
    commands: tuple[SlashCommand, ...] = ()


_REQUIRED = ("bot_token", "signing_secret", "team_id", "app_id")
_OPTIONAL = ("team_name", "team_domain", "bot_user_id", "bot_id", "bot_name", "scopes")
_FLAGS = ("is_bot", "deleted", "is_restricted", "is_ultra_restricted", "is_stranger", "in_channel")


SAMPLE = Path(__file__).parent / "sample.json"


def load_workspace(path: Path) -> Workspace:
    """Read the workspace file; raises `ConfigError` when a field is missing or of the wrong kind."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {error}") from error
    return parse_workspace(document)


def parse_workspace(document: Any) -> Workspace:
    """Turn the parsed JSON into a `Workspace`; raises `ConfigError` naming the first wrong field."""
    if not isinstance(document, dict):
        raise ConfigError("the workspace file must hold a JSON object")
    texts = {name: _text(document, name) for name in _REQUIRED}
    texts |= {name: _text(document, name) for name in _OPTIONAL if name in document}
    users = document.get("users")
    if not isinstance(users, list) or not users:
        raise ConfigError("users: at least one is needed")
    members = {member.id: member for member in (_member(user, texts["team_id"]) for user in users)}
    if len(members) != len(users):
        raise ConfigError("users: two have the same id")
    groups = {_text(group, "id"): tuple(group.get("users", ())) for group in document.get("usergroups", [])}
    commands = tuple(_command(entry) for entry in document.get("commands", []))
    return Workspace(channels=_channels(document), members=members, usergroups=groups, commands=commands, **texts)


def _channels(document: Mapping[str, Any]) -> dict[str, str]:
    listed = document.get("channels")
    if not isinstance(listed, list) or not listed:
        raise ConfigError("channels: at least one is needed")
    names = {_text(channel, "id"): _text(channel, "name") for channel in listed}
    if len(names) != len(listed) or len(set(names.values())) != len(listed):
        raise ConfigError("channels: two have the same id or name")
    return names


def _command(entry: Any) -> SlashCommand:
    if not isinstance(entry, dict) or not _text(entry, "command").startswith("/"):
        raise ConfigError("commands: every entry must be an object whose command starts with /")
    return SlashCommand(_text(entry, "command"), str(entry.get("description", "")), str(entry.get("usage_hint", "")))


def _member(user: Any, home_team: str) -> Member:
    if not isinstance(user, dict):
        raise ConfigError("users: every entry must be an object")
    flags = {}
    for name in _FLAGS:
        if name in user:
            if not isinstance(user[name], bool):
                raise ConfigError(f"users: {name} must be true or false")
            flags[name] = user[name]
    team_id = _text(user, "team_id") if "team_id" in user else home_team
    return Member(_text(user, "id"), _text(user, "name"), _text(user, "real_name"), team_id, **flags)


def _text(holder: Any, name: str) -> str:
    value = holder.get(name) if isinstance(holder, Mapping) else None
    if not isinstance(value, str) or not value:
        raise ConfigError(f"{name}: a non-empty string is needed")
    return value
