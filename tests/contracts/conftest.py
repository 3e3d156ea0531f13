"""Each port twice: in memory, and on AWS as moto plays it. Both pass the same suite."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from sallyport.adapters.dynamodb_store import DynamoDbStore
from sallyport.adapters.kms import KmsSameness
from sallyport.adapters.s3 import S3Vault, S3Views
from sallyport.adapters.step_functions import StepFunctions
from sallyport.adapters.sts import StsIssuer
from sallyport.domain.ports import CredentialIssuer, RequestStore, SamenessKey, Vault, Views, Workflow
from tests.fakes.ports import FakeIssuer, FakeSameness, FakeStore, FakeVault, FakeViews, FakeWorkflow
from tests.support.account import REGION, forget_clients, make_buckets, make_tables
from tests.support.quick_moto import hasten

TWINS = ["fake", "aws"]
WAITS = """{"StartAt":"Wait","States":{"Wait":{"Type":"Wait","Seconds":60,"End":true}}}"""


@pytest.fixture(scope="module")
def account() -> Iterator[None]:
    """Tables and buckets, empty at first; tests use ids of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        hasten(patch)
        with mock_aws():
            make_tables()
            make_buckets()
            forget_clients()
            yield
            forget_clients()


@pytest.fixture(params=TWINS)
def store(request: pytest.FixtureRequest, account: None) -> RequestStore:
    return FakeStore() if request.param == "fake" else DynamoDbStore("requests", "audit", REGION)


@pytest.fixture(params=TWINS)
def vault(request: pytest.FixtureRequest, account: None) -> Vault:
    return FakeVault() if request.param == "fake" else S3Vault(boto3.client("s3"), "vault")


@pytest.fixture(params=TWINS)
def views(request: pytest.FixtureRequest, account: None) -> Views:
    return FakeViews() if request.param == "fake" else S3Views(boto3.client("s3"), "views")


@pytest.fixture(params=TWINS)
def issuer(request: pytest.FixtureRequest, account: None) -> CredentialIssuer:
    return FakeIssuer() if request.param == "fake" else StsIssuer(boto3.client("sts"), "external")


@pytest.fixture(params=TWINS)
def sameness(request: pytest.FixtureRequest, account: None) -> SamenessKey:
    if request.param == "fake":
        return FakeSameness()
    kms = boto3.client("kms")
    key = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]
    return KmsSameness(kms, key)


@pytest.fixture(params=TWINS)
def workflow(request: pytest.FixtureRequest, account: None) -> Workflow:
    if request.param == "fake":
        return FakeWorkflow()
    machines = boto3.client("stepfunctions")
    role = "arn:aws:iam::123456789012:role/workflow"
    made = machines.create_state_machine(name="waits", definition=WAITS, roleArn=role)
    return StepFunctions(machines, made["stateMachineArn"])
