"""The emulator's condition keys for DynamoDB: which items and attributes a session policy lets through."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local import seed
from local.account import Account
from tests.integration.emulated import TRUST_ACCOUNT, make_role, still_refused

PROJECTION = {"ProjectionExpression": "patient_id, diagnosis"}


@pytest.fixture(scope="module")
def reader(admin: Account) -> Any:
    """A DynamoDB client that may read two attributes of two patients."""
    seed.sow(admin)
    return _reader(admin)


def _reader(account: Account) -> Any:
    role = make_role(account, "reader", TRUST_ACCOUNT)
    table = f"arn:aws:dynamodb:us-east-1:000000000000:table/{seed.TABLE}"
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    account.client("iam").put_role_policy(RoleName="reader", PolicyName="all", PolicyDocument=json.dumps(everything))
    scoped = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:PartiQLSelect"],
                "Resource": table,
                "Condition": {
                    "ForAllValues:StringEquals": {
                        "dynamodb:LeadingKeys": ["pat-00001", "pat-00002"],
                        "dynamodb:Attributes": ["patient_id", "diagnosis"],
                    },
                    "Null": {"dynamodb:LeadingKeys": "false", "dynamodb:Attributes": "false"},
                },
            }
        ],
    }
    issued = account.client("sts").assume_role(RoleArn=role, RoleSessionName="scoped", Policy=json.dumps(scoped))[
        "Credentials"
    ]
    session = Account(account.endpoint_url, issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"])
    return session.client("dynamodb")


def test_sample_objects_lie_under_years_beside_another_prefix(admin: Account, reader: Any) -> None:
    storage = admin.client("s3")
    found = {
        prefix: storage.list_objects_v2(Bucket=seed.SOURCE_BUCKET, Prefix=prefix)["KeyCount"]
        for prefix in ("patients/2024/", "patients/2025/", "billing/")
    }
    assert found == {"patients/2024/": 100, "patients/2025/": 100, "billing/": 3}
    (first, *_) = storage.list_objects_v2(Bucket=seed.SOURCE_BUCKET, Prefix="patients/2024/")["Contents"]
    bundle = json.loads(storage.get_object(Bucket=seed.SOURCE_BUCKET, Key=first["Key"])["Body"].read())
    assert first["Key"] == f"patients/2024/{bundle['id']}.json"


def test_named_keys_can_be_read(reader: Any) -> None:
    found = reader.get_item(TableName=seed.TABLE, Key={"patient_id": {"S": "pat-00001"}}, **PROJECTION)
    assert set(found["Item"]) == {"patient_id", "diagnosis"}
    keys = [{"patient_id": {"S": "pat-00001"}}, {"patient_id": {"S": "pat-00002"}}]
    both = reader.batch_get_item(RequestItems={seed.TABLE: {"Keys": keys, **PROJECTION}})
    assert len(both["Responses"][seed.TABLE]) == 2
    assert _query(reader, "pat-00002")["Count"] == 1


def test_other_keys_are_refused(reader: Any) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        reader.get_item(TableName=seed.TABLE, Key={"patient_id": {"S": "pat-00003"}}, **PROJECTION)
    keys = [{"patient_id": {"S": "pat-00001"}}, {"patient_id": {"S": "pat-00003"}}]
    with pytest.raises(ClientError, match="AccessDenied"):
        reader.batch_get_item(RequestItems={seed.TABLE: {"Keys": keys, **PROJECTION}})
    with pytest.raises(ClientError, match="AccessDenied"):
        _query(reader, "pat-00003")


def test_other_attributes_and_whole_items_are_refused(reader: Any) -> None:
    key = {"patient_id": {"S": "pat-00001"}}
    with pytest.raises(ClientError, match="AccessDenied"):
        reader.get_item(TableName=seed.TABLE, Key=key, ProjectionExpression="patient_id, phone")
    with pytest.raises(ClientError, match="AccessDenied"):
        reader.get_item(TableName=seed.TABLE, Key=key)


def test_scan_and_partiql_are_refused(reader: Any) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        reader.scan(TableName=seed.TABLE, **PROJECTION)
    with pytest.raises(ClientError, match="AccessDenied"):
        reader.execute_statement(Statement=f"SELECT patient_id FROM \"{seed.TABLE}\" WHERE patient_id='pat-00003'")


def test_unpatched_condition_never_sees_a_key(plain_admin: Account) -> None:
    seed.make_table(plain_admin)
    reader = _reader(plain_admin)
    key = {"patient_id": {"S": "pat-00001"}}
    still_refused("item_conditions", lambda: reader.get_item(TableName=seed.TABLE, Key=key, **PROJECTION))


def _query(reader: Any, key: str) -> dict[str, Any]:
    answer: dict[str, Any] = reader.query(
        TableName=seed.TABLE,
        KeyConditionExpression="#key = :key",
        ExpressionAttributeNames={"#key": "patient_id"},
        ExpressionAttributeValues={":key": {"S": key}},
        **PROJECTION,
    )
    return answer
