"""What policies see of a caller and of a callback: the role behind a session, the transport, the token's machine."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.account import Account
from tests.integration.emulated import LAMBDA_TRUST, TRUST_ACCOUNT, make_role, still_refused


def test_bucket_policy_knows_the_role_behind_a_session(admin: Account) -> None:
    bucket = _bucket_for_one_role(admin)
    _session(admin, "writer").client("s3").put_object(Bucket=bucket, Key="a", Body=b"1")
    with pytest.raises(ClientError, match="AccessDenied"):
        _session(admin, "other").client("s3").put_object(Bucket=bucket, Key="b", Body=b"1")


def test_unpatched_bucket_policy_denies_the_role_it_names(plain_admin: Account) -> None:
    bucket = _bucket_for_one_role(plain_admin)
    still_refused(
        "principal_arn",
        lambda: _session(plain_admin, "writer").client("s3").put_object(Bucket=bucket, Key="a", Body=b"1"),
    )


def test_loopback_counts_as_secure_transport(admin: Account) -> None:
    bucket = _bucket_for_tls(admin)
    _session(admin, "speaker").client("s3").put_object(Bucket=bucket, Key="a", Body=b"1")


def test_unpatched_loopback_is_not_secure(plain_admin: Account) -> None:
    bucket = _bucket_for_tls(plain_admin)
    still_refused(
        "secure_transport",
        lambda: _session(plain_admin, "speaker").client("s3").put_object(Bucket=bucket, Key="a", Body=b"1"),
    )


def test_callback_is_allowed_on_the_machine_that_the_policy_names_alone(admin: Account) -> None:
    named, named_token = _waiting_machine(admin, "named")
    _, other_token = _waiting_machine(admin, "unnamed")
    states = _session(admin, "caller-back", _allow("states:SendTaskSuccess", named)).client("stepfunctions")
    with pytest.raises(ClientError, match="AccessDenied"):
        states.send_task_success(taskToken=other_token, output="{}")
    states.send_task_success(taskToken=named_token, output="{}")


def test_unpatched_callback_needs_every_resource(plain_admin: Account) -> None:
    machine, token = _waiting_machine(plain_admin, "named")
    states = _session(plain_admin, "caller-back", _allow("states:SendTaskSuccess", machine)).client("stepfunctions")
    still_refused("task_token_resource", lambda: states.send_task_success(taskToken=token, output="{}"))


def test_exports_are_allowed_on_the_table_that_the_policy_names_alone(admin: Account) -> None:
    named, other = _table(admin, "exported"), _table(admin, "kept")
    dynamodb = _session(admin, "exporter", _allow("dynamodb:ListExports", named)).client("dynamodb")
    assert dynamodb.list_exports(TableArn=named)["ExportSummaries"] == []
    with pytest.raises(ClientError, match="AccessDenied"):
        dynamodb.list_exports(TableArn=other)


def test_unpatched_exports_need_every_resource(plain_admin: Account) -> None:
    named = _table(plain_admin, "exported")
    dynamodb = _session(plain_admin, "exporter", _allow("dynamodb:ListExports", named)).client("dynamodb")
    still_refused("export_resource", lambda: dynamodb.list_exports(TableArn=named))


def test_enclosing_operation_tells_a_transaction_from_a_single_put(admin: Account) -> None:
    writer = _transaction_writer(admin)
    writer.transact_write_items(TransactItems=_PUT)
    with pytest.raises(ClientError, match="AccessDenied"):
        writer.put_item(TableName="ledger", Item={"id": {"S": "2"}})


def test_unpatched_enclosing_operation_equals_nothing(plain_admin: Account) -> None:
    writer = _transaction_writer(plain_admin)
    still_refused("item_conditions, EnclosingOperation", lambda: writer.transact_write_items(TransactItems=_PUT))


_PUT = [{"Put": {"TableName": "ledger", "Item": {"id": {"S": "1"}}}}]


def _transaction_writer(account: Account) -> Any:
    account.client("dynamodb").create_table(
        TableName="ledger",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    statement = _allow("dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:000000000000:table/ledger")
    statement["Condition"] = {"StringEquals": {"dynamodb:EnclosingOperation": "TransactWriteItems"}}
    return _session(account, "ledger-writer", statement).client("dynamodb")


def _bucket_for_one_role(account: Account) -> str:
    condition = {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::000000000000:role/some/path/writer"}}
    return _bucket(account, "for-one-role", condition)


def _bucket_for_tls(account: Account) -> str:
    return _bucket(account, "for-tls", {"Bool": {"aws:SecureTransport": "false"}})


def _bucket(account: Account, name: str, denied: dict[str, Any]) -> str:
    storage = account.client("s3")
    storage.create_bucket(Bucket=name)
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{name}/*",
        "Condition": denied,
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    storage.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    return name


def _allow(action: str, resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def _session(account: Account, name: str, statement: dict[str, Any] | None = None) -> Account:
    """A session of a new role, which may put objects anywhere unless told what else."""
    allowed = statement or _allow("s3:PutObject", "*")
    role = make_role(account, name, TRUST_ACCOUNT, path="/some/path/")
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    account.client("iam").put_role_policy(RoleName=name, PolicyName="allowed", PolicyDocument=document)
    issued = account.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    return Account(account.endpoint_url, issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"])


def _waiting_machine(account: Account, name: str) -> tuple[str, str]:
    """A state machine that has sent its token to a queue and waits: its ARN and the token."""
    queues, states = account.client("sqs"), account.client("stepfunctions")
    queue = queues.create_queue(QueueName=name)["QueueUrl"]
    wait = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody": {"token.$": "$$.Task.Token"}},
        "TimeoutSeconds": 30,
        "End": True,
    }
    definition = json.dumps({"StartAt": "Wait", "States": {"Wait": wait}})
    role = make_role(account, f"{name}-machine", LAMBDA_TRUST)
    machine = states.create_state_machine(name=name, definition=definition, roleArn=role)["stateMachineArn"]
    states.start_execution(stateMachineArn=machine)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for message in queues.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []):
            return str(machine), str(json.loads(message["Body"])["token"])
    raise AssertionError("no token arrived")


def _table(admin: Account, name: str) -> str:
    made = admin.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    return str(made["TableDescription"]["TableArn"])
