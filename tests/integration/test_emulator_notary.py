"""The notary's adapters on an emulated account: a real Ed25519 key of KMS, and a bucket that keeps every version."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from local.account import Account
from sallyport.adapters.kms import KmsLogSigner
from sallyport.adapters.s3_worm import S3Worm


def test_kms_signs_the_message_itself_with_ed25519(admin: Account) -> None:
    kms = admin.client("kms")
    key = kms.create_key(KeySpec="ECC_NIST_EDWARDS25519", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    signer, message = KmsLogSigner(kms, key), b"sallyport/gate/000000000000\n0\n"
    Ed25519PublicKey.from_public_bytes(signer.public_key()).verify(signer.sign(message), message)


@pytest.fixture(scope="module")
def bucket(admin: Account) -> Any:
    """An S3 client and the name of a locked bucket."""
    s3, name = admin.client("s3"), "worm-of-tests"
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    retention = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}}
    s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=retention)
    return s3, name


def test_what_was_put_first_stays_and_whoever_comes_second_hears_of_it(bucket: Any) -> None:
    worm = S3Worm(*bucket)
    assert worm.get("tile/0/000") is None
    assert [worm.put_new("tile/0/000", content) for content in (b"first", b"second")] == [b"first", b"first"]
    worm.put_all_new({f"index/req-1/{at:010d}": at.to_bytes(8) for at in range(25)})
    assert worm.get("index/req-1/0000000024") == (24).to_bytes(8)


def test_replaced_checkpoint_leaves_its_version_behind_which_nobody_deletes(bucket: Any) -> None:
    (s3, name), worm = bucket, S3Worm(*bucket)
    for note in (b"first", b"second"):
        worm.replace("checkpoint", note)
    versions = s3.list_object_versions(Bucket=name, Prefix="checkpoint")["Versions"]
    assert len(versions) == 2
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=name, Key="checkpoint", VersionId=versions[-1]["VersionId"])
