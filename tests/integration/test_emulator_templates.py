"""What ministack's CloudFormation drops or refuses as it comes; `test_emulator_stack.py` shows it with our patches."""

import json
import time
from typing import Any

import pytest

from local.account import Account
from tests.integration.emulated import LAMBDA_TRUST, NO_LONGER_NEEDED, still_refused

BOUNDARY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
DROPPED: dict[str, Any] = {
    "Bucket": {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "BucketName": "plain-locked",
            "ObjectLockEnabled": True,
            "VersioningConfiguration": {"Status": "Enabled"},
        },
    },
    "Table": {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "TableName": "plain-table",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
        },
    },
    "Role": {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": "plain-role",
            "AssumeRolePolicyDocument": LAMBDA_TRUST,
            "PermissionsBoundary": BOUNDARY,
        },
    },
    "Function": {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": "plain-function",
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"ZipFile": "def handler(event, context): pass"},
            "DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:000000000000:letters"},
        },
    },
}


@pytest.fixture(scope="module")
def dropping(plain_admin: Account) -> Account:
    """The unpatched account after a stack of all resources whose properties get lost."""
    assert _create(plain_admin, "dropping", {"Resources": DROPPED}) == "CREATE_COMPLETE"
    return plain_admin


def test_unpatched_bucket_loses_its_object_lock(dropping: Account) -> None:
    storage = dropping.client("s3")
    still_refused(
        "template_properties, Object Lock",
        lambda: storage.get_object_lock_configuration(Bucket="plain-locked"),
        "ObjectLockConfigurationNotFoundError",
    )


def test_unpatched_table_loses_its_backups_and_ttl(dropping: Account) -> None:
    tables = dropping.client("dynamodb")
    backups = tables.describe_continuous_backups(TableName="plain-table")["ContinuousBackupsDescription"]
    expiry = tables.describe_time_to_live(TableName="plain-table")["TimeToLiveDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    assert recovery == "DISABLED", f"template_properties, recovery: {NO_LONGER_NEEDED}"
    assert expiry["TimeToLiveStatus"] == "DISABLED", f"template_properties, TTL: {NO_LONGER_NEEDED}"


def test_unpatched_role_loses_its_boundary(dropping: Account) -> None:
    role = dropping.client("iam").get_role(RoleName="plain-role")["Role"]
    assert "PermissionsBoundary" not in role, f"template_properties, boundary: {NO_LONGER_NEEDED}"


def test_unpatched_function_loses_its_dead_letters(dropping: Account) -> None:
    configuration = dropping.client("lambda").get_function_configuration(FunctionName="plain-function")
    assert "DeadLetterConfig" not in configuration, f"template_properties, dead letters: {NO_LONGER_NEEDED}"


def test_unpatched_cloudformation_refuses_a_trail(plain_admin: Account) -> None:
    trail = {"Type": "AWS::CloudTrail::Trail", "Properties": {"S3BucketName": "any", "IsLogging": True}}
    still_refused(
        "cloudtrail_trail",
        lambda: _create(plain_admin, "trail", {"Resources": {"Trail": trail}}),
        "Unrecognized resource types",
    )


def test_unpatched_sam_transform_knows_no_parameter_values(plain_admin: Account) -> None:
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "InlineCode": "def handler(event, context): pass",
            "AutoPublishAlias": "live",
            "AutoPublishCodeSha256": {"Ref": "Digest"},
        },
    }
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {"Digest": {"Type": "String"}},
        "Resources": {"Function": function},
    }
    still_refused(
        "sam_parameters", lambda: _create(plain_admin, "sam", template, {"Digest": "1" * 64}), "must be a string"
    )


def _create(account: Account, name: str, template: dict[str, Any], parameters: dict[str, str] | None = None) -> str:
    """Create a stack; the status in which it ends."""
    cloudformation = account.client("cloudformation")
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in (parameters or {}).items()],
        Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            return str(stack["StackStatus"])
        time.sleep(0.05)
    raise AssertionError(f"stack {name} did not end")
