"""Revocation on the emulator, which evaluates IAM: a live session is stopped, others are not, and how fast."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.account import Account
from local.emulator import REGION
from sallyport.adapters.iam_revocation import DynamoDbRoleLists, IamRolePolicies
from sallyport.adapters.sts import StsIssuer
from sallyport.domain.credentials import CredentialOrder, ScopedCredentials, order
from sallyport.domain.refusals import RevocationFailed
from sallyport.domain.revocations import MAX_LENGTH, RevokedSession, RevokedSessions, RoleList
from sallyport.domain.session_policy import at_redemption
from sallyport.usecases.revoke_grant import revoke_grant
from tests.integration.emulated import TRUST_ACCOUNT, make_role
from tests.support.account import forget_clients
from tests.support.story import Story, agent_arn, person_arn, submission

ROLE = "sallyport-target-s3-export"
BUCKET = "sallyport-sample-data"
TAGGED = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
            "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
        }
    ],
}
ROSA = person_arn("rosa.security")


@pytest.fixture(scope="module")
def account(admin: Account) -> Account:
    """The emulator with a target role under its boundary, and a function's role that may deny on such roles alone."""
    iam, storage = admin.client("iam"), admin.client("s3")
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    own = {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:iam::000000000000:*/sallyport/*"}
    boundary = iam.create_policy(PolicyName="target-boundary", PolicyDocument=_policy(everything, own))["Policy"]["Arn"]
    make_role(admin, ROLE, TAGGED, "/sallyport/target/")
    iam.put_role_permissions_boundary(RoleName=ROLE, PermissionsBoundary=boundary)
    iam.put_role_policy(RoleName=ROLE, PolicyName="action", PolicyDocument=_policy(everything))
    may = {
        "Effect": "Allow",
        "Action": "iam:PutRolePolicy",
        "Resource": "arn:aws:iam::000000000000:role/sallyport/target/*",
        "Condition": {"StringEquals": {"iam:PermissionsBoundary": boundary}},
    }
    make_role(admin, "revoke-grant", TRUST_ACCOUNT)
    iam.put_role_policy(RoleName="revoke-grant", PolicyName="own", PolicyDocument=_policy(may))
    if BUCKET not in {bucket["Name"] for bucket in storage.list_buckets()["Buckets"]}:
        storage.create_bucket(Bucket=BUCKET)
    storage.put_object(Bucket=BUCKET, Key="patients/2025/one.json", Body=b"{}")
    return admin


@pytest.fixture
def story(account: Account) -> Story:
    """A world in memory whose STS and role policies are the emulator's."""
    role = "arn:aws:iam::000000000000:role/revoke-grant"
    held = account.client("sts").assume_role(RoleArn=role, RoleSessionName="revoke")["Credentials"]
    as_function = Account(account.endpoint_url, held["AccessKeyId"], held["SecretAccessKey"], held["SessionToken"])
    story = Story()
    story.now = datetime.now(UTC)
    story.ports.issuer = StsIssuer(account.client("sts"), "sallyport")  # type: ignore[assignment]
    story.ports.role_policies = IamRolePolicies(as_function.client("iam"))  # type: ignore[assignment]
    return story


def test_a_live_session_ends_before_its_revocation_is_answered_and_no_other_does(
    account: Account, story: Story
) -> None:
    revoked = _minted(story, "first")
    revoked_id = story.request_id
    bystander = _minted(story, "second")
    _read(account, revoked)
    began = time.monotonic()
    revoke_grant(ROSA, revoked_id, story.ports, story.now)
    _denied(account, revoked)
    took = time.monotonic() - began
    print(f"revocation took effect {took * 1000:.0f} ms after it was asked for")  # noqa: T201 - the figure is wanted
    _read(account, bystander)


@pytest.fixture
def lists(account: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoDbRoleLists]:
    """The roles' lists in a table of the emulator."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", account.endpoint_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", account.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", account.secret_access_key)
    account.client("dynamodb").create_table(
        TableName="lists",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    forget_clients()
    yield DynamoDbRoleLists("lists", REGION)
    forget_clients()


def test_revocation_waits_for_nobody_while_the_agent_says_done_twenty_times_a_second(
    account: Account, story: Story, lists: DynamoDbRoleLists
) -> None:
    story.ports.role_lists = lists  # type: ignore[assignment]
    _minted(story, "done with")
    done_with, over, answers = story.request_id, threading.Event(), list[Future[str]]()
    revoked = _minted(story, "revoked")
    puts, put = list[str](), story.ports.role_policies.put

    def counted(role: str, document: str) -> None:
        puts.append(document)
        put(role, document)

    story.ports.role_policies.put = counted  # type: ignore[method-assign]

    def done() -> str:
        return revoke_grant(agent_arn("export-bot"), done_with, story.ports, story.now).status.value

    with ThreadPoolExecutor(20) as agent:

        def repeat() -> None:
            while not over.wait(0.05):
                answers.append(agent.submit(done))
                if len(answers) == 20:
                    flooded.set()

        flooded = threading.Event()
        flood = threading.Thread(target=repeat)
        flood.start()
        try:
            assert flooded.wait(60)
            assert wait(answers[:20], 60).not_done == set()
            before, began = len(answers), time.monotonic()
            revoke_grant(ROSA, story.request_id, story.ports, story.now)
            took, meanwhile = time.monotonic() - began, len(answers) - before
            _denied(account, revoked)
        finally:
            over.set()
            flood.join()
    print(f"in force after {took * 1000:.0f} ms, {len(answers)} times done, {len(puts)} puts")  # noqa: T201 - wanted
    assert meanwhile < 100  # a lease, held by one "done" after the other, kept it waiting for 400 of them
    assert {answer.result(60) for answer in answers} == {"closed"}
    assert len(puts) == 2


def test_session_minted_after_its_revocation_is_denied_from_the_first_call(account: Account, story: Story) -> None:
    _minted(story, "raced")
    revoke_grant(ROSA, story.request_id, story.ports, story.now)
    late = story.ports.issuer.issue(_order(story))
    with pytest.raises(ClientError, match="AccessDenied"):
        _read(account, late)


def test_agents_done_ends_its_own_session(account: Account, story: Story) -> None:
    credentials = _minted(story, "done")
    revoke_grant(agent_arn("export-bot"), story.request_id, story.ports, story.now)
    _denied(account, credentials)


def test_full_list_denies_every_older_session_and_no_newer_one(account: Account, story: Story) -> None:
    bystander, revoked = _minted(story, "bystander"), _minted(story, "revoked")
    full = [
        RevokedSession(f"req-{n:x}".ljust(28, "f"), story.now, story.now + timedelta(hours=1), by_person=True)
        for n in range(500)
    ]
    while len(RevokedSessions(tuple(full)).policy()) > MAX_LENGTH:
        full.pop()
    story.ports.role_lists.lists[ROLE] = RoleList(RevokedSessions(tuple(full)))
    story.now = datetime.now(UTC)
    revoke_grant(ROSA, story.request_id, story.ports, story.now)
    for older in (bystander, revoked):
        _denied(account, older)
    time.sleep(1.1)  # token issue times are whole seconds
    story.now = datetime.now(UTC)
    _read(account, _minted(story, "newer"))


def test_deny_goes_by_the_functions_own_permission_and_not_to_other_roles(account: Account, story: Story) -> None:
    make_role(account, "somebody-elses", TRUST_ACCOUNT, "/sallyport/target/")
    _minted(story, "elsewhere")
    request = story.request
    assert request.grant is not None
    grant = replace(request.grant, role_arn="arn:aws:iam::000000000000:role/sallyport/target/somebody-elses")
    story.ports.store.requests[story.request_id] = replace(request, grant=grant)
    with pytest.raises(RevocationFailed):
        revoke_grant(ROSA, story.request_id, story.ports, story.now)


def test_target_session_cannot_lift_its_own_deny(account: Account, story: Story) -> None:
    credentials = _minted(story, "unruly")
    session = Account(
        account.endpoint_url, credentials.access_key_id, credentials.secret_access_key, credentials.session_token
    )
    with pytest.raises(ClientError, match="AccessDenied"):
        session.client("iam").delete_role_policy(RoleName=ROLE, PolicyName="sallyport-revoked")


def _minted(story: Story, reason: str) -> ScopedCredentials:
    return story.pending(submission(reason=reason)).decided().granted().redeemed()


def _order(story: Story) -> CredentialOrder:
    """The order that redemption gave to STS, again."""
    request, vaulted = story.request, story.ports.vault.records[story.request_id]
    assert request.grant is not None
    assert request.grant.cut_off is not None
    return order(
        request_id=request.request_id,
        agent=request.agent,
        action=request.action,
        approvers=request.grant.approvers,
        role_arn=vaulted.target_role_arn,
        policy=at_redemption(vaulted.session_policy, request.grant.cut_off),
        seconds=request.duration_seconds,
    )


def _read(account: Account, credentials: ScopedCredentials) -> None:
    session = Account(
        account.endpoint_url, credentials.access_key_id, credentials.secret_access_key, credentials.session_token
    )
    session.client("s3").get_object(Bucket=BUCKET, Key="patients/2025/one.json")


def _denied(account: Account, credentials: ScopedCredentials) -> None:
    """The session can read no more: at once, since the emulator's IAM, unlike AWS's, is consistent."""
    with pytest.raises(ClientError, match="AccessDenied"):
        _read(account, credentials)


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
