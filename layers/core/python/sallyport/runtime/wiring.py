"""Connect the use cases to AWS and Slack. Nothing is made before it is used: not at import, not for other functions."""

from __future__ import annotations

import time
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sallyport.adapters.aws_session import client
from sallyport.adapters.entropy import SystemEntropy
from sallyport.adapters.policy_layer import PolicyInvalid, load_policy
from sallyport.domain.ports import Limits, Places, PortFailed
from sallyport.runtime.settings import setting

if TYPE_CHECKING:
    from sallyport.adapters.cedar import CedarAuthorizer
    from sallyport.adapters.dynamodb_exports import DynamoDbExports
    from sallyport.adapters.dynamodb_log import DynamoDbLogStates, DynamoDbTrail
    from sallyport.adapters.dynamodb_store import DynamoDbStore
    from sallyport.adapters.dynamodb_tallies import DynamoDbTallies
    from sallyport.adapters.event_bus import EventBridgeBus
    from sallyport.adapters.executor import BotoCallMaker
    from sallyport.adapters.iam_revocation import DynamoDbRoleLists, IamRolePolicies
    from sallyport.adapters.kms import KmsLogSigner, KmsSameness
    from sallyport.adapters.own_functions import OwnFunctions
    from sallyport.adapters.s3 import S3Vault, S3Views
    from sallyport.adapters.s3_worm import S3Worm
    from sallyport.adapters.slack import SlackChat
    from sallyport.adapters.step_functions import StepFunctions
    from sallyport.adapters.sts import StsIssuer
    from sallyport.domain.actions import PolicyBundle

_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "max_attempts": 3})
# A rotated secret is picked up within a minute.
_SECRET_SECONDS = 60.0


class Wiring:
    """Ports of this deployment; each attribute is connected when it is first read."""

    entropy = SystemEntropy()

    @cached_property
    def store(self) -> DynamoDbStore:
        from sallyport.adapters.dynamodb_store import DynamoDbStore

        return DynamoDbStore(setting("REQUESTS_TABLE"), setting("AUDIT_TABLE"), setting("AWS_REGION"))

    @cached_property
    def tallies(self) -> DynamoDbTallies:
        from sallyport.adapters.dynamodb_tallies import DynamoDbTallies

        return DynamoDbTallies(setting("REQUESTS_TABLE"), setting("AUDIT_TABLE"), setting("AWS_REGION"))

    @cached_property
    def vault(self) -> S3Vault:
        from sallyport.adapters.s3 import S3Vault

        return S3Vault(_client("s3"), setting("VAULT_BUCKET"))

    @cached_property
    def views(self) -> S3Views:
        from sallyport.adapters.s3 import S3Views

        return S3Views(_client("s3"), setting("VIEWS_BUCKET"))

    @cached_property
    def workflow(self) -> StepFunctions:
        from sallyport.adapters.step_functions import StepFunctions

        return StepFunctions(_client("stepfunctions"), setting("STATE_MACHINE_ARN"))

    @cached_property
    def chat(self) -> SlackChat:
        from sallyport.adapters.slack import SlackChat

        return SlackChat(
            setting("SLACK_API_BASE_URL"),
            setting("SLACK_CHANNEL_ID"),
            setting("SLACK_TEAM_ID"),
            lambda: secret(setting("SLACK_BOT_TOKEN_SECRET")),
        )

    @cached_property
    def issuer(self) -> StsIssuer:
        from sallyport.adapters.sts import StsIssuer

        return StsIssuer(_client("sts"), setting("EXTERNAL_ID"))

    @cached_property
    def role_lists(self) -> DynamoDbRoleLists:
        from sallyport.adapters.iam_revocation import DynamoDbRoleLists

        return DynamoDbRoleLists(setting("REQUESTS_TABLE"), setting("AWS_REGION"))

    @cached_property
    def role_policies(self) -> IamRolePolicies:
        from sallyport.adapters.iam_revocation import IAM_CONFIG, IamRolePolicies, Revoker

        def elsewhere(account: str) -> Any:
            sts = client("sts", IAM_CONFIG)
            return Revoker(sts, self.places, setting("EXTERNAL_ID")).client(account)

        return IamRolePolicies(client("iam", IAM_CONFIG), elsewhere)

    @cached_property
    def call_maker(self) -> BotoCallMaker:
        from sallyport.adapters.executor import BotoCallMaker

        return BotoCallMaker()

    @cached_property
    def sameness(self) -> KmsSameness:
        from sallyport.adapters.kms import KmsSameness

        return KmsSameness(_client("kms"), setting("SAMENESS_KEY_ID"))

    @cached_property
    def worm(self) -> S3Worm:
        from sallyport.adapters.s3_worm import S3Worm

        return S3Worm(_client("s3"), setting("AUDIT_BUCKET"))

    @cached_property
    def log_states(self) -> DynamoDbLogStates:
        from sallyport.adapters.dynamodb_log import DynamoDbLogStates

        return DynamoDbLogStates(_client("dynamodb"), setting("REQUESTS_TABLE"))

    @cached_property
    def trail(self) -> DynamoDbTrail:
        from sallyport.adapters.dynamodb_log import DynamoDbTrail

        return DynamoDbTrail(_client("dynamodb"), setting("AUDIT_TABLE"))

    @cached_property
    def log_signer(self) -> KmsLogSigner:
        from sallyport.adapters.kms import KmsLogSigner

        return KmsLogSigner(_client("kms"), setting("NOTARY_KEY_ID"))

    @cached_property
    def table_exports(self) -> DynamoDbExports:
        from sallyport.adapters.dynamodb_exports import DynamoDbExports

        at = self.places
        arn = f"arn:{at.partition}:dynamodb:{at.region}:{at.account}:table/{setting('AUDIT_TABLE')}"
        return DynamoDbExports(_client("dynamodb"), arn, setting("AUDIT_BUCKET"), setting("AUDIT_BUCKET_OWNER"))

    @cached_property
    def event_bus(self) -> EventBridgeBus:
        from sallyport.adapters.event_bus import EventBridgeBus

        return EventBridgeBus(_client("events"), setting("EVENT_BUS_NAME"), setting("STACK_NAME"))

    @cached_property
    def own_api(self) -> OwnFunctions:
        from sallyport.adapters.own_functions import CONFIG, OwnFunctions

        return OwnFunctions(client("lambda", CONFIG), lambda route: setting(f"{route.name}_FUNCTION"))

    @cached_property
    def authorizer(self) -> CedarAuthorizer:
        from sallyport.adapters.cedar import CedarAuthorizer

        return CedarAuthorizer(self.policy)

    @cached_property
    def policy(self) -> PolicyBundle:
        policy = load_policy(setting("ACCOUNT_ID"))
        if policy.directory.sample and setting("ENVIRONMENT") == "prod":
            raise PolicyInvalid("directory.yaml: its people are the sample's, who do not exist")
        return policy

    @cached_property
    def places(self) -> Places:
        return Places(setting("PARTITION"), setting("ACCOUNT_ID"), setting("AWS_REGION"), setting("STACK_NAME"))

    @cached_property
    def limits(self) -> Limits:
        return Limits(per_hour=int(setting("REQUESTS_PER_HOUR")), pending=int(setting("REQUESTS_PENDING")))


@cache
def wiring() -> Wiring:
    """One per execution environment."""
    return Wiring()


@cache
def _client(service: str) -> Any:
    return client(service, _CONFIG)


_secrets: dict[str, tuple[float, str]] = {}


def secret(secret_id: str) -> str:
    """The secret's string, at most a minute old. Raises PortFailed(`secret_unavailable`)."""
    held = _secrets.get(secret_id)
    if held is None or time.monotonic() - held[0] > _SECRET_SECONDS:
        try:
            found = _client("secretsmanager").get_secret_value(SecretId=secret_id)["SecretString"]
        except (BotoCoreError, ClientError, KeyError):
            raise PortFailed("secret_unavailable") from None
        held = (time.monotonic(), found)
        _secrets[secret_id] = held
    return held[1]
