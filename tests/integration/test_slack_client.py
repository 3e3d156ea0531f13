"""The workspace over real sockets, driven by Slack's own Python SDK."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import parse_qs
from urllib.request import Request, urlopen

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.models.blocks import ActionsBlock, ButtonElement, HeaderBlock, SectionBlock
from slack_sdk.signature import SignatureVerifier
from slack_sdk.webhook import WebhookClient

from local.slack_process import DISTRIBUTION
from tests.slack_workspace import (
    BOT_TOKEN,
    CHANNEL,
    DOCUMENT,
    QUINN,
    SIGNING_SECRET,
    ReceivingApp,
    RunningSlack,
    card,
    modal,
    mrkdwn,
    receiving_app,
    running_slack,
)


@pytest.fixture
def slack() -> Iterator[RunningSlack]:
    with running_slack() as running:
        yield running


def control(url: str, route: str, document: object) -> dict[str, object]:
    request = Request(
        f"{url}/_control/{route}", json.dumps(document).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    with urlopen(request, timeout=60) as answer:
        found: dict[str, object] = json.load(answer)
    return found


def last_payload(app: ReceivingApp) -> dict[str, object]:
    found: dict[str, object] = json.loads(parse_qs(app.requests[-1].body.decode())["payload"][0])
    return found


def test_the_sdk_can_use_every_method(slack: RunningSlack) -> None:
    client = slack.client()
    assert client.auth_test()["url"] == f"{slack.url}/"
    posted = client.chat_postMessage(channel=CHANNEL, text="card", blocks=card())
    ts = posted["ts"]
    client.chat_update(channel=CHANNEL, ts=ts, text="done", blocks=card("done"))
    client.chat_postEphemeral(channel=CHANNEL, user=QUINN, text="psst")
    client.reactions_add(channel=CHANNEL, timestamp=ts, name="eyes")
    assert client.chat_getPermalink(channel=CHANNEL, message_ts=ts)["permalink"].startswith(slack.url)
    assert client.users_info(user=QUINN)["user"]["name"] == "quinn.approver"
    assert client.conversations_info(channel=CHANNEL)["channel"]["name"] == "agent-approvals"
    assert QUINN in client.conversations_members(channel=CHANNEL)["members"]
    assert client.usergroups_users_list(usergroup="SAPPROVERS")["users"][1] == QUINN
    assert client.conversations_replies(channel=CHANNEL, ts=ts)["messages"][0]["ts"] == ts
    history = client.conversations_history(channel=CHANNEL)["messages"]
    assert history[0]["blocks"][2]["text"]["text"] == "done"


def test_blocks_made_with_the_sdks_models_are_accepted(slack: RunningSlack) -> None:
    blocks = [
        HeaderBlock(text="export-bot asks"),
        SectionBlock(text="*why*", fields=["*a*", "*b*"]),
        ActionsBlock(elements=[ButtonElement(text="Approve", action_id="approve", value="req-1", style="primary")]),
    ]
    assert slack.client().chat_postMessage(channel=CHANNEL, text="card", blocks=blocks)["ok"]


def test_a_refusal_is_the_sdks_error(slack: RunningSlack) -> None:
    blocks = [{"type": "section", "text": mrkdwn("x" * 3001)}]
    with pytest.raises(SlackApiError) as refused:
        slack.client().chat_postMessage(channel=CHANNEL, text="x", blocks=blocks)
    assert refused.value.response["error"] == "invalid_blocks"
    with pytest.raises(SlackApiError) as stranger:
        slack.client(token="xoxb-wrong").auth_test()
    assert stranger.value.response["error"] == "invalid_auth"


def test_the_sdk_waits_and_tries_again_when_the_rate_limit_strikes(slack: RunningSlack) -> None:
    control(slack.url, "fail", {"method": "auth.test", "error": "ratelimited", "retry_after": 1})
    client = WebClient(BOT_TOKEN, base_url=f"{slack.url}/api/", retry_handlers=[RateLimitErrorRetryHandler()])
    started = time.monotonic()
    assert client.auth_test()["ok"]
    assert time.monotonic() - started >= 1


def test_a_hanging_method_runs_into_the_clients_time_limit(slack: RunningSlack) -> None:
    control(slack.url, "fail", {"method": "auth.test", "hang_seconds": 2})
    client = slack.client(timeout=1)
    client.retry_handlers.clear()
    with pytest.raises(TimeoutError):
        client.auth_test()


def test_a_click_arrives_signed_and_opens_a_modal_whose_submission_arrives_signed(slack: RunningSlack) -> None:
    client = slack.client()
    ts = client.chat_postMessage(channel=CHANNEL, text="card", blocks=card())["ts"]
    outcome = control(slack.url, "click", {"user_id": QUINN, "message_ts": ts, "action_id": "deny"})
    assert (outcome["ok"], outcome["status"]) == (True, 200)
    trigger_id = str(last_payload(slack.app)["trigger_id"])
    view_id = client.views_open(trigger_id=trigger_id, view=modal())["view"]["id"]
    client.views_update(view_id=view_id, view=modal(private_metadata="second"))
    values = {"why": {"text": "<!channel> & no"}}
    assert control(slack.url, "submit", {"user_id": QUINN, "view_id": view_id, "values": values})["ok"]
    submitted = last_payload(slack.app)
    assert isinstance(submitted["view"], dict)
    assert submitted["view"]["state"]["values"]["why"]["text"]["value"] == "<!channel> & no"
    verifier = SignatureVerifier(SIGNING_SECRET)
    assert len(slack.app.requests) == 2
    for received in slack.app.requests:
        assert verifier.is_valid_request(received.body, received.headers)


def test_an_app_that_does_not_answer_within_three_seconds_has_failed(slack: RunningSlack) -> None:
    slack.app.delay_seconds = 600  # until the test is over
    ts = slack.client().chat_postMessage(channel=CHANNEL, text="card", blocks=card())["ts"]
    started = time.monotonic()
    outcome = control(slack.url, "click", {"user_id": QUINN, "message_ts": ts, "action_id": "approve"})
    took = time.monotonic() - started
    assert (outcome["ok"], outcome["error"]) == (False, "timeout")
    assert took >= 2.5


def test_an_app_that_is_down_is_reported_as_unreachable(slack: RunningSlack) -> None:
    with receiving_app() as gone:
        pass
    control(slack.url, "interactivity-url", {"url": gone.url})
    ts = slack.client().chat_postMessage(channel=CHANNEL, text="card", blocks=card())["ts"]
    outcome = control(slack.url, "click", {"user_id": QUINN, "message_ts": ts, "action_id": "approve"})
    assert (outcome["ok"], outcome["error"]) == (False, "unreachable")


def test_the_sdks_webhook_client_can_answer_a_click(slack: RunningSlack) -> None:
    client = slack.client()
    ts = client.chat_postMessage(channel=CHANNEL, text="card", blocks=card())["ts"]
    control(slack.url, "click", {"user_id": QUINN, "message_ts": ts, "action_id": "approve"})
    webhook = WebhookClient(str(last_payload(slack.app)["response_url"]))
    assert webhook.send(text="settled", replace_original=True).body == "ok"
    assert client.conversations_history(channel=CHANNEL)["messages"][0]["text"] == "settled"


def test_a_foreign_host_name_is_turned_away(slack: RunningSlack) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(f"{slack.url}/", headers={"Host": "rebound.example"}), timeout=60)
    with refused.value as answer:
        assert answer.code == 421


def test_the_command_serves_until_told_to_stop_and_remembers(tmp_path: Path) -> None:
    config = tmp_path / "workspace.json"
    config.write_text(json.dumps(DOCUMENT))
    command = [sys.executable, "-m", "local_slack", "--port", "0", "--state-dir", str(tmp_path / "state")]
    command += ["--config", str(config), "--events-url", "http://127.0.0.1:9/slack/interactions"]
    counts = []
    for _ in range(2):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=DISTRIBUTION)
        with process:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1].rstrip("/")
            client = WebClient(BOT_TOKEN, base_url=f"{url}/api/")
            client.chat_postMessage(channel=CHANNEL, text="card", blocks=card())
            counts.append(len(client.conversations_history(channel=CHANNEL)["messages"]))
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0
    assert counts == [1, 2]


def test_the_command_explains_an_unusable_file(tmp_path: Path) -> None:
    config = tmp_path / "workspace.json"
    config.write_text("{}")
    command = [
        sys.executable,
        "-m",
        "local_slack",
        "--port",
        "0",
        "--state-dir",
        str(tmp_path),
        "--config",
        str(config),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=DISTRIBUTION)
    assert (done.returncode, done.stderr) == (2, "local-slack: bot_token: a non-empty string is needed\n")
