"""Deny sessions on their role: the role's list in the requests table, its policy in IAM."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, PutError, PynamoDBException
from pynamodb.models import Model

from sallyport.adapters.aws_session import client
from sallyport.adapters.table_client import connected
from sallyport.domain.actions import revoker_role_name
from sallyport.domain.credentials import STS_MINIMUM
from sallyport.domain.deny_policy import only_denies
from sallyport.domain.ports import Conflict, Places, PortFailed
from sallyport.domain.revocations import POLICY_NAME, RoleList, from_json, to_json
from sallyport.domain.target_ports import OutcomeUnknown

if TYPE_CHECKING:
    from botocore.client import BaseClient

# Somebody waits for this, and API Gateway for 29 s at most: boto3 alone would try for minutes.
IAM_CONFIG = Config(connect_timeout=1, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 2})


class RoleListItem(Model):
    """`DENY#<role>` in the requests table. `version` counts saves."""

    class Meta:
        table_name = ""  # set when wired

    pk = UnicodeAttribute(hash_key=True)
    version = NumberAttribute(null=True)
    document = UnicodeAttribute(null=True)


class DynamoDbRoleLists:
    """RoleLists on the requests table."""

    def __init__(self, requests_table: str, region: str) -> None:
        connected(region, {RoleListItem: requests_table})

    def read(self, role: str) -> RoleList:
        try:
            item = RoleListItem.get(_key(role), consistent_read=True)
        except DoesNotExist:
            return RoleList()
        except PynamoDBException:
            raise PortFailed("store_unavailable") from None
        return from_json(item.document, int(item.version)) if item.document and item.version else RoleList()

    def save(self, role: str, previous: RoleList, changed: RoleList) -> RoleList:
        stored = replace(changed, revision=previous.revision + 1)
        item = RoleListItem(_key(role), version=stored.revision, document=to_json(stored))
        first = previous.revision == 0
        still = RoleListItem.version.does_not_exist() if first else RoleListItem.version == previous.revision
        try:
            item.save(condition=still)
        except PutError as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                raise Conflict from None
            raise PortFailed("store_unavailable") from None
        return stored


class IamRolePolicies:
    """RolePolicies by `iam:PutRolePolicy`, which this function may do on roles that carry the boundary alone.

    `elsewhere` makes a client for IAM of another account, as that account's revoker; without it there is only this one.
    """

    def __init__(self, client: BaseClient, elsewhere: Callable[[str], Any] | None = None) -> None:
        self._iam: Any = client
        self._elsewhere = elsewhere

    def put(self, role: str, document: str) -> None:
        account, _, name = role.rpartition("/")
        if account and self._elsewhere is None:
            raise PortFailed("role_elsewhere")
        try:
            iam = self._elsewhere(account) if account and self._elsewhere else self._iam
            iam.put_role_policy(RoleName=name, PolicyName=POLICY_NAME, PolicyDocument=only_denies(document))
        except ClientError as error:
            if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500) >= 500:
                raise OutcomeUnknown from None
            raise PortFailed("role_not_written") from None
        except BotoCoreError:
            raise OutcomeUnknown from None


class Revoker:
    """IAM of other accounts, as the one role there that trusts us with it; its sessions can write one policy's name."""

    def __init__(self, sts: BaseClient, places: Places, external_id: str) -> None:
        self._sts: Any = sts
        self._places = places
        self._external_id = external_id

    def client(self, account: str) -> Any:
        """A client for IAM of `account`. Raises what boto3 raises when the role does not let us."""
        base = f"arn:{self._places.partition}:iam::{account}:role/sallyport"
        statement = {"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": f"{base}/target/*"}
        answer = self._sts.assume_role(
            RoleArn=f"{base}/revoker/{revoker_role_name(self._places.stack)}",
            RoleSessionName="sallyport-revocation",
            ExternalId=self._external_id,
            DurationSeconds=STS_MINIMUM,
            Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )["Credentials"]
        return client(
            "iam",
            IAM_CONFIG,
            aws_access_key_id=answer["AccessKeyId"],
            aws_secret_access_key=answer["SecretAccessKey"],
            aws_session_token=answer["SessionToken"],
        )


def _key(role: str) -> str:
    return f"DENY#{role}"
