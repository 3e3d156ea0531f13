"""Every place where a planted value could have ended up, read in full."""

import json
from collections import Counter
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.account import Account
from local.clients import SlackDesk, Stack

_AT_ONCE = 8

# Where `auditor` puts what it makes.
FOLDER = "auditor"

type Text = tuple[str, str | bytes]


@dataclass(slots=True)
class Reading:
    """The texts of all sinks, and how many there are in each."""

    texts: list[Text] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    size: int = 0

    def add(self, sink: str, name: str, content: str | bytes) -> None:
        self.texts.append((f"{sink}: {name}", content))
        self.counts[sink] += 1
        self.size += len(content)


# A search that read nothing here has not searched: each of these has something in it after a walk-through.
MUST_HAVE = (
    "execution events",
    "execution descriptions",
    "log events",
    "requests table",
    "audit table",
    "objects",
    "Slack messages",
    "Slack API calls",
    "Slack interactions",
    "API answers",
    "emulator log",
    "auditor's files",
)


def read_all(stack: Stack, answers: list[Text], folder: Path) -> Reading:
    """Read every sink of the stack. `answers` are the API's answers so far, `folder` is where the stack keeps its logs.

    Left out are the vault, which is where raw payloads belong (it is empty once requests have closed), the sample
    buckets and table, which are what the credentials are for, and the bucket from which `sam deploy` takes code, into
    which no function can write.
    """
    admin, reading = stack.admin, Reading()
    for sink, found in (
        ("execution events", _executions(admin, str(stack.document["state_machine_arn"]))),
        ("log events", _logs(admin)),
        ("requests table", _table(admin, stack.document["tables"]["requests"])),
        ("audit table", _table(admin, stack.document["tables"]["audit"])),
        ("objects", _objects(admin, _left_out(stack))),
        ("dead letters", _queues(admin)),
        ("CloudTrail events", _trail(admin)),
        ("Slack messages", _slack(SlackDesk(stack))),
        ("API answers", iter(answers)),
        ("emulator log", _files(folder)),
        ("auditor's files", _auditors(folder)),
    ):
        for name, content in found:
            kind, _, rest = name.partition("|")
            reading.add(kind if rest else sink, rest or name, content)
    return reading


def _executions(admin: Account, machine: str) -> Iterator[Text]:
    """Every event of every execution with its payloads, and what DescribeExecution says."""
    states: Any = admin.client("stepfunctions")
    pages = states.get_paginator("list_executions").paginate(stateMachineArn=machine)
    arns = [entry["executionArn"] for page in pages for entry in page["executions"]]

    def history(arn: str) -> list[Text]:
        events = states.get_paginator("get_execution_history").paginate(executionArn=arn, includeExecutionData=True)
        name = arn.rsplit(":", 1)[-1]
        found: list[Text] = [(f"{name} {event['id']}", _dump(event)) for page in events for event in page["events"]]
        return [*found, (f"execution descriptions|{name}", _dump(states.describe_execution(executionArn=arn)))]

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for found in pool.map(history, arns):
            yield from found


def _logs(admin: Account) -> Iterator[Text]:
    logs: Any = admin.client("logs")
    for groups in logs.get_paginator("describe_log_groups").paginate():
        for group in groups["logGroups"]:
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
                for event in page["events"]:
                    yield group["logGroupName"], event["message"]


def _table(admin: Account, table: str) -> Iterator[Text]:
    for page in admin.client("dynamodb").get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            yield item["pk"]["S"], _dump(item)


def _left_out(stack: Stack) -> set[str]:
    buckets = stack.document["buckets"]
    code = f"{stack.document['stack_name']}-artifacts"
    return {buckets["vault"], buckets["sample_data"], buckets["sample_export"], code}


def _objects(admin: Account, left_out: Collection[str]) -> Iterator[Text]:
    """Every version of every object, with its key and metadata, in every other bucket."""
    s3: Any = admin.client("s3")
    versions = [
        (bucket, version["Key"], version["VersionId"])
        for bucket in (entry["Name"] for entry in s3.list_buckets()["Buckets"])
        if bucket not in left_out
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
        for version in page.get("Versions", [])
    ]

    def read(version: tuple[str, str, str]) -> list[Text]:
        bucket, key, version_id = version
        # Objects from before a bucket had versions have one called null.
        named = {} if version_id == "null" else {"VersionId": version_id}
        got = s3.get_object(Bucket=bucket, Key=key, **named)
        about = _dump({"key": key, "metadata": got["Metadata"], "type": got.get("ContentType")})
        return [(f"objects|{bucket}/{key}", got["Body"].read()), (f"object names|{bucket}/{key}", about)]

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for found in pool.map(read, versions):
            yield from found


def _queues(admin: Account) -> Iterator[Text]:
    """What is in every queue, left where it is."""
    sqs: Any = admin.client("sqs")
    for url in sqs.list_queues().get("QueueUrls", []):
        while True:
            got = sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=5, MessageAttributeNames=["All"]
            )
            if not got.get("Messages"):
                break
            yield from ((url.rsplit("/", 1)[-1], _dump(message)) for message in got["Messages"])


def _trail(admin: Account) -> Iterator[Text]:
    for page in admin.client("cloudtrail").get_paginator("lookup_events").paginate():
        yield from ((event["EventName"], _dump(event)) for event in page["Events"])


def _slack(desk: SlackDesk) -> Iterator[Text]:
    """Every version of every message and modal, every Web API call, every click with its payload and its answer."""
    kept = desk.control("messages")
    for entry in [*kept["messages"], *kept["views"]]:
        yield str(entry.get("ts", entry.get("id"))), _dump(entry)
    for number, call in enumerate(desk.control("api-log")["calls"]):
        yield f"Slack API calls|{number}", _dump(call)
    for number, click in enumerate(desk.control("interactions")["interactions"]):
        yield f"Slack interactions|{number}", _dump(click)


def _files(folder: Path) -> Iterator[Text]:
    for log in sorted(folder.glob("*.log")):
        yield log.name, log.read_bytes()


def _auditors(folder: Path) -> Iterator[Text]:
    """Reports, their CSV files and the access review, because they are handed to outsiders."""
    for path in sorted((folder / FOLDER).rglob("*")):
        if path.suffix in (".html", ".csv"):
            yield path.name, path.read_bytes()


def _dump(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, default=str)
