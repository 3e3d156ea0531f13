"""A deny in another account: written there by its revoker, and nowhere else."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sallyport.adapters.iam_revocation import IamRolePolicies, Revoker
from sallyport.domain.ports import Places, PortFailed
from sallyport.domain.revocations import POLICY_NAME

OTHER, ROLE = "444455556666", "sallyport-target-s3-export"
DENY: Any = {"Effect": "Deny", "Action": "*", "Resource": "*"}
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [DENY]})


class WatchedSts:
    """STS, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self._sts = boto3.client("sts", region_name="us-east-1")

    def assume_role(self, **arguments: Any) -> Any:
        self.asked.append(arguments)
        return self._sts.assume_role(**arguments)


def iam_of(account: str) -> Any:
    """IAM of an account of moto's: whoever assumes a role there is there."""
    found = boto3.client("sts", region_name="us-east-1").assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/anybody", RoleSessionName="test"
    )["Credentials"]
    return boto3.client(
        "iam",
        aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"],
        aws_session_token=found["SessionToken"],
    )


@pytest.fixture
def other(account: None) -> Any:
    iam = iam_of(OTHER)
    if ROLE not in {role["RoleName"] for role in iam.list_roles()["Roles"]}:
        iam.create_role(RoleName=ROLE, Path="/sallyport/target/", AssumeRolePolicyDocument="{}")
    return iam


def test_the_deny_lies_on_the_role_of_the_other_account(other: Any) -> None:
    sts = WatchedSts()
    places = Places("aws", "123456789012", "us-east-1", "sallyport")
    revoker = Revoker(sts, places, "outside")  # type: ignore[arg-type]
    IamRolePolicies(boto3.client("iam"), revoker.client).put(f"{OTHER}/{ROLE}", DOCUMENT)
    written: Any = other.get_role_policy(RoleName=ROLE, PolicyName=POLICY_NAME)["PolicyDocument"]
    assert written["Statement"] == [DENY]
    (asked,) = sts.asked
    assert asked["RoleArn"] == f"arn:aws:iam::{OTHER}:role/sallyport/revoker/sallyport-revoker"
    assert asked["ExternalId"] == "outside"
    (allowed,) = json.loads(asked["Policy"])["Statement"]
    assert allowed["Action"] == "iam:PutRolePolicy"
    assert allowed["Resource"] == f"arn:aws:iam::{OTHER}:role/sallyport/target/*"


def test_a_role_of_this_account_needs_no_revoker(account: None) -> None:
    iam = boto3.client("iam")
    if ROLE not in {role["RoleName"] for role in iam.list_roles()["Roles"]}:
        iam.create_role(RoleName=ROLE, Path="/sallyport/target/", AssumeRolePolicyDocument="{}")
    IamRolePolicies(iam).put(ROLE, DOCUMENT)
    written: Any = iam.get_role_policy(RoleName=ROLE, PolicyName=POLICY_NAME)["PolicyDocument"]
    assert written["Statement"] == [DENY]


def test_without_a_revoker_nothing_is_written_elsewhere(account: None) -> None:
    with pytest.raises(PortFailed) as failed:
        IamRolePolicies(boto3.client("iam")).put(f"{OTHER}/{ROLE}", DOCUMENT)
    assert failed.value.code == "role_elsewhere"


def test_a_revoker_that_does_not_let_us_is_a_deny_that_was_not_written(account: None) -> None:
    def refused(_account: str) -> Any:
        answer = {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
        raise ClientError(answer, "AssumeRole")  # type: ignore[arg-type]

    with pytest.raises(PortFailed) as failed:
        IamRolePolicies(boto3.client("iam"), refused).put(f"{OTHER}/{ROLE}", DOCUMENT)
    assert failed.value.code == "role_not_written"
