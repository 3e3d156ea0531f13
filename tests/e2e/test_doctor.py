"""`sallyport doctor` on the live stack: it finds nothing, and then each of the things that are broken on purpose."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sallyport_cli.main import main
from tests.e2e.conftest import STACK_FILE
from tests.e2e.driver import Live

type Undo = Callable[[], object]
ROLE = "sallyport-target-s3-export"


def outputs(live: Live) -> dict[str, str]:
    (stack,) = live.client("cloudformation").describe_stacks(StackName="sallyport")["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def physical(live: Live, logical_id: str) -> str:
    found = live.client("cloudformation").describe_stack_resource(StackName="sallyport", LogicalResourceId=logical_id)
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


def an_old_version(live: Live) -> Undo:
    client, name = live.client("lambda"), physical(live, "ListActions")
    before = client.get_function_configuration(FunctionName=name)["Environment"]
    changed = {"Variables": before["Variables"] | {"NEWER": "yes"}}
    client.update_function_configuration(FunctionName=name, Environment=changed)
    return lambda: client.update_function_configuration(FunctionName=name, Environment=before)


def a_rule_that_is_off(live: Live) -> Undo:
    client = live.client("events")
    name = physical(live, "FailedExecutions").rpartition("/")[2].rpartition("|")[2]
    client.disable_rule(Name=name)
    return lambda: client.enable_rule(Name=name)


def a_dead_letter(live: Live) -> Undo:
    client, url = live.client("sqs"), physical(live, "DeadLetters")
    client.send_message(QueueUrl=url, MessageBody='"req-000000000000000000000000"')
    return lambda: client.purge_queue(QueueUrl=url)


def no_way_back(live: Live) -> Undo:
    client, name = live.client("dynamodb"), outputs(live)["AuditTable"]

    def recovery(*, on: bool) -> object:
        wanted = {"PointInTimeRecoveryEnabled": on}
        return client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=wanted)

    recovery(on=False)
    return lambda: recovery(on=True)


def an_open_vault(live: Live) -> Undo:
    client, name = live.client("s3"), outputs(live)["VaultBucket"]
    policy = client.get_bucket_policy(Bucket=name)["Policy"]
    client.delete_bucket_policy(Bucket=name)
    return lambda: client.put_bucket_policy(Bucket=name, Policy=policy)


def a_role_without_boundary(live: Live) -> Undo:
    client, boundary = live.client("iam"), outputs(live)["TargetBoundaryArn"]
    client.delete_role_permissions_boundary(RoleName=ROLE)
    return lambda: client.put_role_permissions_boundary(RoleName=ROLE, PermissionsBoundary=boundary)


def a_role_that_trusts_another(live: Live) -> Undo:
    client = live.client("iam")
    trust = client.get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"]
    text = trust if isinstance(trust, str) else json.dumps(trust)
    other = text.replace(outputs(live)["IssueCredentialsRoleArn"], "arn:aws:iam::000000000000:role/gone")
    client.update_assume_role_policy(RoleName=ROLE, PolicyDocument=other)
    return lambda: client.update_assume_role_policy(RoleName=ROLE, PolicyDocument=text)


def a_role_that_allows_nothing(live: Live) -> Undo:
    client = live.client("iam")
    policy = client.get_role_policy(RoleName=ROLE, PolicyName="action")["PolicyDocument"]
    client.delete_role_policy(RoleName=ROLE, PolicyName="action")
    text = policy if isinstance(policy, str) else json.dumps(policy)
    return lambda: client.put_role_policy(RoleName=ROLE, PolicyName="action", PolicyDocument=text)


def a_silent_trail(live: Live) -> Undo:
    client = live.client("cloudtrail")
    names = [trail["TrailARN"] for trail in client.describe_trails()["trailList"]]
    for name in names:
        client.stop_logging(Name=name)
    return lambda: [client.start_logging(Name=name) for name in names]


def no_bot_token(live: Live) -> Undo:
    return _replaced(live, "SlackBotTokenArn", "placeholder" * 4)


def a_token_that_slack_refuses(live: Live) -> Undo:
    return _replaced(live, "SlackBotTokenArn", "xoxb-" + "revoked-" * 3)


def no_signing_secret(live: Live) -> Undo:
    return _replaced(live, "SlackSigningSecretArn", "Place-Holder" * 5 + "1234")


def _replaced(live: Live, output: str, value: str) -> Undo:
    client, secret = live.client("secretsmanager"), outputs(live)[output]
    before = client.get_secret_value(SecretId=secret)["SecretString"]
    client.put_secret_value(SecretId=secret, SecretString=value)
    return lambda: client.put_secret_value(SecretId=secret, SecretString=before)


BROKEN: dict[str, tuple[Callable[[Live], Undo], str]] = {
    "versions": (an_old_version, "ListActions runs an older version: settings"),
    "schedules": (a_rule_that_is_off, "the rule FailedExecutions is DISABLED"),
    "dead letters": (a_dead_letter, "1 failed executions wait in DeadLetters"),
    "tables": (no_way_back, "has no point-in-time recovery"),
    "buckets": (an_open_vault, "has lost its bucket policy"),
    "target roles": (a_role_without_boundary, f"{ROLE} does not carry the gate's permissions boundary"),
    "target roles, trust": (a_role_that_trusts_another, f"{ROLE} trusts arn:aws:iam::000000000000:role/gone"),
    "target roles, calls": (a_role_that_allows_nothing, f"{ROLE} does not allow kms:Decrypt"),
    "trail": (a_silent_trail, "no CloudTrail trail is logging"),
    "slack": (no_bot_token, "the bot token is not Slack's"),
    "slack, revoked": (a_token_that_slack_refuses, "Slack refuses the bot token (invalid_auth)"),
    "slack, signing": (no_signing_secret, "the signing secret is not Slack's"),
}


def doctor(capsys: pytest.CaptureFixture[str], *only: str) -> tuple[int, dict[str, list[dict[str, str]]]]:
    capsys.readouterr()
    code = main(["doctor", "--stack", str(STACK_FILE), "--json", *(f"--only={name}" for name in only)])
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert said["ok"] is (code == 0)
    return code, said["checks"]


def test_a_healthy_stack_has_no_symptoms(live: Live, capsys: pytest.CaptureFixture[str]) -> None:
    assert live
    code, checks = doctor(capsys)
    assert {name: symptoms for name, symptoms in checks.items() if symptoms} == {}
    assert code == 0


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_what_is_broken_is_named_with_its_remedy(live: Live, capsys: pytest.CaptureFixture[str], name: str) -> None:
    breaks, expected = BROKEN[name]
    check = name.partition(",")[0]
    undo = breaks(live)
    try:
        code, checks = doctor(capsys, check)
    finally:
        undo()
    (symptom,) = checks[check]
    assert code == 1
    assert expected in symptom["what"]
    assert symptom["mend"]
    assert doctor(capsys, check)[1][check] == []


def test_a_pulled_switch_is_told(live: Live, capsys: pytest.CaptureFixture[str]) -> None:
    halted = live.call("rosa.security", "POST", "/v1/halts", {"switch": "action:ec2.reboot", "reason": "drill"})
    assert halted.status == 200
    try:
        (symptom,) = doctor(capsys, "brakes")[1]["brakes"]
    finally:
        resumed = live.call("rosa.security", "DELETE", "/v1/halts?switch=action%3Aec2.reboot")
    assert resumed.status == 200
    assert "halted: action:ec2.reboot, by rosa.security" in symptom["what"]


def test_a_stack_that_is_not_there_is_a_usage_error(
    live: Live, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(STACK_FILE.read_text(encoding="utf-8")) | {"stack_name": "nowhere"}
    other = tmp_path / "stack.json"
    other.write_text(json.dumps(document), encoding="utf-8")
    assert live
    assert main(["doctor", "--stack", str(other)]) == 2
    assert "there is no stack nowhere" in capsys.readouterr().err
