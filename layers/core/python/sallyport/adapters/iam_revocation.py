"""Deny sessions on their role: the role's list in the requests table, its policy in IAM."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, PutError, PynamoDBException
from pynamodb.models import Model

from sallyport.domain.deny_policy import only_denies
from sallyport.domain.ports import Conflict, PortFailed
from sallyport.domain.revocations import POLICY_NAME, RoleList, from_json, to_json
from sallyport.domain.target_ports import OutcomeUnknown

if TYPE_CHECKING:
    from botocore.client import BaseClient

# Somebody waits for this, and API Gateway for 29 s at most: boto3 alone would try for minutes.
IAM_CONFIG = Config(connect_timeout=1, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 2})
TABLE_SECONDS = (1, 2)


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
        meta: Any = RoleListItem.Meta
        meta.table_name, meta.region = requests_table, region
        meta.connect_timeout_seconds, meta.read_timeout_seconds = TABLE_SECONDS

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
    """RolePolicies by `iam:PutRolePolicy`, which this function may do on roles that carry the boundary alone."""

    def __init__(self, client: BaseClient) -> None:
        self._iam: Any = client

    def put(self, role: str, document: str) -> None:
        try:
            self._iam.put_role_policy(RoleName=role, PolicyName=POLICY_NAME, PolicyDocument=only_denies(document))
        except ClientError as error:
            if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500) >= 500:
                raise OutcomeUnknown from None
            raise PortFailed("role_not_written") from None
        except BotoCoreError:
            raise OutcomeUnknown from None


def _key(role: str) -> str:
    return f"DENY#{role}"
