"""RolePolicies takes permissions away and never gives any, whatever it is handed."""

import json
from typing import Any

import boto3
import pytest

from sallyport.adapters.iam_revocation import IamRolePolicies
from sallyport.domain.deny_policy import NotADeny, only_denies
from sallyport.domain.revocations import POLICY_NAME
from sallyport.domain.target_ports import RolePolicies
from tests.fakes.ports import FakeRolePolicies

ROLE = "denied-target"
DENY: dict[str, Any] = {"Sid": "A", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {}}
ALLOW = {**DENY, "Effect": "Allow"}


@pytest.fixture(params=["fake", "aws"])
def policies(request: pytest.FixtureRequest, account: None) -> RolePolicies:
    if request.param == "fake":
        return FakeRolePolicies()
    iam = boto3.client("iam")
    if ROLE not in {role["RoleName"] for role in iam.list_roles()["Roles"]}:
        iam.create_role(RoleName=ROLE, Path="/sallyport/target/", AssumeRolePolicyDocument="{}")
    return IamRolePolicies(iam)


def written(policies: RolePolicies) -> Any:
    """The role's one policy, None when nothing was written."""
    if isinstance(policies, FakeRolePolicies):
        return json.loads(policies.documents[ROLE]) if ROLE in policies.documents else None
    iam = boto3.client("iam")
    if POLICY_NAME not in iam.list_role_policies(RoleName=ROLE)["PolicyNames"]:
        return None
    return iam.get_role_policy(RoleName=ROLE, PolicyName=POLICY_NAME)["PolicyDocument"]


def policy(*statements: Any, **more: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **more})


@pytest.mark.parametrize(
    "document",
    [
        policy(ALLOW),
        policy(DENY, ALLOW),
        policy({**DENY, "Effect": "deny"}),
        policy({**DENY, "NotAction": "s3:*"}),
        policy({**DENY, "NotResource": "*"}),
        policy({**DENY, "Principal": "*"}),
        policy("Deny"),
        policy(DENY, Id="x"),
        json.dumps({"Version": "2012-10-17", "Statement": ALLOW}),
        json.dumps({"Version": "2012-10-17"}),
        json.dumps([DENY]),
        "not json",
    ],
)
def test_document_that_does_more_than_deny_is_not_written(policies: RolePolicies, document: str) -> None:
    before = written(policies)
    with pytest.raises(NotADeny):
        policies.put(ROLE, document)
    assert written(policies) == before


def test_second_effect_of_a_statement_is_not_what_iam_reads(policies: RolePolicies) -> None:
    """IAM may pick the first of two equal keys where we pick the last: what is sent has one."""
    twice = policy(DENY).replace('"Effect": "Deny"', '"Effect": "Allow", "Effect": "Deny"')
    assert only_denies(twice).count("Effect") == 1
    policies.put(ROLE, twice)
    assert written(policies) == {"Version": "2012-10-17", "Statement": [DENY]}
