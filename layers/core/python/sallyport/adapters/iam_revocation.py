"""Deny sessions on their role: the role's list in the requests table, its policy in IAM."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, PynamoDBException, UpdateError
from pynamodb.models import Model

from sallyport.domain.clock import stamp
from sallyport.domain.deny_policy import only_denies
from sallyport.domain.ports import Conflict, PortFailed
from sallyport.domain.revocations import POLICY_NAME, RevokedSessions, from_json, to_json

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action


class RoleListItem(Model):
    """`DENY#<role>` in the requests table. `held_until` is the end of the holder's lease, as `clock.stamp` writes."""

    class Meta:
        table_name = ""  # set when wired

    pk = UnicodeAttribute(hash_key=True)
    document = UnicodeAttribute(null=True)
    holder = UnicodeAttribute(null=True)
    held_until = UnicodeAttribute(null=True)


class DynamoDbRoleLists:
    """RoleLists on the requests table."""

    def __init__(self, requests_table: str, region: str) -> None:
        RoleListItem.Meta.table_name = requests_table
        RoleListItem.Meta.region = region  # type: ignore[attr-defined]

    def read(self, role: str) -> RevokedSessions:
        try:
            return _sessions(RoleListItem.get(_key(role), consistent_read=True))
        except DoesNotExist:
            return RevokedSessions()
        except PynamoDBException:
            raise PortFailed("store_unavailable") from None

    def acquire(self, role: str, holder: str, now: datetime, lease: timedelta) -> RevokedSessions:
        item = RoleListItem(_key(role))
        # Stamps are of one length and zone, so they sort as the instants do.
        free = RoleListItem.holder.does_not_exist() | (RoleListItem.held_until < stamp(now))
        _update(item, [RoleListItem.holder.set(holder), RoleListItem.held_until.set(stamp(now + lease))], free)
        return _sessions(item)

    def store(self, role: str, holder: str, sessions: RevokedSessions) -> None:
        _update(RoleListItem(_key(role)), [RoleListItem.document.set(to_json(sessions))], RoleListItem.holder == holder)

    def release(self, role: str, holder: str) -> None:
        try:
            _update(
                RoleListItem(_key(role)),
                [RoleListItem.holder.remove(), RoleListItem.held_until.remove()],
                RoleListItem.holder == holder,
            )
        except (Conflict, PortFailed):
            return  # the lease ends by itself


class IamRolePolicies:
    """RolePolicies by `iam:PutRolePolicy`, which this function may do on roles that carry the boundary alone."""

    def __init__(self, client: BaseClient) -> None:
        self._iam: Any = client

    def put(self, role: str, document: str) -> None:
        try:
            self._iam.put_role_policy(RoleName=role, PolicyName=POLICY_NAME, PolicyDocument=only_denies(document))
        except (BotoCoreError, ClientError):
            raise PortFailed("role_not_written") from None


def _update(item: RoleListItem, actions: list[Action], condition: Condition) -> None:
    """Raises Conflict when the condition does not hold."""
    try:
        item.update(actions=actions, condition=condition)
    except UpdateError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            raise Conflict from None
        raise PortFailed("store_unavailable") from None
    except PynamoDBException:
        raise PortFailed("store_unavailable") from None


def _sessions(item: RoleListItem) -> RevokedSessions:
    return from_json(item.document) if item.document else RevokedSessions()


def _key(role: str) -> str:
    return f"DENY#{role}"
