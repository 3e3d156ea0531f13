"""Requests that wait for people, on an emulated account and in a Slack workspace made only for this.

The account has the tables, buckets, secrets and waiting executions that a click needs, and no function: those run in
this process, or in whatever process is measured, with `environment`.
"""

from __future__ import annotations

import copy
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from local import emulator, ports, sample_directory, slack_process
from local.clients import SlackDesk, Stack
from local.emulator import ACCOUNT_ID, REGION
from local.slack_process import APP_ID, CHANNEL_ID, TEAM_ID, Slack
from tests.support.account import make_buckets, make_tables
from tests.support.house import SLACK_USERS, House, sample_event
from tests.support.slack import RecordingSlack, click_payload, form, signature

_TURN = {"rung": 0, "seconds": 1800, "tries": 0}
_TRUST_NOBODY = {"Version": "2012-10-17", "Statement": []}


@dataclass(frozen=True)
class Waiting:
    """A request with its card posted. `event` is what Lambda would pass on for a click on it."""

    request_id: str
    presented_digest: str
    task_token: str
    event: dict[str, Any]

    def like(self, other: Waiting, calls: list[Any]) -> list[Any]:
        """The calls made for the other request, rewritten for this one."""
        text = json.dumps(calls)
        for theirs, ours in zip(other._marks(), self._marks(), strict=True):
            text = text.replace(theirs, ours)
        found: list[Any] = json.loads(text)
        return found

    def _marks(self) -> tuple[str, ...]:
        signed = self.event["multiValueHeaders"]["X-Slack-Signature"][0]
        return self.request_id, self.presented_digest, self.task_token, signed


@dataclass(frozen=True)
class Cards:
    """Makes them."""

    environment: Mapping[str, str]
    house: House
    desk: SlackDesk
    signing_secret: str
    queue_url: str

    def waiting(self, person: str, button: str) -> Waiting:
        """A new one, and this person's click on this button of its card."""
        request_id = self.house.submit()
        self.house.invoke("mask_payload", {"request_id": request_id})
        token = self._token()
        asking = {"request_id": request_id, "task_token": token, "rungs": [1800, 1800], "turn": _TURN}
        self.house.invoke("request_approval", asking)
        request = self.house.request(request_id)
        assert request.presented_digest is not None
        return Waiting(request_id, request.presented_digest, token, self._click(person, button, request_id))

    def _token(self) -> str:
        """What the newest execution waits with."""
        queue = self.house.client("sqs")
        (message,) = queue.receive_message(QueueUrl=self.queue_url, WaitTimeSeconds=20)["Messages"]
        queue.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
        return str(json.loads(message["Body"])["token"])

    def _click(self, person: str, button: str, request_id: str) -> dict[str, Any]:
        card = self.desk.card(request_id)
        actions = next(block for block in card["blocks"] if block["type"] == "actions")
        payload = click_payload(
            user=SLACK_USERS[person],
            action_id=button,
            block_id=actions["block_id"],
            request_id=request_id,
            message=card["ts"],
        )
        body, stamp = form(payload), str(int(time.time()))
        event = copy.deepcopy(sample_event("slack_interaction"))
        event["multiValueHeaders"] |= {
            "X-Slack-Request-Timestamp": [stamp],
            "X-Slack-Signature": [signature(body, stamp, self.signing_secret)],
        }
        event["body"] = body.decode()
        return event


@contextmanager
def emulated_cards(folder: Path) -> Iterator[Cards]:
    """Runs for the length of a `with`; `folder` is where the emulators keep their files. From then on this process has
    the functions' environment."""
    account = emulator.start(folder, port=ports.any_free())
    try:
        slack = slack_process.start(folder, sample_directory.read(), port=ports.any_free())
        try:
            os.environ.update(
                AWS_ENDPOINT_URL=account.endpoint_url,
                AWS_REGION=REGION,
                AWS_DEFAULT_REGION=REGION,
                AWS_ACCESS_KEY_ID=account.access_key_id,
                AWS_SECRET_ACCESS_KEY=account.secret_access_key,
                AWS_EC2_METADATA_DISABLED="true",
            )
            yield _cards(slack)
        finally:
            slack_process.stop(folder)
    finally:
        emulator.stop(folder)


def _cards(slack: Slack) -> Cards:
    make_tables()
    make_buckets()
    queue_url = boto3.client("sqs").create_queue(QueueName="tokens")["QueueUrl"]
    environment = {
        "ACCOUNT_ID": ACCOUNT_ID,
        "PARTITION": "aws",
        "STACK_NAME": "sallyport",
        "ENVIRONMENT": "local",
        "REQUESTS_TABLE": "requests",
        "AUDIT_TABLE": "audit",
        "VAULT_BUCKET": "vault",
        "VIEWS_BUCKET": "views",
        "SAMENESS_KEY_ID": _sameness_key(),
        "STATE_MACHINE_ARN": _machine(queue_url),
        "REQUESTS_PER_HOUR": "100000",
        "REQUESTS_PENDING": "100000",
        "SLACK_API_BASE_URL": slack.api_url,
        "SLACK_CHANNEL_ID": CHANNEL_ID,
        "SLACK_TEAM_ID": TEAM_ID,
        "SLACK_APP_ID": APP_ID,
        "SLACK_BOT_TOKEN_SECRET": _secret("token", slack.bot_token),
        "SLACK_SIGNING_SECRET_SECRET": _secret("signing", slack.signing_secret),
    }
    os.environ.update(environment)
    channel = {"api_url": slack.api_url, "workspace_url": slack.workspace_url, "channel_id": CHANNEL_ID}
    desk = SlackDesk(Stack({"slack": channel | {"bot_token": slack.bot_token}, "approvers": {}}))
    aws = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    house = House(environment["STATE_MACHINE_ARN"], RecordingSlack())
    return Cards(aws | environment, house, desk, slack.signing_secret, queue_url)


def _secret(name: str, value: str) -> str:
    return str(boto3.client("secretsmanager").create_secret(Name=name, SecretString=value)["ARN"])


def _sameness_key() -> str:
    made = boto3.client("kms").create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    return str(made["KeyMetadata"]["Arn"])


def _machine(queue_url: str) -> str:
    """A state machine that waits as the deployed one does, and puts the token where this process finds it."""
    wait = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue_url, "MessageBody": {"token.$": "$$.Task.Token"}},
        "End": True,
    }
    definition = json.dumps({"StartAt": "Wait", "States": {"Wait": wait}})
    role = boto3.client("iam").create_role(RoleName="waits", AssumeRolePolicyDocument=json.dumps(_TRUST_NOBODY))
    made = boto3.client("stepfunctions").create_state_machine(
        name="waits", definition=definition, roleArn=role["Role"]["Arn"]
    )
    return str(made["stateMachineArn"])
