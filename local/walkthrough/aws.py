"""What is done with a credential by plain boto3, and how AWS refuses it."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from local.account import Account
from local.walkthrough.timeline import DiffersError

# IAM's own refusals. `NoSuchKey` or a validation error would mean that IAM had let the call through.
_DENIALS = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
_AT_ONCE = 8

type Call = Callable[[], object]


def refused(calls: Iterable[tuple[str, Call]]) -> list[str]:
    """Make each named call; IAM must refuse every one. Returns their names. Raises DiffersError if one is not
    refused."""
    names = []
    for name, call in calls:
        try:
            call()
        except ClientError as error:
            code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
            # A HEAD has no body to carry a code.
            if code not in _DENIALS and (code, status) != ("403", 403):
                raise DiffersError(f"{name}: IAM should have refused it, {code} came instead") from None
            names.append(name)
        else:
            raise DiffersError(f"{name}: IAM should have refused it, and it was done")
    return names


def copy_prefix(account: Account, source: str, prefix: str, destination: str, destination_prefix: str) -> int:
    """Copy every object under a prefix, as an agent would; returns how many."""
    s3: Any = account.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=source, Prefix=prefix)
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def copy(key: str) -> None:
        body = s3.get_object(Bucket=source, Key=key)["Body"].read()
        s3.put_object(Bucket=destination, Key=destination_prefix + key.removeprefix(prefix), Body=body)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(copy, keys))
    return len(keys)


def contents(account: Account, bucket: str, prefix: str) -> dict[str, str]:
    """ETags of the objects under a prefix, by the rest of their key."""
    pages = account.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {e["Key"].removeprefix(prefix): e["ETag"] for page in pages for e in page.get("Contents", [])}


def table_items(account: Account, table: str, **more: object) -> list[dict[str, str]]:
    """Every item of a table (or of one partition, with a Query's arguments), strings and numbers as text."""
    dynamodb: Any = account.client("dynamodb")
    operation = "query" if more else "scan"
    pages = dynamodb.get_paginator(operation).paginate(TableName=table, **more)
    return [
        {name: str(next(iter(value.values()))) for name, value in item.items()}
        for page in pages
        for item in page["Items"]
    ]
