"""An account in this process: moto instead of AWS, with the real handlers and the state machine that is deployed."""

from __future__ import annotations

import io
import json
import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.responses import EmptyResult
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.responses import StepFunctionResponse

from sallyport.adapters import aws_session, table_client
from sallyport.adapters.own_functions import OwnFunctions
from sallyport.adapters.policy_layer import load_policy
from sallyport.adapters.slack import SlackChat
from sallyport.runtime import settings, wiring
from tests.fakes.notary import FakeLogSigner
from tests.fakes.ports import ACCOUNT
from tests.support.house import ROOT, House
from tests.support.quick_moto import hasten
from tests.support.slack import APP, CHANNEL, SIGNING_SECRET, TEAM, RecordingSlack

REGION = "us-east-1"


@contextmanager
def opened() -> Iterator[House]:
    """A house for the length of a `with`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        for name, value in {"AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}.items():
            patch.setenv(name, value)
        patch.setattr(BotocoreStubber, "__call__", _one_at_a_time())
        patch.setattr(StepFunctionResponse, "send_task_failure", _fail_with_cause)
        hasten(patch)
        with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
            yield from _furnished(patch)


def _fail_with_cause(self: Any) -> Any:
    """moto's answer drops the cause, which its own state machine would hand on as AWS does."""
    token, error, cause = map(self._get_param, ("taskToken", "error", "cause"))
    self.stepfunction_backend.send_task_failure(token, error=error, cause=cause)
    return EmptyResult()


def _one_at_a_time() -> Callable[..., Any]:
    """moto's calls in turn. A cancelled transaction makes it put all tables back as they were when that began, so the
    writes of other threads would be lost, which DynamoDB's never are."""
    answer, lock = BotocoreStubber.__call__, threading.RLock()

    def locked(*arguments: Any, **named: Any) -> Any:
        with lock:
            return answer(*arguments, **named)

    return locked


def _furnished(patch: pytest.MonkeyPatch) -> Iterator[House]:
    make_tables()
    make_buckets()
    key = boto3.client("kms").create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]
    secrets = boto3.client("secretsmanager")
    signing = secrets.create_secret(Name="signing", SecretString=SIGNING_SECRET)["ARN"]
    token = secrets.create_secret(Name="token", SecretString="xoxb-of-tests")["ARN"]
    house = House(state_machine_arn=_make_machine(), slack=RecordingSlack())
    environment = {
        "ACCOUNT_ID": ACCOUNT,
        "PARTITION": "aws",
        "STACK_NAME": "sallyport",
        "ENVIRONMENT": "local",
        "REQUESTS_TABLE": "requests",
        "AUDIT_TABLE": "audit",
        "VAULT_BUCKET": "vault",
        "VIEWS_BUCKET": "views",
        "AUDIT_BUCKET": "worm",
        "AUDIT_BUCKET_OWNER": ACCOUNT,
        "EVENT_BUS_NAME": "default",
        "SAMENESS_KEY_ID": key,
        "STATE_MACHINE_ARN": house.state_machine_arn,
        "LONG_POLL_CONCURRENCY": "25",
        "REQUESTS_PER_HOUR": "100000",
        "REQUESTS_PENDING": "1000",
        "EXTERNAL_ID": "tests",
        "SLACK_API_BASE_URL": "https://slack.invalid/api/",
        "SLACK_CHANNEL_ID": CHANNEL,
        "SLACK_TEAM_ID": TEAM,
        "SLACK_APP_ID": APP,
        "SLACK_BOT_TOKEN_SECRET": token,
        "SLACK_SIGNING_SECRET_SECRET": signing,
    }
    for name, value in environment.items():
        patch.setenv(name, value)
    forget()
    wiring.wiring().__dict__["policy"] = load_policy(ACCOUNT)
    wiring.wiring().__dict__["chat"] = _chat(house.slack)
    wiring.wiring().__dict__["log_signer"] = FakeLogSigner()  # moto's KMS has no Ed25519
    wiring.wiring().__dict__["own_api"] = OwnFunctions(FunctionsOf(house), lambda route: route.value)  # type: ignore[arg-type]  # boto3's Lambda client, as far as it is used
    _open["house"] = house
    keep = _Keep(house)
    logger = logging.getLogger("sallyport")
    logger.addHandler(keep)
    try:
        yield house
    finally:
        _stop_executions(house)
        logger.removeHandler(keep)
        forget()


def _stop_executions(house: House) -> None:
    """Leave no execution behind: its thread would wake after the test and take its next step in nobody's account."""
    del _open["house"]  # no step begins any more; those that have begun may end
    client, machine = house.client("stepfunctions"), house.state_machine_arn
    pages = client.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING")
    for execution in [each for page in pages for each in page["executions"]]:
        client.stop_execution(executionArn=execution["executionArn"])
    assert house.quiet()


def forget() -> None:
    """Everything that an execution environment holds."""
    wiring.wiring.cache_clear()
    wiring._client.cache_clear()
    forget_clients()
    wiring._secrets.clear()
    settings.setting.cache_clear()


def forget_clients() -> None:
    """What was connected to another account, or in an environment that is no more."""
    table_client._connection.cache_clear()
    aws_session.session.cache_clear()


def make_tables() -> None:
    dynamodb = boto3.client("dynamodb")
    names = dict.fromkeys(("pk", "pending", "created_at", "open", "due_at"), "S")
    dynamodb.create_table(
        TableName="requests",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in names.items()],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "pending",
                "KeySchema": [
                    {"AttributeName": "pending", "KeyType": "HASH"},
                    {"AttributeName": "created_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            },
            {
                "IndexName": "due",
                "KeySchema": [
                    {"AttributeName": "open", "KeyType": "HASH"},
                    {"AttributeName": "due_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
        ],
    )
    dynamodb.create_table(
        TableName="audit",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )


def make_buckets() -> None:
    s3 = boto3.client("s3")
    for bucket in ("vault", "views", "worm"):
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def _make_machine() -> str:
    """The definition that is deployed, its substitutions filled in with the functions' names."""
    definition = (ROOT / "statemachine" / "approval.asl.json").read_text()

    def arn(match: re.Match[str]) -> str:
        function = re.sub(r"(?<!^)([A-Z])", r"_\1", match[1]).lower()
        return f"arn:aws:lambda:{REGION}:123456789012:function:{function}:live"

    role = "arn:aws:iam::123456789012:role/workflow"
    made = boto3.client("stepfunctions").create_state_machine(
        name="approval",
        definition=re.sub(r"\$\{(\w+)Arn\}", arn, definition).replace("${Partition}", "aws"),
        roleArn=role,
    )
    return str(made["stateMachineArn"])


def _chat(slack: RecordingSlack) -> SlackChat:
    chat = SlackChat("https://slack.invalid/api/", CHANNEL, TEAM, lambda: "xoxb-of-tests")
    chat.__dict__["_client"] = slack
    return chat


class FunctionsOf:
    """Lambda's client, where the functions are a house's. `events` are what it was asked to invoke them with."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.events: list[dict[str, Any]] = []

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto3's names
        self.events.append(json.loads(Payload))
        answer = self._house.invoke(FunctionName, json.loads(Payload))
        return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(answer).encode())}


_open: dict[str, House] = {}


def _invoke(parameters: dict[str, Any], region: str, state_credentials: object) -> dict[str, Any]:
    """The state machine's way to a function: the open house. Without one it ends here, not in the network."""
    payload = parameters["Payload"]
    event = json.loads(payload) if isinstance(payload, str | bytes) else payload
    answer: dict[str, Any] = {"ExecutedVersion": "1", "StatusCode": 200}
    try:
        return {**answer, "Payload": _open["house"].invoke(parameters["FunctionName"].split(":")[6], event)}
    except Exception as error:  # noqa: BLE001 - what Lambda does with whatever a handler raises
        failure = {"errorMessage": str(error), "errorType": type(error).__name__}
        return {**answer, "FunctionError": "Unhandled", "Payload": failure}


# For good: threads of moto's executions can outlive the house that they were started in.
lambda_eval_utils._invoke_lambda_function = _invoke


class _Keep(logging.Handler):
    """Keeps the lines exactly as they are written."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self._house = house
        self.setFormatter(LambdaPowertoolsFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        # The product's own formatter is at work on the same record, so this handler has one of its own.
        line = self.format(record)
        self._house.logs.append(line)
        self._house.newest[threading.get_ident()] = line
