"""The notary on the live stack: events reach the locked bucket by the stream, and what is done to the table rings."""

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tests.e2e.driver import Live


def until[T](look: Callable[[], T], what: str) -> T:
    """The first true answer within 40 s."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError(f"{what} did not come about in 40 s")


def held(live: Live, path: str) -> bytes | None:
    s3 = live.client("s3")
    try:
        return bytes(s3.get_object(Bucket=live.stack["buckets"]["audit_worm"], Key=path)["Body"].read())
    except s3.exceptions.NoSuchKey:
        return None


def listed(live: Live, prefix: str) -> list[str]:
    pages = live.client("s3").get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=live.stack["buckets"]["audit_worm"], Prefix=prefix)
    return [each["Key"] for page in found for each in page.get("Contents", [])]


def items(live: Live, request_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = live.client("dynamodb").query(
        TableName=live.stack["tables"]["audit"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"REQ#{request_id}"}},
        ConsistentRead=True,
    )["Items"]
    return found


def notary(live: Live) -> str:
    pages = live.client("lambda").get_paginator("list_functions").paginate()
    (name,) = [f["FunctionName"] for page in pages for f in page["Functions"] if "-NotarizeAudit-" in f["FunctionName"]]
    return str(name)


def alarms(live: Live, request_id: str) -> list[dict[str, Any]]:
    """The notary's lines that the alarm's filter counts, about one chain."""
    pattern = f'{{ ($.outcome = "audit_tampered") && ($.request_id = "{request_id}") }}'
    group = f"/sallyport/{live.stack['stack_name']}/functions"
    pages = live.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group, filterPattern=pattern)
    lines = [json.loads(e["message"]) for p in pages for e in p["events"] if e["message"].startswith("{")]
    return [line for line in lines if (line["outcome"], line.get("request_id")) == ("audit_tampered", request_id)]


@pytest.fixture
def writer(live: Live) -> Iterator[dict[str, str]]:
    """A session of the role of a function that writes events: what code in that function could do."""
    iam = live.client("iam")
    pages = iam.get_paginator("list_roles").paginate()
    (role,) = [r for page in pages for r in page["Roles"] if "-CloseRequestRole-" in r["RoleName"]]
    trust = role["AssumeRolePolicyDocument"]
    account = {"Effect": "Allow", "Principal": {"AWS": live.stack["account_id"]}, "Action": "sts:AssumeRole"}
    opened = {**trust, "Statement": [*trust["Statement"], account]}
    iam.update_assume_role_policy(RoleName=role["RoleName"], PolicyDocument=json.dumps(opened))
    issued = live.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="tampers")["Credentials"]
    yield issued
    iam.update_assume_role_policy(RoleName=role["RoleName"], PolicyDocument=json.dumps(trust))


def test_events_reach_the_log_by_the_stream_and_the_checkpoint_is_signed_over_them(live: Live) -> None:
    request_id, _ = live.waiting("export-bot")
    chain = items(live, request_id)
    paths = [f"index/{request_id}/{item['sk']['S']}" for item in chain]
    until(lambda: all(held(live, path) is not None for path in paths), "the events in the log")
    answer = live.client("lambda").invoke(FunctionName=notary(live), Payload=json.dumps({"source": "aws.events"}))
    assert "FunctionError" not in answer, answer["Payload"].read()
    note = (held(live, "checkpoint") or b"").decode()
    text, line = note.split("\n\n")
    origin, size = text.split("\n")[:2]
    assert origin == f"sallyport/{live.stack['stack_name']}/{live.stack['account_id']}"
    assert int(size) > int.from_bytes(held(live, paths[-1]) or b"")
    kms = live.client("kms")
    (key,) = [
        key["KeyId"]
        for key in kms.list_keys()["Keys"]
        if kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Description"].startswith("Signs the checkpoints")
    ]
    public = load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    public.verify(base64.b64decode(line.split(" ")[2])[4:], text.encode() + b"\n")  # type: ignore[union-attr, call-arg]  # Ed25519


def test_function_that_overwrites_an_event_in_a_transaction_rings_and_the_old_one_stays(
    live: Live, writer: dict[str, str]
) -> None:
    """IAM cannot forbid it: the transaction that writes evidence may put any item."""
    request_id, _ = live.waiting("export-bot")
    was = items(live, request_id)[0]
    until(lambda: held(live, f"index/{request_id}/0000000000"), "the event in the log")
    forged = {**was, "event": {"S": '{"forged":true}'}}
    table, admin = live.stack["tables"]["audit"], live.client("dynamodb")
    live.client("dynamodb", writer).transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": forged}}])
    try:
        assert items(live, request_id)[0] == forged, "the overwrite went through"
        until(lambda: alarms(live, request_id), "the alarm's line")
        (path,) = until(lambda: listed(live, f"tampering/{request_id}/0000000000/"), "what stood there")
        kept = json.loads(held(live, path) or b"{}")
        assert (kept["kind"], kept["old"]["event"], kept["old"]["hash"]) == (
            "modified",
            was["event"]["S"],
            hashlib.sha256(was["event"]["S"].encode()).hexdigest(),
        )
    finally:
        admin.put_item(TableName=table, Item=was)


def test_function_may_neither_change_nor_remove_an_event(live: Live, writer: dict[str, str]) -> None:
    request_id, _ = live.waiting("export-bot")
    was, table = items(live, request_id)[0], live.stack["tables"]["audit"]
    client, key = live.client("dynamodb", writer), {name: was[name] for name in ("pk", "sk")}
    with pytest.raises(ClientError, match="AccessDenied"):
        client.delete_item(TableName=table, Key=key)
    with pytest.raises(ClientError, match="AccessDenied"):
        client.update_item(TableName=table, Key=key, UpdateExpression="REMOVE prev_hash")
    with pytest.raises(ClientError, match="AccessDenied"):
        client.transact_write_items(TransactItems=[{"Delete": {"TableName": table, "Key": key}}])
    with pytest.raises(ClientError, match="AccessDenied"):
        client.put_item(TableName=table, Item=was)  # outside of a transaction, even what stands there
    with pytest.raises(ClientError, match="AccessDenied"):
        client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": was}}]})
    with pytest.raises(ClientError, match="AccessDenied"):
        client.execute_statement(
            Statement=f"DELETE FROM \"{table}\" WHERE pk = '{was['pk']['S']}' AND sk = '{was['sk']['S']}'"
        )
    assert items(live, request_id)[0] == was


def test_removed_event_rings(live: Live) -> None:
    """By an administrator: on AWS the table's policy would have to be taken away first."""
    request_id, _ = live.waiting("export-bot")
    was, table = items(live, request_id)[-1], live.stack["tables"]["audit"]
    path = f"index/{request_id}/{was['sk']['S']}"
    until(lambda: held(live, path), "the event in the log")
    admin = live.client("dynamodb")
    admin.delete_item(TableName=table, Key={name: was[name] for name in ("pk", "sk")})
    try:
        until(lambda: alarms(live, request_id), "the alarm's line")
        assert held(live, path) is not None
    finally:
        admin.put_item(TableName=table, Item=was)


def test_nobody_else_puts_into_the_log_or_deletes_of_it(live: Live) -> None:
    iam, bucket = live.client("iam"), live.stack["buckets"]["audit_worm"]
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.create_user(UserName="log-forger")
    iam.put_user_policy(UserName="log-forger", PolicyName="all", PolicyDocument=json.dumps(everything))
    keys = iam.create_access_key(UserName="log-forger")["AccessKey"]
    try:
        s3 = live.client("s3", keys)
        s3.put_object(Bucket=bucket, Key="exports/anything", Body=b"x")
        for path in ("checkpoint", "checkpoints/1.note", "tile/0/000", "index/req-1/0000000000", "key.pem", "keys/0"):
            with pytest.raises(ClientError, match="AccessDenied"):
                s3.put_object(Bucket=bucket, Key=path, Body=b"forged")
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.delete_object(Bucket=bucket, Key="checkpoint")
    finally:
        iam.delete_access_key(UserName="log-forger", AccessKeyId=keys["AccessKeyId"])
        iam.delete_user_policy(UserName="log-forger", PolicyName="all")
        iam.delete_user(UserName="log-forger")
