"""`make run` on the live stack, and the proof that its search would have found something."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local.canaries import scan
from local.clients import Stack
from local.walkthrough.sinks import FOLDER, read_all
from tests.e2e.conftest import ROOT, STACK_FILE
from tests.e2e.driver import HTTP, Live


def test_the_walk_through_ends_well_and_leaves_its_record(live: Live) -> None:
    record = STACK_FILE.with_name("run.json")
    record.unlink(missing_ok=True)
    command = [sys.executable, "-m", "local.walkthrough", "--stack", str(STACK_FILE)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ})
    assert ended.returncode == 0, ended.stdout + ended.stderr
    run = json.loads(record.read_text(encoding="utf-8"))
    assert run["request_id"].startswith("req-")
    assert run["audit"]["verified"] is True
    assert run["audit"]["events"] == sum(len(live.chain(request_id)) for request_id in run["requests"].values())
    assert {"name", "ms"} <= run["stages"][0].keys()
    assert all(stage["ok"] and stage["ms"] >= 0 for stage in run["stages"])
    assert run["allowed"]
    assert run["denied"]
    assert run["not_shown"]
    assert "✗" not in ended.stdout
    pages = [line.partition(": ")[2] for line in ended.stdout.splitlines() if line.startswith("  For an auditor")]
    assert len(pages) == 2
    report, review = (Path(page.removeprefix("file://")).read_text(encoding="utf-8") for page in pages)
    assert "The export verified: no sign of tampering." in report
    assert all(request_id in report for request_id in run["requests"].values())
    assert "<h1>Access review</h1>" in review


def test_a_stack_that_is_not_there_is_said(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local.walkthrough", "--stack", str(tmp_path / "stack.json")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "stack.json" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_search_reaches_every_sink(live: Live) -> None:
    """A value of its own for each sink is put there, and must be found there and nowhere else."""
    planted = {sink: f"canary {secrets.token_hex(12)}" for sink in _PLANT}
    undo = [_PLANT[sink](live, value) for sink, value in planted.items()]
    try:
        reading = read_all(Stack(live.stack), [("GET /", planted["API answers"])], STACK_FILE.parent)
        hits = {(hit.canary, hit.source.partition(": ")[0]) for hit in scan(reading.texts, planted)}
    finally:
        for remove in undo:
            remove()
    # Slack keeps a message and the call that posted it, Step Functions an execution's input and its first event.
    twice = {("Slack messages", "Slack API calls"), ("execution events", "execution descriptions")}
    assert hits == {(sink, sink) for sink in planted} | twice


def _object(live: Live, value: str) -> Callable[[], object]:
    s3, place = live.client("s3"), {"Bucket": live.stack["buckets"]["views"], "Key": "views/e2e.json"}
    put = s3.put_object(**place, Body=json.dumps({"a": value}).encode())
    s3.delete_object(**place)  # an older version behind a delete marker is read as well

    def remove() -> None:
        s3.delete_object(**place, VersionId=put["VersionId"])

    return remove


def _object_name(live: Live, value: str) -> Callable[[], object]:
    s3, place = live.client("s3"), {"Bucket": live.stack["buckets"]["views"], "Key": f"views/{value}"}
    put = s3.put_object(**place, Body=b"")
    return lambda: s3.delete_object(**place, VersionId=put["VersionId"])


def _log(live: Live, value: str) -> Callable[[], object]:
    logs, group = live.client("logs"), f"/e2e/{secrets.token_hex(4)}"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    event = {"timestamp": int(time.time() * 1000), "message": value}
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[event])
    return lambda: logs.delete_log_group(logGroupName=group)


def _item(table: str) -> Callable[[Live, str], Callable[[], object]]:
    def plant(live: Live, value: str) -> Callable[[], object]:
        dynamodb, name = live.client("dynamodb"), live.stack["tables"][table]
        key = {"pk": {"S": "E2E"}, **({"sk": {"S": "0"}} if table == "audit" else {})}
        dynamodb.put_item(TableName=name, Item={**key, "event": {"S": value}})
        return lambda: dynamodb.delete_item(TableName=name, Key=key)

    return plant


def _execution(live: Live, value: str) -> Callable[[], object]:
    states, machine = live.client("stepfunctions"), live.stack["state_machine_arn"]
    # Ends at once: the workflow wants a verdict that is not there.
    run = states.start_execution(stateMachineArn=machine, input=json.dumps({"note": value}))["executionArn"]
    deadline = time.monotonic() + 120
    while states.describe_execution(executionArn=run)["status"] == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return lambda: None


def _letter(live: Live, value: str) -> Callable[[], object]:
    sqs = live.client("sqs")
    url = sqs.create_queue(QueueName=f"e2e-{secrets.token_hex(4)}")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=value)
    return lambda: sqs.delete_queue(QueueUrl=url)


def _message(live: Live, value: str) -> Callable[[], object]:
    slack: dict[str, Any] = live.stack["slack"]
    HTTP.request(
        "POST",
        slack["api_url"] + "chat.postMessage",
        fields={"channel": slack["channel_id"], "text": value},
        encode_multipart=False,
        headers={"Authorization": f"Bearer {slack['bot_token']}"},
    )
    return lambda: None


def _answer(live: Live, value: str) -> Callable[[], object]:
    return lambda: None


def _page(live: Live, value: str) -> Callable[[], object]:
    page = STACK_FILE.parent / FOLDER / "e2e.csv"
    page.parent.mkdir(exist_ok=True)
    page.write_text(value, encoding="utf-8")
    return page.unlink


def _file(live: Live, value: str) -> Callable[[], object]:
    log = STACK_FILE.parent / "e2e.log"
    log.write_text(value, encoding="utf-8")
    return log.unlink


_PLANT: dict[str, Callable[[Live, str], Callable[[], object]]] = {
    "execution events": _execution,
    "objects": _object,
    "object names": _object_name,
    "log events": _log,
    "requests table": _item("requests"),
    "audit table": _item("audit"),
    "dead letters": _letter,
    "Slack messages": _message,
    "API answers": _answer,
    "emulator log": _file,
    "auditor's files": _page,
}
