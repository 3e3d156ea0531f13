"""The rule behind BypassAlarm, on records as CloudTrail hands them to EventBridge.

Whether an event matches is judged by ministack's TestEventPattern, which compiles patterns as EventBridge's Ruler does.
"""

import json
from typing import Any

import pytest
from ministack.services import eventbridge

from tests.support.cloudtrail import (
    ROLE,
    SERVICE,
    TARGET,
    Record,
    get_item,
    get_object,
    record,
    session,
    user,
)
from tests.support.template import of_type, source

GUARDED = ["arn:aws:s3:::records", "arn:aws:dynamodb:us-east-1:000000000000:table/patients", "patients", "prod/db"]
EXPECTED = [ROLE, "arn:aws:iam::000000000000:role/clinic-batch-*"]
VALUES = {
    "GuardedNames": GUARDED,
    "ExpectedCallers": EXPECTED,
    "AWS::Partition": "aws",
    "AWS::AccountId": "000000000000",
    "AWS::StackName": "sallyport",
}
AT = "2026-11-02T10:00:00Z"


def filled(value: Any) -> Any:
    """The template's value with VALUES for its parameters."""
    if isinstance(value, list):
        return [filled(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        return VALUES[value["Ref"]]
    if "Fn::Sub" in value:
        text: str = value["Fn::Sub"]
        for name, wanted in VALUES.items():
            text = text.replace(f"${{{name}}}", wanted) if isinstance(wanted, str) else text
        return text
    if "Fn::Join" in value:
        between, parts = filled(value["Fn::Join"])
        return between.join(parts)
    if "Fn::Split" in value:
        between, text = filled(value["Fn::Split"])
        return text.split(between)
    return {name: filled(each) for name, each in value.items()}


PATTERN = filled(of_type("AWS::Events::Rule")["Bypass"]["EventPattern"])


def rings(told: Record, source: str | None = None) -> bool:
    event = {
        "version": "0",
        "id": "1",
        "source": source or f"aws.{told['eventSource'].partition('.')[0]}",
        "detail-type": "AWS API Call via CloudTrail",
        "account": "000000000000",
        "time": told["eventTime"],
        "region": told["awsRegion"],
        "resources": [],
        "detail": told,
    }
    asked = {"EventPattern": json.dumps(PATTERN), "Event": json.dumps(event)}
    status, _, body = eventbridge._test_event_pattern(asked)
    assert status == 200, body
    return bool(json.loads(body)["Result"])


def target(role: str = TARGET) -> Record:
    return session(role, "req-000000000000000000000001", "ASIAX", "agent=export-bot,approver=petra.approver")


BY_WHOM: dict[str, tuple[Record, bool]] = {
    "a session of a target role": (target(), False),
    "the application": (session(ROLE, "i-1", "ASIAX"), False),
    "one of the application's roles": (session("arn:aws:iam::000000000000:role/clinic-batch-7", "i", "ASIAX"), False),
    "AWS's own service": (SERVICE, False),
    "a user": (user("mallory"), True),
    "another role": (session("arn:aws:iam::000000000000:role/admin", "mallory", "ASIAX"), True),
    "the application's namesake": (session(f"{ROLE}-too", "i-1", "ASIAX"), True),
    "another account": ({"type": "AWSAccount", "accountId": "111122223333", "principalId": "AIDAX"}, True),
    "root": ({"type": "Root", "arn": "arn:aws:iam::000000000000:root"}, True),
    "a role of that name elsewhere": (target(TARGET.replace("000000000000", "111122223333")), True),
    "a role of that name on another path": (target(TARGET.replace("/sallyport/target/", "/")), True),
    "a target role of another gate": (target(TARGET.replace("sallyport-target-", "other-target-")), True),
}


@pytest.mark.parametrize("who", BY_WHOM)
def test_alarm_rings_for_everybody_but_sallyport_and_who_uses_it_by_right(who: str) -> None:
    identity, wanted = BY_WHOM[who]
    assert rings(get_object(identity, AT, "records", "q3/a.csv")) is wanted
    assert rings(get_item(identity, AT, "patients")) is wanted


def test_alarm_rings_for_what_is_guarded_alone() -> None:
    assert not rings(get_object(user("mallory"), AT, "records-of-others", "q3/a.csv"))
    assert not rings(get_item(user("mallory"), AT, "appointments"))


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "Client.UnauthorizedOperation"])
def test_what_aws_refused_is_no_bypass(code: str) -> None:
    assert not rings(get_object(user("mallory"), AT, "records", "a", errorCode=code))


def test_what_failed_for_another_reason_got_through() -> None:
    assert rings(get_object(user("mallory"), AT, "records", "a", errorCode="NoSuchKey"))


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("s3:PutBucketReplication", {"bucketName": "patients"}),
    ("dynamodb:UpdateTable", {"tableName": "patients"}),
    ("dynamodb:ExportTableToPointInTime", {"tableArn": GUARDED[1]}),
    ("dynamodb:RestoreTableToPointInTime", {"sourceTableName": "patients", "targetTableName": "mine"}),
    ("secretsmanager:GetSecretValue", {"secretId": "prod/db"}),
    ("ssm:PutParameter", {"name": "prod/db"}),
    ("ssm:GetParameters", {"names": ["other", "prod/db"]}),
    ("lambda:UpdateFunctionConfiguration20150331v2", {"functionName": "patients"}),
    ("iam:AttachRolePolicy", {"roleName": "patients"}),
    ("ecs:UpdateService", {"cluster": "c", "service": "patients"}),
    ("logs:CreateExportTask", {"logGroupName": "patients"}),
    ("rds:ModifyDBInstance", {"dBInstanceIdentifier": "patients"}),
    ("rds:CreateDBInstanceReadReplica", {"sourceDBInstanceIdentifier": "patients"}),
]


@pytest.mark.parametrize(("call", "asked"), CALLS)
def test_management_call_is_known_by_the_name_that_it_gives(call: str, asked: dict[str, Any]) -> None:
    """Their records have no ARN of what they are about, or not always."""
    assert rings(record(user("mallory"), AT, call, requestParameters=asked))
    assert not rings(record(target(), AT, call, requestParameters=asked))
    assert not rings(record(user("mallory"), AT, call, requestParameters={"other": "patients"}))


@pytest.mark.parametrize("call", ["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"])
@pytest.mark.parametrize("who", ["a session of a target role", "the application", "a user", "root"])
def test_trail_that_is_stopped_or_changed_rings_whoever_does_it(call: str, who: str) -> None:
    """What is done while it is off is in no trail."""
    identity = BY_WHOM[who][0]
    assert rings(record(identity, AT, f"cloudtrail:{call}", requestParameters={"name": "trail"}))
    assert not rings(record(identity, AT, f"cloudtrail:{call}", errorCode="AccessDenied"))
    assert not rings(record(identity, AT, "cloudtrail:LookupEvents"))


def test_event_that_somebody_put_there_is_not_cloudtrails() -> None:
    assert not rings(get_object(user("mallory"), AT, "records", "a"), source="mine")


def test_a_stack_that_guards_nothing_hears_nothing() -> None:
    defaults = {name: source()["Parameters"][name]["Default"] for name in ("GuardedNames", "ExpectedCallers")}
    assert defaults == {"GuardedNames": "nothing", "ExpectedCallers": "nobody"}


def test_rule_hears_reading_too_and_leaves_what_was_asked_for_behind() -> None:
    rule = of_type("AWS::Events::Rule")["Bypass"]
    assert rule["State"] == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    (to,) = rule["Targets"]
    paths = to["InputTransformer"]["InputPathsMap"]
    assert set(paths.values()) == {
        "$.detail.eventID",
        "$.detail.eventTime",
        "$.detail.eventSource",
        "$.detail.eventName",
        "$.detail.userIdentity.arn",
    }
    told = to["InputTransformer"]["InputTemplate"]
    for name in paths:
        told = told.replace(f"<{name}>", name)
    assert json.loads(told) == {"bypass": "id", "at": "at", "of": "of", "call": "call", "by": "by"}
