"""Vault, views, sameness, issuer, workflow: each contract, passed by both twins."""

import json
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from sallyport.adapters.s3 import S3Vault
from sallyport.adapters.step_functions import StepFunctions
from sallyport.adapters.sts import StsIssuer
from sallyport.domain.binding import VaultRecord
from sallyport.domain.credentials import order
from sallyport.domain.ports import CredentialIssuer, PortFailed, SamenessKey, Vault, Views, Workflow
from sallyport.domain.turns import Turn
from sallyport.masking import mask
from sallyport.masking.views import enclosed, view_digest
from tests.contracts.conftest import WAITS
from tests.support.story import Story, submission

RAW = submission(reason="Für John Smith – 日本 \U0001f600", context={"n": 1.5, "none": None, "list": [True, {}]})


def raw_action() -> VaultRecord:
    story = Story().submitted(RAW)
    return replace(story.ports.vault.records[story.request_id], request_id=f"req-{secrets.token_hex(12)}")


def test_the_vault_gives_back_what_the_digest_is_made_of(vault: Vault) -> None:
    record = raw_action()
    vault.put(record)
    assert vault.get(record.request_id) == record
    assert vault.get(record.request_id).action_digest == record.action_digest


def test_what_is_not_in_the_vault_is_unavailable(vault: Vault) -> None:
    with pytest.raises(PortFailed, match="vault_unavailable"):
        vault.get("req-ffffffffffffffffffffffff")


def test_deleting_leaves_nothing_and_is_harmless_when_there_is_nothing(vault: Vault) -> None:
    record, other = raw_action(), raw_action()
    for one in (record, record, other):
        vault.put(one)
    for _ in range(2):
        vault.delete(record.request_id)
    with pytest.raises(PortFailed):
        vault.get(record.request_id)
    assert vault.get(other.request_id) == other


def versions_of(request_id: str) -> list[str]:
    """Of a payload, and of its delete markers behind them."""
    found = boto3.client("s3").list_object_versions(Bucket="vault", Prefix=f"actions/{request_id}")
    return [v["VersionId"] for v in [*found.get("Versions", ()), *found.get("DeleteMarkers", ())]]


def test_deleting_takes_every_version_and_delete_marker_page_by_page(account: None) -> None:
    """The bucket is versioned: what is deleted without its version stays, under a marker."""
    record, s3 = raw_action(), boto3.client("s3")
    pages_of_two: Any = lambda params, **_: {**params, "MaxKeys": 2}  # noqa: E731 - boto3's types know no hook that answers
    s3.meta.events.register("provide-client-params.s3.ListObjectVersions", pages_of_two)
    vault = S3Vault(s3, "vault")
    for _ in range(3):
        vault.put(record)
        s3.delete_object(Bucket="vault", Key=f"actions/{record.request_id}.json")
    assert len(versions_of(record.request_id)) == 6
    vault.delete(record.request_id)
    assert versions_of(record.request_id) == []


def test_vault_lists_what_lies_there_under_a_delete_marker_alone(account: None) -> None:
    record, s3 = raw_action(), boto3.client("s3")
    vault = S3Vault(s3, "vault")
    vault.put(record)
    s3.delete_object(Bucket="vault", Key=f"actions/{record.request_id}.json")
    put, marker = versions_of(record.request_id)
    s3.delete_object(Bucket="vault", Key=f"actions/{record.request_id}.json", VersionId=put)
    assert versions_of(record.request_id) == [marker]
    assert record.request_id in dict(vault.listed())


def test_vault_lists_what_is_there_by_id_with_its_time(vault: Vault) -> None:
    kept, gone = raw_action(), raw_action()
    for one in (kept, gone):
        vault.put(one)
    vault.delete(gone.request_id)
    listed = dict(vault.listed())
    assert gone.request_id not in listed
    assert listed[kept.request_id].tzinfo is not None


def test_a_view_comes_back_by_its_digest(views: Views) -> None:
    masked, findings = mask({"reason": "For John Smith, ü 日本"})
    view = enclosed({"risk": "high"}, masked, findings)
    views.put(view_digest(view), view)
    assert views.get(view_digest(view)) == view


def test_a_view_under_another_digest_is_not_shown(views: Views) -> None:
    masked, findings = mask({"reason": "harmless"})
    views.put("ab" * 32, enclosed({"risk": "low"}, masked, findings))
    for digest in ("ab" * 32, "cd" * 32):
        with pytest.raises(PortFailed, match="views_unavailable"):
            views.get(digest)


def test_sameness_is_equal_for_equal_bytes_alone(sameness: SamenessKey) -> None:
    long = b"x" * 300_000
    assert sameness.sign(b"one") == sameness.sign(b"one")
    # KMS takes 4,096 bytes; what comes behind them counts as well.
    assert len({sameness.sign(data) for data in (b"one", b"two", b"", long, long + b"y")}) == 5
    assert len(bytes.fromhex(sameness.sign(long))) == 32


ORDER = order(
    request_id="req-000000000000000000000001",
    agent="export-bot",
    action="s3.export",
    approvers=("petra.approver",),
    role_arn="arn:aws:iam::123456789012:role/sallyport/target/sallyport-target-s3-export",
    policy='{"Version":"2012-10-17","Statement":[]}',
    seconds=900,
)


def test_a_credential_is_issued_for_an_order(issuer: CredentialIssuer) -> None:
    minted = issuer.issue(ORDER)
    assert minted.access_key_id.startswith("ASIA")
    assert minted.secret_access_key
    assert minted.session_token
    assert minted.expiration.tzinfo is not None


def test_no_credential_is_issued_without_a_session_policy(issuer: CredentialIssuer) -> None:
    """STS takes an empty policy for none, and hands out the whole role."""
    with pytest.raises(PortFailed, match="policy_missing"):
        issuer.issue(replace(ORDER, policy=""))


def test_sts_is_asked_with_all_that_the_role_trusts_and_cloudtrail_keeps(account: None) -> None:
    sts, asked = boto3.client("sts"), list[dict[str, Any]]()
    sts.meta.events.register("provide-client-params.sts.AssumeRole", lambda params, **_: asked.append(params))
    StsIssuer(sts, "external").issue(ORDER)
    names = ["sallyport:request", "sallyport:agent", "sallyport:approvers", "sallyport:action"]
    assert asked == [
        {
            "RoleArn": ORDER.role_arn,
            "RoleSessionName": "req-000000000000000000000001",
            "Policy": ORDER.policy,
            "DurationSeconds": 900,
            "ExternalId": "external",
            "SourceIdentity": "agent=export-bot,approver=petra.approver",
            "Tags": [{"Key": name, "Value": ORDER.tags[name]} for name in names],
            # What the session assumes further carries the request's tag too, so that its deny reaches it.
            "TransitiveTagKeys": names,
        }
    ]


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (ClientError({"Error": {"Code": "AccessDenied"}}, "AssumeRole"), "role_refused"),
        (ClientError({"Error": {"Code": "PackedPolicyTooLarge"}}, "AssumeRole"), "policy_too_large"),
        (ClientError({"Error": {"Code": "RegionDisabled"}}, "AssumeRole"), "sts_refused"),
        (ReadTimeoutError(endpoint_url="https://sts"), "sts_unavailable"),
    ],
)
def test_what_sts_refuses_has_its_code(failure: Exception, code: str) -> None:
    with pytest.raises(PortFailed, match=code):
        StsIssuer(Refusing(failure), "external").issue(ORDER)  # type: ignore[arg-type]


class Refusing:
    """A client each of whose calls fails."""

    def __init__(self, failure: Exception) -> None:
        self._failure = failure

    def __getattr__(self, _: str) -> Callable[..., None]:
        def call(**_: object) -> None:
            raise self._failure

        return call


@pytest.mark.parametrize("code", ["TaskDoesNotExist", "TaskTimedOut", "InvalidToken"])
def test_state_that_nobody_waits_in_any_more_is_told_apart_from_a_failure(code: str) -> None:
    machine = StepFunctions(Refusing(ClientError({"Error": {"Code": code}}, "SendTaskSuccess")), "arn")  # type: ignore[arg-type]
    assert not machine.succeed("token", "req-000000000000000000000001")
    assert not machine.fail("token", "timed_out")
    assert not machine.ask_again("token", 5, Turn(0, (60,), 55, 1))
    broken = StepFunctions(Refusing(ClientError({"Error": {"Code": "Throttled"}}, "SendTaskSuccess")), "arn")  # type: ignore[arg-type]
    with pytest.raises(PortFailed, match="workflow_unavailable"):
        broken.succeed("token", "req-000000000000000000000001")


def test_state_is_entered_again_for_a_turn_that_the_cause_tells(account: None) -> None:
    """The definition reads it, so its names are part of the state; the ladder is in the state already."""
    machines, sent = boto3.client("stepfunctions"), list[dict[str, Any]]()
    machines.meta.events.register(
        "provide-client-params.stepfunctions.SendTaskFailure", lambda params, **_: sent.append(params)
    )
    StepFunctions(machines, "arn").ask_again("token", 5, Turn(1, (60, 60), 55, 2))
    (failure,) = sent
    assert (failure["taskToken"], failure["error"]) == ("token", "ask_again")
    assert json.loads(failure["cause"]) == {"rung": 1, "seconds": 55, "tries": 2, "wait": 5}


def test_execution_that_exists_was_started_and_any_other_failure_is_one() -> None:
    """Some answer the second start so even where the input is the same."""
    existing = ClientError({"Error": {"Code": "ExecutionAlreadyExists"}}, "StartExecution")
    StepFunctions(Refusing(existing), "arn").start("req-000000000000000000000001", {})  # type: ignore[arg-type]
    throttled = ClientError({"Error": {"Code": "ThrottlingException"}}, "StartExecution")
    with pytest.raises(PortFailed, match="workflow_unavailable"):
        StepFunctions(Refusing(throttled), "arn").start("req-000000000000000000000001", {})  # type: ignore[arg-type]


def test_execution_has_its_requests_name(account: None) -> None:
    """So that a second start is none, and what was settled by the schedule finds it."""
    machines, asked = boto3.client("stepfunctions"), list[dict[str, Any]]()
    machines.meta.events.register(
        "provide-client-params.stepfunctions.StartExecution", lambda params, **_: asked.append(params)
    )
    role = "arn:aws:iam::123456789012:role/workflow"
    made = machines.create_state_machine(name="named", definition=WAITS, roleArn=role)["stateMachineArn"]
    request_id = f"req-{secrets.token_hex(12)}"
    StepFunctions(machines, made).start(request_id, {"request_id": request_id})
    assert [(a["name"], a["stateMachineArn"]) for a in asked] == [(request_id, made)]


def test_starting_twice_is_harmless(workflow: Workflow) -> None:
    request_id = f"req-{secrets.token_hex(12)}"
    for _ in range(2):
        workflow.start(request_id, {"request_id": request_id})
