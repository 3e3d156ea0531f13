"""What the notary needs from S3, DynamoDB and KMS, and the fakes of it."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.stub import Stubber
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sallyport.adapters.dynamodb_log import DynamoDbLogStates, DynamoDbTrail
from sallyport.adapters.kms import KmsLogSigner
from sallyport.adapters.s3_worm import S3Worm
from sallyport.domain.notary import LEASE, Busy, LogInconsistent, LogSigner, LogState, LogStates, Worm
from sallyport.domain.ports import PortFailed
from tests.fakes.notary import FakeLogSigner, FakeLogStates, FakeTrail, FakeWorm

TWINS = ["fake", "aws"]
AT = datetime(2026, 11, 2, 10, tzinfo=UTC)
FULL = LogState(
    7, "ab" * 32, 9, "cd" * 32, "a note\n\n— of two lines\n", '{"pk": {"S": "REQ#req-1"}}', "2026-11-02T10:00:00.000Z"
)


@pytest.fixture(params=TWINS)
def worm(request: pytest.FixtureRequest, account: None) -> Worm:
    return FakeWorm() if request.param == "fake" else S3Worm(boto3.client("s3"), "worm")


@pytest.fixture(params=TWINS)
def states(request: pytest.FixtureRequest, account: None) -> LogStates:
    if request.param == "fake":
        return FakeLogStates()
    client = boto3.client("dynamodb")
    client.delete_item(TableName="requests", Key={"pk": {"S": "NOTARY"}})
    return DynamoDbLogStates(client, "requests")


@pytest.fixture(params=TWINS)
def signer(request: pytest.FixtureRequest, account: None) -> Iterator[LogSigner]:
    """moto's KMS has no Ed25519, so its answers are given here and botocore checks what is sent.
    `tests/integration/test_emulator_notary.py` asks an emulated KMS."""
    fake = FakeLogSigner()
    if request.param == "fake":
        yield fake
        return
    client = boto3.client("kms")
    with Stubber(client) as stub:
        spki = fake.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        stub.add_response("get_public_key", {"PublicKey": spki}, {"KeyId": "alias/log"})
        asked = {
            "KeyId": "alias/log",
            "Message": b"text\n",
            "MessageType": "RAW",
            "SigningAlgorithm": "ED25519_SHA_512",
        }
        stub.add_response("sign", {"Signature": fake.sign(b"text\n")}, asked)
        yield KmsLogSigner(client, "alias/log")


def path() -> str:
    return f"tile/{secrets.token_hex(8)}"


def test_what_is_not_there_is_none(worm: Worm) -> None:
    assert worm.get(path()) is None


def test_first_content_of_a_path_stays(worm: Worm) -> None:
    where = path()
    assert worm.put_new(where, b"first") == b"first"
    assert worm.put_new(where, b"first") == b"first"
    assert worm.put_new(where, b"second") == b"first"
    assert worm.get(where) == b"first"


def test_many_are_put_unless_one_of_them_is_something_else(worm: Worm) -> None:
    objects = {path(): str(at).encode() for at in range(25)}
    worm.put_all_new(objects)
    worm.put_all_new(objects)
    assert worm.get_all([*objects, path()]) == objects
    with pytest.raises(LogInconsistent):
        worm.put_all_new({next(iter(objects)): b"another"})
    assert worm.get_all(objects) == objects


def test_replaced_object_is_the_one_that_is_read(worm: Worm) -> None:
    where = path()
    for content in (b"first", b"second"):
        worm.replace(where, content)
        assert worm.get(where) == content


def test_bucket_that_is_not_there_is_a_failed_port(account: None) -> None:
    gone = S3Worm(boto3.client("s3"), "no-such-bucket")
    with pytest.raises(PortFailed):
        gone.get("a")
    with pytest.raises(PortFailed):
        gone.put_new("a", b"x")
    with pytest.raises(PortFailed):
        gone.replace("a", b"x")


def test_log_that_nobody_has_written_is_empty(states: LogStates) -> None:
    assert states.take("me", AT) == LogState()


def test_state_is_read_as_it_was_saved_and_what_is_none_goes(states: LogStates) -> None:
    states.take("me", AT)
    for saved in (FULL, replace(FULL, planned=None, note=None), replace(FULL, scanned=None, scan_began=None)):
        states.save("me", saved)
        states.release("me")
        assert states.take("me", AT) == saved


def test_one_run_holds_the_log_until_it_lets_go_or_its_lease_is_over(states: LogStates) -> None:
    states.take("me", AT)
    with pytest.raises(Busy):
        states.take("you", AT + LEASE)
    states.release("you")
    with pytest.raises(Busy):
        states.take("you", AT + LEASE)
    states.take("you", AT + LEASE + timedelta(seconds=1))
    with pytest.raises(Busy):
        states.save("me", FULL)
    states.save("you", FULL)
    states.release("you")
    assert states.take("me", AT) == FULL


def test_signature_is_ed25519_over_the_message_itself(signer: LogSigner) -> None:
    key = Ed25519PublicKey.from_public_bytes(signer.public_key())
    key.verify(signer.sign(b"text\n"), b"text\n")


def test_key_that_does_not_sign_is_a_failed_port(account: None) -> None:
    client = boto3.client("kms")
    with Stubber(client) as stub:
        stub.add_client_error("sign", "DisabledException")
        stub.add_response("get_public_key", {"PublicKey": b"not a key of this kind"})
        with pytest.raises(PortFailed):
            KmsLogSigner(client, "alias/log").sign(b"text\n")
        with pytest.raises(PortFailed):
            KmsLogSigner(client, "alias/log").public_key()


def test_trail_is_gone_through_page_by_page(account: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sallyport.adapters.dynamodb_log._PAGE", 2)
    client, chain = boto3.client("dynamodb"), f"req-{secrets.token_hex(4)}"
    for seq in range(5):
        item = {"pk": f"REQ#{chain}", "sk": f"{seq:010d}", "event": f"{{{seq}}}", "hash": "h", "prev_hash": "p"}
        client.put_item(TableName="audit", Item={name: {"S": value} for name, value in item.items()})
    aws = DynamoDbTrail(client, "audit")
    found, after, pages = [], None, 0
    while pages == 0 or after is not None:
        page = aws.page(after)
        found += [item for item in page.items if item.chain == chain]
        after, pages = page.after, pages + 1
    assert [item.link.body for item in found] == ["{0}", "{1}", "{2}", "{3}", "{4}"]
    assert pages >= 3
    fake = FakeTrail(found, size=2)
    first = fake.page(None)
    assert first.items == tuple(found[:2])
    assert fake.page(first.after).items == tuple(found[2:4])
    assert fake.page("4").after is None
