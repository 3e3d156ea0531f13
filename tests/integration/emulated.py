"""The smallest function, role and token-waiting state machine for the emulator's tests."""

import io
import json
import time
import zipfile
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from local.account import Account

LAMBDA_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}

TRUST_ACCOUNT = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}
    ],
}
NO_LONGER_NEEDED = "ministack has learned this by itself: the patch is no longer needed, take it out"


def still_refused(patch: str, call: Callable[[], object], reason: str = "AccessDenied") -> None:
    """Make a call that ministack refuses for want of this patch; an AssertionError that says so when it does not."""
    try:
        call()
    except ClientError as refusal:
        if reason in str(refusal):
            return
        raise
    raise AssertionError(f"{patch}: {NO_LONGER_NEEDED}")


def make_function(account: Account, name: str, source: str) -> str:
    """Create a Python function from source text with a role that may do nothing; its ARN."""
    role = make_role(account, f"{name}-role", LAMBDA_TRUST)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("app.py", source)
    created = account.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="app.handler",
        Code={"ZipFile": archive.getvalue()},
    )
    return str(created["FunctionArn"])


def make_role(account: Account, name: str, trust: dict[str, Any], path: str = "/") -> str:
    """Create a role with this trust policy and no permission; its ARN."""
    created = account.client("iam").create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(trust))
    return str(created["Role"]["Arn"])


def run_waiting(account: Account, name: str, function_arn: str, timing: dict[str, Any], patience: float) -> str:
    """Run a machine whose one state waits for a token that nobody answers.

    The state's Catch goes to a Pass named after the outcome. Returns the execution's output or status, or `waiting`
    when it still runs after `patience` seconds (it is stopped then).
    """
    machine = {
        "StartAt": "Wait",
        "States": {
            "Wait": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
                "Parameters": {"FunctionName": function_arn, "Payload": {"token.$": "$$.Task.Token"}},
                **timing,
                "Catch": [
                    {"ErrorEquals": ["States.Timeout"], "Next": "TimedOut"},
                    {"ErrorEquals": ["States.ALL"], "Next": "Failed"},
                ],
                "End": True,
            },
            "TimedOut": {"Type": "Pass", "Result": "timed out", "End": True},
            "Failed": {"Type": "Pass", "Result": "failed", "End": True},
        },
    }
    states = account.client("stepfunctions")
    role = make_role(account, f"{name}-role", LAMBDA_TRUST)
    arn = states.create_state_machine(name=name, definition=json.dumps(machine), roleArn=role)["stateMachineArn"]
    run = states.start_execution(stateMachineArn=arn, input=json.dumps({"seconds": 1, "never": "soon"}))
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        seen = states.describe_execution(executionArn=run["executionArn"])
        if seen["status"] != "RUNNING":
            return str(json.loads(seen["output"])) if seen["status"] == "SUCCEEDED" else str(seen["status"])
        time.sleep(0.05)
    states.stop_execution(executionArn=run["executionArn"])
    return "waiting"
