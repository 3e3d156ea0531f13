"""Every patch closes its gap, and is still needed: ministack as it comes shows the gap."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local import emulator_patches
from local.account import Account
from tests.integration.emulated import NO_LONGER_NEEDED, make_function, make_role, run_waiting, still_refused

SILENT = "def handler(event, context):\n    return {}\n"
RAISING = "def handler(event, context):\n    raise RuntimeError('broken')\n"


def test_token_state_times_out_after_the_seconds_in_its_input(admin: Account) -> None:
    silent = make_function(admin, "path-silent", SILENT)
    assert run_waiting(admin, "path", silent, {"TimeoutSecondsPath": "$.seconds"}, 60) == "timed out"


def test_token_state_with_a_senseless_timeout_path_fails_the_execution(admin: Account) -> None:
    silent = make_function(admin, "never-silent", SILENT)
    assert run_waiting(admin, "never", silent, {"TimeoutSecondsPath": "$.never"}, 60) == "FAILED"


def test_unpatched_token_state_ignores_the_timeout_path(plain_admin: Account) -> None:
    silent = make_function(plain_admin, "path-silent", SILENT)
    outcome = run_waiting(plain_admin, "path", silent, {"TimeoutSecondsPath": "$.seconds"}, 3)
    assert outcome == "waiting", f"task_timeout_path: {NO_LONGER_NEEDED}"


def test_function_that_raises_fails_its_token_state_at_once(admin: Account) -> None:
    raising = make_function(admin, "raising", RAISING)
    assert run_waiting(admin, "raise", raising, {"TimeoutSeconds": 30}, 60) == "failed"


def test_unpatched_token_state_waits_on_when_its_function_raises(plain_admin: Account) -> None:
    raising = make_function(plain_admin, "raising", RAISING)
    outcome = run_waiting(plain_admin, "raise", raising, {"TimeoutSeconds": 2}, 60)
    assert outcome == "timed out", f"task_token_failure: {NO_LONGER_NEEDED}"


def test_trust_policy_sees_the_source_identity(admin: Account) -> None:
    assume = _assume_with_source_identity(admin)
    assume("agent=good")
    for wrong in ("agent=evil", None):
        with pytest.raises(ClientError, match="AccessDenied"):
            assume(wrong)


def test_trust_policy_must_allow_setting_the_source_identity(admin: Account) -> None:
    assume = _assume_with_source_identity(admin, name="mute", actions=["sts:AssumeRole"])
    with pytest.raises(ClientError, match="AccessDenied"):
        assume("agent=good")


def test_calls_of_the_session_carry_the_source_identity(admin: Account) -> None:
    assume = _assume_with_source_identity(admin, name="carrier")
    statement = {
        "Effect": "Allow",
        "Action": "s3:ListAllMyBuckets",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceIdentity": "agent=good"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    admin.client("iam").put_role_policy(RoleName="carrier", PolicyName="list", PolicyDocument=document)
    issued = assume("agent=good")
    session = Account(admin.endpoint_url, issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"])
    assert "Buckets" in session.client("s3").list_buckets()


def test_unpatched_trust_policy_never_sees_the_source_identity(plain_admin: Account) -> None:
    assume = _assume_with_source_identity(plain_admin)
    still_refused("source_identity", lambda: assume("agent=good"))


@pytest.mark.parametrize("key", ["test", "000000000000"])
def test_only_the_configured_key_is_root(admin: Account, key: str) -> None:
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        Account(admin.endpoint_url, key, "guess").client("iam").list_users()


def test_root_key_needs_its_secret(admin: Account) -> None:
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        Account(admin.endpoint_url, admin.access_key_id, "guess").client("iam").list_users()


def test_unpatched_root_needs_no_secret(plain_admin: Account) -> None:
    try:
        Account(plain_admin.endpoint_url, "test", "guess").client("iam").list_users()
    except ClientError:
        pytest.fail(f"admin_key: {NO_LONGER_NEEDED}")


def test_another_version_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator_patches, "PINNED_VERSION", "0.0.1")
    with pytest.raises(emulator_patches.WrongVersionError, match=r"written for 0\.0\.1"):
        emulator_patches.require_pinned_version()


def _assume_with_source_identity(
    account: Account, name: str = "trusting", actions: list[str] | None = None
) -> Callable[[str | None], dict[str, Any]]:
    """A role that demands `agent=good`, and a function that assumes it as a user who may assume anything."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
                "Action": actions or ["sts:AssumeRole", "sts:SetSourceIdentity"],
                "Condition": {"StringEquals": {"sts:SourceIdentity": "agent=good"}},
            }
        ],
    }
    role = make_role(account, name, trust)
    sts: Any = account.client("sts")

    def assume(identity: str | None) -> dict[str, Any]:
        extra = {} if identity is None else {"SourceIdentity": identity}
        answer: dict[str, Any] = sts.assume_role(RoleArn=role, RoleSessionName="probe", **extra)
        return dict(answer["Credentials"])

    return assume
