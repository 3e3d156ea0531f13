"""Two gates in one account, a gate that is deleted and deployed again, and a parameter that reaches the aliases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from local import deploy, toolchain
from local.account import Account
from local.stack import PROJECT

pytestmark = pytest.mark.timeout(600)
FIRST, SECOND = (replace(PROJECT, stack_name=name) for name in ("sallyport", "sallyport-two"))


def parameters(**changes: str) -> dict[str, str]:
    given = {"SlackChannelId": "C0APPROVAL", "SlackTeamId": "T0SALLYPRT", "SlackAppId": "A0SALLYPRT"}
    return {"Environment": "dev", "Architecture": toolchain.architecture(), **given, **changes}


@pytest.fixture(scope="module")
def account(admin: Account) -> Iterator[Account]:
    deploy.build(PROJECT)
    with deploy.alone(PROJECT):
        yield admin


@pytest.fixture(scope="module")
def both(account: Account) -> Account:
    for project in (FIRST, SECOND):
        deploy.deploy(project, account, parameters())
        deploy.deploy_targets(project, account, {"GuardedTrail": "existing"})
    return account


def behind_alias(account: Account, stack: str) -> dict[str, dict[str, Any]]:
    """Configuration behind each function's alias, by logical id."""
    summaries = account.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    functions = {
        entry["LogicalResourceId"]: entry["PhysicalResourceId"]
        for page in summaries
        for entry in page["StackResourceSummaries"]
        if entry["ResourceType"] == "AWS::Lambda::Function"
    }
    client = account.client("lambda")
    return {n: client.get_function_configuration(FunctionName=f, Qualifier="live") for n, f in functions.items()}


def test_two_gates_stand_side_by_side(both: Account) -> None:
    outputs = [deploy.outputs(project, both) for project in (FIRST, SECOND)]
    for name in ("RequestsTable", "AuditTable", "VaultBucket", "StateMachineArn", "TargetBoundaryArn"):
        assert outputs[0][name] != outputs[1][name]
    iam = both.client("iam")
    for project in (FIRST, SECOND):
        role = iam.get_role(RoleName=f"{project.stack_name}-target-s3-export")["Role"]
        assert role["Path"] == "/sallyport/target/"


def test_a_changed_parameter_reaches_the_functions_that_have_it_and_no_others(both: Account) -> None:
    before = behind_alias(both, SECOND.stack_name)
    deploy.deploy(SECOND, both, parameters(SlackChannelId="C0ANOTHER"))
    after = behind_alias(both, SECOND.stack_name)
    concerned = {name for name, c in before.items() if "SLACK_CHANNEL_ID" in c["Environment"]["Variables"]}
    assert concerned
    assert {name for name in before if before[name]["Version"] != after[name]["Version"]} == concerned
    for name in concerned:
        assert after[name]["Environment"]["Variables"]["SLACK_CHANNEL_ID"] == "C0ANOTHER"


def test_a_deleted_gate_can_be_deployed_again(both: Account) -> None:
    cloudformation = both.client("cloudformation")
    for stack in (f"{SECOND.stack_name}-targets", SECOND.stack_name):
        cloudformation.delete_stack(StackName=stack)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    assert f"{SECOND.stack_name}-requests" not in both.client("dynamodb").list_tables()["TableNames"]
    deploy.deploy(SECOND, both, parameters())
    assert deploy.outputs(SECOND, both)["RequestsTable"] == f"{SECOND.stack_name}-requests"
    assert deploy.outputs(FIRST, both)["RequestsTable"] == f"{FIRST.stack_name}-requests"
