"""Starts and stops the local Slack workspace as a process of its own."""

import json
import os
import secrets
import shutil
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from local import ports
from local.emulator import ROOT
from local.processes import Process, read_record, spawn, write_record
from local.sample_directory import Directory

PREFERRED_PORT = 4581
DISTRIBUTION = ROOT / "local" / "slack"
START_SECONDS = 60.0
TEAM_ID, APP_ID, CHANNEL_ID, CHANNEL_NAME = "T0SALLYPRT", "A0SALLYPRT", "C0APPROVAL", "approvals"

# People in the workspace but not in the directory: they see cards and can click, but their clicks must have no effect.
_OUTSIDERS: tuple[dict[str, object], ...] = (
    {"id": "UUMA000007", "name": "uma.unlisted", "real_name": "Uma Unlisted (member)"},
    {"id": "UGIL000008", "name": "gil.guest", "real_name": "Gil Guest", "is_restricted": True},
    {
        "id": "USTEN00009",
        "name": "sten.stranger",
        "real_name": "Sten Stranger (other company)",
        "is_stranger": True,
        "team_id": "T0ELSEWHRE",
    },
    {"id": "UDORA00010", "name": "dora.deactivated", "real_name": "Dora Deactivated", "deleted": True},
    {"id": "UBOT000011", "name": "otherbot", "real_name": "Other Bot", "is_bot": True},
)


class SlackError(Exception):
    """The workspace did not start; the message says where to look."""


@dataclass(frozen=True)
class Slack:
    """A running workspace with the secrets of our app in it."""

    process: Process
    port: int
    bot_token: str = field(repr=False)
    signing_secret: str = field(repr=False)

    @property
    def workspace_url(self) -> str:
        """The page where people read and click."""
        return f"http://{ports.HOST}:{self.port}/"

    @property
    def api_url(self) -> str:
        """What the product is told instead of https://slack.com/api/."""
        return f"{self.workspace_url}api/"

    def healthy(self) -> bool:
        """Whether it runs and answers."""
        return self.process.alive() and _answers(self.workspace_url)


def start(state: Path, directory: Directory, *, port: int | None = None) -> Slack:
    """Start an empty workspace with the directory's people and some outsiders in it, and wait until it answers."""
    chosen = ports.choose(PREFERRED_PORT if port is None else port, insist=port is not None)
    bot_token, signing_secret = f"xoxb-{secrets.token_hex(16)}", secrets.token_hex(16)
    folder = state / "slack"
    shutil.rmtree(folder, ignore_errors=True)
    configuration = folder / "workspace.json"
    write_record(
        configuration,
        {
            "bot_token": bot_token,
            "signing_secret": signing_secret,
            "team_id": TEAM_ID,
            "app_id": APP_ID,
            "channels": [{"id": CHANNEL_ID, "name": CHANNEL_NAME}],
            **_installed_app(),
            "users": [
                *(
                    {"id": person.slack_user_id, "name": person.id, "real_name": person.name}
                    for person in directory.people
                ),
                *_OUTSIDERS,
            ],
        },
    )
    log = state / "slack.log"
    log.unlink(missing_ok=True)
    marker = f"local_slack --port {chosen}"
    command = [sys.executable, "-m", *marker.split(), "--state-dir", str(folder), "--config", str(configuration)]
    environment = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    slack = Slack(
        spawn(command, marker=marker, log=log, cwd=DISTRIBUTION, env=environment), chosen, bot_token, signing_secret
    )
    write_record(
        state / "slack.json",
        {
            "pid": slack.process.pid,
            "marker": marker,
            "port": chosen,
            "bot_token": bot_token,
            "signing_secret": signing_secret,
        },
    )
    _wait_until_ready(slack, log)
    return slack


def _installed_app() -> dict[str, object]:
    """The app as `slack/manifest.yaml` describes it to Slack: its name, its scopes, its commands."""
    manifest = yaml.safe_load((ROOT / "slack" / "manifest.yaml").read_text(encoding="utf-8"))
    features = manifest["features"]
    return {
        "bot_name": features["bot_user"]["display_name"],
        "scopes": ",".join(manifest["oauth_config"]["scopes"]["bot"]),
        "team_name": "Sallyport (local)",
        "commands": [
            {name: each[name] for name in ("command", "description", "usage_hint")}
            for each in features["slash_commands"]
        ],
    }


def running(state: Path) -> Slack | None:
    """The workspace that `start` recorded under `state`, if it still runs and answers."""
    slack = _recorded(state)
    return slack if slack is not None and slack.healthy() else None


def stop(state: Path) -> bool:
    """Stop the recorded workspace and forget its channel. False when there was none."""
    slack = _recorded(state)
    stopped = slack is not None and slack.process.stop()
    (state / "slack.json").unlink(missing_ok=True)
    shutil.rmtree(state / "slack", ignore_errors=True)
    return stopped


def send_clicks_to(slack: Slack, url: str) -> None:
    """Set the app's interactivity request URL, which is known only after the API has been deployed."""
    request = urllib.request.Request(
        f"{slack.workspace_url}_control/interactivity-url",
        data=json.dumps({"url": url}).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.read()


def _recorded(state: Path) -> Slack | None:
    record = read_record(state / "slack.json")
    if record is None:
        return None
    return Slack(
        Process(int(str(record["pid"])), str(record["marker"])),
        int(str(record["port"])),
        str(record["bot_token"]),
        str(record["signing_secret"]),
    )


def _wait_until_ready(slack: Slack, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if _answers(slack.workspace_url):
            return
        if not slack.process.alive():
            break
        time.sleep(0.05)
    slack.process.stop()
    tail = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
    raise SlackError(f"the local Slack did not start ({log}): " + " | ".join(tail))


def _answers(workspace_url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{workspace_url}healthz", timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
