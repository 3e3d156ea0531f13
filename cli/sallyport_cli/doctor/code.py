"""Functions, their versions, the workflow, the schedules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from sallyport_cli.doctor.patient import ALIAS, Patient, Symptom

# The second is the state of a rule that also sees read-only management events.
_ON = ("ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
_REDEPLOY = "deploy again: `sam build && sam deploy`"


def stack(patient: Patient) -> Iterator[Symptom]:
    """The stack's last operation ended in a state that CloudFormation calls complete."""
    status = patient.stack["StackStatus"]
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"):
        yield Symptom(f"the stack is {status}", "read its events in CloudFormation, fix the cause and deploy again")


def functions(patient: Patient) -> Iterator[Symptom]:
    """Every function answers behind its alias."""
    client = patient.client("lambda")
    for name, physical in sorted(patient.functions.items()):
        try:
            behind = client.get_function_configuration(FunctionName=physical, Qualifier=ALIAS)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            yield Symptom(f"{name} has nothing behind its alias `{ALIAS}` ({code})", _REDEPLOY)
            continue
        if behind["State"] not in ("Active", "Inactive"):
            yield Symptom(f"{name} is {behind['State']}: {behind.get('StateReason', 'no reason given')}", _REDEPLOY)


def versions(patient: Patient) -> Iterator[Symptom]:
    """What was deployed last is what runs, because an alias that lags behind runs old code or an old policy."""
    client = patient.client("lambda")
    for name, physical in sorted(patient.functions.items()):
        try:
            behind = client.get_function_configuration(FunctionName=physical, Qualifier=ALIAS)
            newest = client.get_function_configuration(FunctionName=physical)
        except ClientError:
            continue  # said by the check of functions
        stale = [what for what, read in _PARTS.items() if read(behind) != read(newest)]
        if stale:
            said = f"{name} runs an older version: {', '.join(stale)} differ from what was deployed last"
            yield Symptom(said, _REDEPLOY)


def _layers(configuration: dict[str, Any]) -> list[str]:
    return [layer["Arn"] for layer in configuration.get("Layers", [])]


_PARTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "code": lambda c: c["CodeSha256"],
    "layers": _layers,
    "settings": lambda c: c.get("Environment", {}).get("Variables"),
}


def workflow(patient: Patient) -> Iterator[Symptom]:
    """The state machine accepts executions."""
    arn = patient.outputs.get("StateMachineArn", "")
    try:
        status = patient.client("stepfunctions").describe_state_machine(stateMachineArn=arn)["status"]
    except ClientError as error:
        status = error.response["Error"]["Code"]
    if status != "ACTIVE":
        yield Symptom(f"the state machine is not there to run requests ({status})", _REDEPLOY)


def schedules(patient: Patient) -> Iterator[Symptom]:
    """Reminders, reconciliation and the failed executions' rule are on."""
    client = patient.client("events")
    for name, (kind, physical) in sorted(patient.resources.items()):
        if kind != "AWS::Events::Rule":
            continue
        rule = physical.rpartition("/")[2].rpartition("|")[2]
        try:
            state = client.describe_rule(Name=rule)["State"]
        except ClientError as error:
            state = error.response["Error"]["Code"]
        if state not in _ON:
            yield Symptom(f"the rule {name} is {state}", f"`aws events enable-rule --name {rule}`")


def dead_letters(patient: Patient) -> Iterator[Symptom]:
    """No execution failed without anybody looking."""
    client = patient.client("sqs")
    for name, (kind, url) in sorted(patient.resources.items()):
        if kind != "AWS::SQS::Queue":
            continue
        try:
            got = client.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        except ClientError as error:
            yield Symptom(f"the queue {name} cannot be read ({error.response['Error']['Code']})", _REDEPLOY)
            continue
        waiting = int(got["Attributes"]["ApproximateNumberOfMessages"])
        if waiting:
            yield Symptom(f"{waiting} failed executions wait in {name}", "docs/runbook.md, `dead-letter queue`")
