"""What the local account holds beside the product: sample buckets, the sample table and their contents."""

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local.account import Account
from local.patients import Patient, patients

SOURCE_BUCKET = "sallyport-sample-data"
EXPORT_BUCKET = "sallyport-sample-export"
TABLE = "sallyport-sample-patients"
_BATCH = 25  # items in one BatchWriteItem
_UPLOADS_AT_ONCE = 8


def sow(account: Account) -> int:
    """Create the sample buckets and table and fill them; how many objects and items were written.

    `patients/<year>/<id>.json` are FHIR bundles, `billing/<year>/invoices.csv` is what no
    export of patients may touch.
    """
    people = list(patients())
    storage, table = account.client("s3"), account.client("dynamodb")
    for bucket in (SOURCE_BUCKET, EXPORT_BUCKET):
        storage.create_bucket(Bucket=bucket)
    make_table(account)
    with ThreadPoolExecutor(_UPLOADS_AT_ONCE) as pool:
        objects = list(_objects(people))
        batches = [people[start : start + _BATCH] for start in range(0, len(people), _BATCH)]
        # `list` consumes the results, so that a failed write is raised here.
        list(pool.map(lambda item: storage.put_object(Bucket=SOURCE_BUCKET, Key=item[0], Body=item[1]), objects))
        list(pool.map(lambda batch: _write_rows(table, batch), batches))
    return len(objects) + len(people)


def make_table(account: Account) -> None:
    """Create the sample table, empty."""
    account.client("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "patient_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "patient_id", "KeyType": "HASH"}],
    )


def _objects(people: Iterable[Patient]) -> Iterator[tuple[str, bytes]]:
    invoices: dict[int, list[str]] = {}
    for person in people:
        bundle = json.dumps(person.bundle(), ensure_ascii=False, separators=(",", ":"))
        yield f"patients/{person.year}/{person.id}.json", bundle.encode()
        line = f"{person.id},{person.row['name']},{person.row['mrn']},120.00"
        invoices.setdefault(person.year, ["patient_id,name,mrn,amount"]).append(line)
    for year, lines in invoices.items():
        yield f"billing/{year}/invoices.csv", ("\n".join(lines) + "\n").encode()


def _write_rows(table: Any, people: list[Patient]) -> None:
    puts = [{"PutRequest": {"Item": {name: {"S": value} for name, value in person.row.items()}}} for person in people]
    unwritten = table.batch_write_item(RequestItems={TABLE: puts}).get("UnprocessedItems")
    if unwritten:
        raise RuntimeError(f"{len(unwritten[TABLE])} rows of {TABLE} were not written")
