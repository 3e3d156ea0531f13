"""The app asks for what the code uses, and for nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from sallyport.contracts.slack_commands import COMMAND
from sallyport_cli.doctor.slack import READS_CHANNEL, SCOPES, WRITES_DIRECTLY

ROOT = Path(__file__).parents[2]
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "slack" / "manifest.yaml").read_text(encoding="utf-8"))
# docs.slack.dev/reference/methods. A method that is not here has to be looked up before it is called.
NEEDS = {
    "auth.test": set(),
    "chat.getPermalink": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": {"groups:history"},
    "conversations.open": {"im:write"},
    "users.info": {"users:read"},
    "views.open": set(),
    "views.publish": set(),
    "views.update": set(),
}
# Declared for a feature, not called: docs.slack.dev/reference/scopes/commands.
FEATURES = {"commands"}


def called() -> set[str]:
    """The methods of the Web API that the gate's adapter and the doctor call, as Slack writes them."""
    adapters = (ROOT / "layers/core/python/sallyport/adapters").glob("slack*.py")
    written = {name for file in adapters for name in re.findall(r'_call\(\s*"(\w+)"', file.read_text("utf-8"))}
    doctor = (ROOT / "cli/sallyport_cli/doctor/slack.py").read_text("utf-8")
    return {_method(name) for name in written} | set(re.findall(r'_ask\(patient, token, "([a-z.A-Z]+)"', doctor))


def _method(name: str) -> str:
    """`chat_postMessage` of slack_sdk is `chat.postMessage`."""
    return name.replace("_", ".", 1)


def test_the_scopes_are_those_of_the_methods_that_are_called() -> None:
    assert called() == set(NEEDS)
    needed: set[str] = set().union(*NEEDS.values())
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == needed | FEATURES


def test_no_scope_is_a_users_own() -> None:
    assert list(MANIFEST["oauth_config"]["scopes"]) == ["bot"]


def test_the_doctor_wants_the_manifests_scopes() -> None:
    scopes = set(MANIFEST["oauth_config"]["scopes"]["bot"])
    assert scopes - READS_CHANNEL == SCOPES | {WRITES_DIRECTLY}
    assert scopes & READS_CHANNEL == {"groups:history"}


def test_everything_comes_to_the_one_route() -> None:
    settings, features = MANIFEST["settings"], MANIFEST["features"]
    (command,) = features["slash_commands"]
    assert command["command"] == COMMAND
    addresses = {
        command["url"],
        settings["interactivity"]["request_url"],
        settings["event_subscriptions"]["request_url"],
    }
    assert [address.partition(".example")[2] for address in addresses] == ["/slack/interactions"]
    assert settings["event_subscriptions"]["bot_events"] == ["app_home_opened"]
    assert features["app_home"]["home_tab_enabled"]
    assert not settings["socket_mode_enabled"]


def test_names_are_within_slacks_limits() -> None:
    """docs.slack.dev/reference/app-manifest."""
    (command,) = MANIFEST["features"]["slash_commands"]
    assert len(MANIFEST["display_information"]["name"]) <= 35
    assert len(MANIFEST["display_information"]["description"]) <= 140
    assert len(command["command"]) <= 32
    assert len(command["description"]) <= 2000
    assert len(command["usage_hint"]) <= 1000
