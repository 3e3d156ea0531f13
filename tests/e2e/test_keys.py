"""What bucket and key policies refuse to whoever IAM lets do everything. (The emulator's root passes them unseen.)"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.e2e.driver import Live

NAME = "iam-lets-everything"
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.fixture
def somebody(live: Live) -> Iterator[dict[str, str]]:
    """The key pair of such a user."""
    iam = live.client("iam")
    iam.create_user(UserName=NAME)
    iam.put_user_policy(UserName=NAME, PolicyName="all", PolicyDocument=json.dumps(EVERYTHING))
    keys: dict[str, str] = iam.create_access_key(UserName=NAME)["AccessKey"]
    yield keys
    iam.delete_access_key(UserName=NAME, AccessKeyId=keys["AccessKeyId"])
    iam.delete_user_policy(UserName=NAME, PolicyName="all")
    iam.delete_user(UserName=NAME)


def refused(call: Any, **arguments: Any) -> bool:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return bool(error.value.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException"))


def test_views_and_raw_actions_are_not_read_with_permissions_of_iam(live: Live, somebody: dict[str, str]) -> None:
    _, digest = live.waiting("export-bot")
    s3, buckets = live.client("s3", somebody), live.stack["buckets"]
    assert s3.head_bucket(Bucket=buckets["views"]), "the user is let do everything else"
    assert live.client("s3").get_object(Bucket=buckets["views"], Key=f"views/{digest}.json"), "and it is there"
    assert refused(s3.get_object, Bucket=buckets["views"], Key=f"views/{digest}.json")
    assert refused(s3.put_object, Bucket=buckets["views"], Key=f"views/{digest}.json", Body=b"{}")
    assert refused(s3.get_object, Bucket=buckets["vault"], Key="actions/any.json")


def test_keys_are_not_used_with_permissions_of_iam(live: Live, somebody: dict[str, str]) -> None:
    """Nor is a grant made that would let it: that was the hole in `kms:Create*`."""
    kms = live.client("kms", somebody)
    keys = {
        live.client("kms").describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Description"]: key["KeyId"]
        for key in live.client("kms").list_keys()["Keys"]
    }
    secret = {
        name: key for name, key in keys.items() if name in ("Tables", "Slack's secrets", "Raw actions", "Masked views")
    }
    assert len(secret) == 4, keys
    for key in secret.values():
        assert kms.describe_key(KeyId=key)
        assert refused(kms.encrypt, KeyId=key, Plaintext=b"x")
        assert refused(kms.generate_data_key, KeyId=key, KeySpec="AES_256")
        blob = live.client("kms").encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
        assert refused(kms.decrypt, KeyId=key, CiphertextBlob=blob)
        assert refused(
            kms.create_grant,
            KeyId=key,
            GranteePrincipal=f"arn:aws:iam::000000000000:user/{NAME}",
            Operations=["Decrypt"],
        )
    sameness = keys["HMAC by which identical requests are recognised"]
    assert refused(kms.generate_mac, KeyId=sameness, Message=b"x", MacAlgorithm="HMAC_SHA_256")
