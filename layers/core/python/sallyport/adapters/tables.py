"""The two DynamoDB tables as pynamodb models."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model


class PendingIndex(GlobalSecondaryIndex["RequestItem"]):  # type: ignore[no-untyped-call]  # pynamodb has no types there
    """Sparse: requests that somebody may have to find. `pending` is `pending` while undecided, `review` while a
    break-glass approval awaits its review, `live:<agent>` while a grant or its session may be of use to somebody.
    `decided:<person>` is on notes of what somebody decided, which are not requests."""

    class Meta:
        index_name = "pending"
        projection = AllProjection()

    pending = UnicodeAttribute(hash_key=True)
    created_at = UnicodeAttribute(range_key=True)


class DueIndex(GlobalSecondaryIndex["RequestItem"]):  # type: ignore[no-untyped-call]  # pynamodb has no types there
    """Sparse, keys only: what needs attention from `due_at` on. `open` is `request` or `tally`."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    open = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class RequestItem(Model):
    """`pk` is `REQ#<id>` for a request; `SAME#…`, `KEY#…`, `LOAD#…`, `RATE#…`, `SEEN#…`, `DENY#…`, `DECIDED#…` and
    `HALTS` are the small items that its rules need. `ttl` is in epoch seconds and never decides anything: DynamoDB
    deletes up to two days late."""

    class Meta:
        table_name = ""  # set when wired

    pk = UnicodeAttribute(hash_key=True)
    version = NumberAttribute(null=True)
    status = UnicodeAttribute(null=True)
    pending = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute(null=True)
    document = UnicodeAttribute(null=True)
    task_token = UnicodeAttribute(null=True)
    target = UnicodeAttribute(null=True)
    sameness = UnicodeAttribute(null=True)
    count = NumberAttribute(null=True)  # type: ignore[assignment]  # shadows Model.count, which is not used
    ttl = NumberAttribute(null=True)
    open = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    pending_index = PendingIndex()
    due_index = DueIndex()


class AuditItem(Model):
    """One link of a chain: `event` is the exact RFC 8785 string that `hash` was made of."""

    class Meta:
        table_name = ""  # set when wired

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    event = UnicodeAttribute()
    hash = UnicodeAttribute()
    prev_hash = UnicodeAttribute()
