"""The emulator's `iam:PermissionsBoundary`: policies may be written only on roles that carry a certain boundary."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.account import Account
from tests.integration.emulated import TRUST_ACCOUNT, make_role, still_refused

EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


@pytest.fixture(scope="module")
def writer(admin: Account) -> Any:
    """An IAM client that may write policies on roles under /target/ with the boundary."""
    return _writer(admin)


def test_policy_is_written_on_a_role_that_carries_the_boundary(writer: Any) -> None:
    writer.put_role_policy(RoleName="bounded", PolicyName="more", PolicyDocument=EVERYTHING)


def test_role_without_the_boundary_or_outside_the_path_is_refused(writer: Any) -> None:
    for role in ("unbounded", "elsewhere"):
        with pytest.raises(ClientError, match="AccessDenied"):
            writer.put_role_policy(RoleName=role, PolicyName="more", PolicyDocument=EVERYTHING)


def test_unpatched_condition_never_sees_a_boundary(plain_admin: Account) -> None:
    writer = _writer(plain_admin)
    still_refused(
        "permissions_boundary",
        lambda: writer.put_role_policy(RoleName="bounded", PolicyName="more", PolicyDocument=EVERYTHING),
    )


def _writer(account: Account) -> Any:
    iam = account.client("iam")
    boundary = iam.create_policy(PolicyName="boundary", PolicyDocument=EVERYTHING)["Policy"]["Arn"]
    make_role(account, "unbounded", TRUST_ACCOUNT, "/target/")
    for name, path in (("bounded", "/target/"), ("elsewhere", "/")):
        make_role(account, name, TRUST_ACCOUNT, path)
        iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)
    may = {
        "Effect": "Allow",
        "Action": "iam:PutRolePolicy",
        "Resource": "arn:aws:iam::000000000000:role/target/*",
        "Condition": {"StringEquals": {"iam:PermissionsBoundary": boundary}},
    }
    role = make_role(account, "policy-writer", TRUST_ACCOUNT)
    statement = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    iam.put_role_policy(RoleName="policy-writer", PolicyName="write", PolicyDocument=statement)
    issued = account.client("sts").assume_role(RoleArn=role, RoleSessionName="writer")["Credentials"]
    session = Account(account.endpoint_url, issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"])
    return session.client("iam")
