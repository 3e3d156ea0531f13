"""Sets of evidence for the auditor's side: requests as the real use cases write them, exported as DynamoDB does."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sallyport.domain.ports import PortFailed
from sallyport.domain.refusals import Refusal
from sallyport.domain.requests import Choice
from sallyport.domain.target_ports import CallResult
from sallyport.usecases.cancel_request import cancel_request
from sallyport.usecases.execute_action import execute_action
from sallyport.usecases.halt import halt, resume
from sallyport.usecases.reconcile_requests import reconcile_requests
from sallyport.usecases.revoke_grant import revoke_grant
from sallyport.usecases.submit_request import submit_request
from tests.fakes.ports import FakePorts
from tests.support.story import Story, agent_arn, person_arn, refused, submission

type Item = dict[str, str]

EXPORTED_AT = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
ROSA = person_arn("rosa.security")
RESTART = {"action": "ecs.restart_service", "parameters": {"cluster": "clinic", "service": "appointments"}}


@dataclass
class World:
    """Requests of one deployment, each a story of its own, at one minute after another."""

    ports: FakePorts = field(default_factory=FakePorts)
    names: dict[str, str] = field(default_factory=dict)
    told: int = 0

    def story(self, name: str, **changes: Any) -> Story:
        """A new pending request, known as `name`."""
        story = Story(self.ports).later(60 * self.told)
        self.told += 1
        story.pending(submission(**{"context": {"ticket": f"INC-{self.told}"}, **changes}))
        self.names[name] = story.request_id
        return story


def house() -> World:
    """A deployment in which everything that leaves evidence happened at least once."""
    world = World()
    world.story("redeemed").decided().granted().redeemed()
    world.story("denied").decided(choice=Choice.DENY, reason="Not this quarter")
    world.story("expired").closed("timed_out")
    story = world.story("cancelled")
    cancel_request(agent_arn("export-bot"), story.request_id, story.ports, story.now)
    story.closed()
    world.story("pending")
    world.story("unicode").decided(reason="Geprüft – Łódź, 東京 🏥, \u2028 done").granted().closed("timed_out")
    _withdrawals(world)
    _revocations(world)
    _quorum_and_glass(world)
    _executions(world)
    _refusals(world)
    _halts(world)
    return world


def _withdrawals(world: World) -> None:
    story = world.story("taken_back", on_behalf_of="olive.owner")
    story.quorum(2)
    story.decided("petra.approver").decided("petra.approver", Choice.WITHDRAW).decided("quinn.approver")
    story.decided("petra.approver").granted().redeemed()
    story.closed()
    story.quorum(1)


def _revocations(world: World) -> None:
    for name, caller in (("revoked", ROSA), ("done", agent_arn("export-bot"))):
        story = world.story(name).decided().granted()
        story.redeemed()
        revoke_grant(caller, story.request_id, story.ports, story.now)
        story.closed()
    story = world.story("void").decided().granted()
    revoke_grant(ROSA, story.request_id, story.ports, story.now)
    story.closed()


def _quorum_and_glass(world: World) -> None:
    story, before = world.story("glass", on_behalf_of="olive.owner"), world.ports.policy
    approval = replace(before.actions["s3.export"].approval, quorum=2, break_glass_seconds=60, review_seconds=3600)
    story.action(approval=approval)
    story.decided("rosa.security", channel="api", break_glass=True, reason="The quarter closes").granted().redeemed()
    story.closed()
    story.decided("petra.approver", channel="api", reason="Right under the circumstances")
    story.policy(actions=before.actions)


def _executions(world: World) -> None:
    world.ports.call_maker.answer = CallResult({"status": "ACTIVE"})
    for name, failing in (("executed", None), ("not_executed", PortFailed("call_refused"))):
        story = world.story(name, **RESTART).decided().granted()
        world.ports.call_maker.failing = failing
        with suppress(Refusal):
            execute_action(agent_arn("export-bot"), story.request_id, story.ports, story.now)
        story.closed()
    world.ports.call_maker.failing = None
    story = world.story("no_credential").decided().granted()
    world.ports.issuer.failing = "sts_refused"
    with suppress(Refusal):
        story.redeemed()
    world.ports.issuer.failing = None
    story.closed()


def _refusals(world: World) -> None:
    story = world.story("refusing")
    for _ in range(8):
        with refused("self_approval"):
            story.decided("olive.owner")
    with refused("not_approved"):
        story.redeemed()
    for _ in range(9):
        with refused("unknown_action"):
            submit_request(agent_arn("export-bot"), submission(action="no.such"), None, story.ports, story.now)
    reconcile_requests(story.ports, lambda: story.now.replace(hour=11, minute=30))


def _halts(world: World) -> None:
    story = world.story("halted")
    for switch in ("all", "agent:export-bot"):
        halt(ROSA, switch, "Incident 7", story.ports, story.now)
    world.ports.policy = replace(world.ports.policy, digest="b" * 64)
    for switch in ("all", "agent:export-bot"):
        resume(ROSA, switch, story.ports, story.now)
    story.decided().granted().redeemed()


@cache
def _frozen_house() -> tuple[tuple[tuple[tuple[str, str], ...], ...], tuple[tuple[str, str], ...]]:
    made = house()
    return tuple(tuple(item.items()) for item in items_of(made.ports)), tuple(made.names.items())


def furnished() -> tuple[list[Item], dict[str, str]]:
    """The items of `house()` in order, and its requests by name; the caller's own copies."""
    items, names = _frozen_house()
    return [dict(item) for item in items], dict(names)


def items_of(ports: FakePorts) -> list[Item]:
    """Every item of the audit table."""
    return [
        {
            "pk": f"REQ#{event.request_id}",
            "sk": f"{event.seq:010d}",
            "event": event.body,
            "hash": event.hash,
            "prev_hash": event.prev_hash,
        }
        for chain in ports.store.chain.values()
        for event in chain
    ]


def line(item: Item) -> str:
    return json.dumps({"Item": {name: {"S": value} for name, value in item.items()}}, ensure_ascii=False)


def write_export(
    folder: Path, items: Sequence[Item], *, files: int = 3, at: datetime = EXPORTED_AT, lines: Iterable[str] = ()
) -> Path:
    """A full export as AWS lays it out, in `files` files; `lines` are put behind the items as they are."""
    home = folder / "AWSDynamoDB" / "01730000000000-0a1b2c3d"
    (home / "data").mkdir(parents=True)
    (home / "_started").write_bytes(b"")
    whole = [*map(line, items), *lines]
    for number in range(files):
        write_data(home, number, whole[number::files])
    write_manifests(home, len(whole), at)
    return folder


def write_data(home: Path, number: int, lines: Sequence[str]) -> None:
    text = "".join(f"{each}\n" for each in lines).encode("utf-8", "surrogatepass")
    (home / "data" / f"{number:032x}.json.gz").write_bytes(gzip.compress(text, mtime=0))


def write_manifests(home: Path, count: int, at: datetime = EXPORTED_AT, **changes: Any) -> None:
    """Manifests for the data files that are there."""
    entries = []
    for path in sorted((home / "data").glob("*.gz")):
        found = len(gzip.decompress(path.read_bytes()).splitlines())
        entries.append({
            "itemCount": found,
            "md5Checksum": md5(path.read_bytes()),
            "etag": hashlib.md5(path.read_bytes()).hexdigest() + "-1",
            "dataFileS3Key": f"audit/AWSDynamoDB/{home.name}/data/{path.name}",
        })  # fmt: skip
    stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    summary = {
        "version": "2020-06-30",
        "exportArn": f"arn:aws:dynamodb:us-east-1:000000000000:table/audit/export/{home.name}",
        "startTime": stamp,
        "endTime": stamp,
        "tableArn": "arn:aws:dynamodb:us-east-1:000000000000:table/audit",
        "tableId": "12345678-0000-0000-0000-000000000000",
        "exportTime": stamp,
        "s3Bucket": "evidence",
        "s3Prefix": "audit",
        "s3SseAlgorithm": "AES256",
        "s3SseKmsKeyId": None,
        "manifestFilesS3Key": f"audit/AWSDynamoDB/{home.name}/manifest-files.json",
        "billedSizeBytes": 0,
        "itemCount": count,
        "outputFormat": "DYNAMODB_JSON",
        **changes,
    }
    write_manifest(home, "manifest-summary", json.dumps(summary))
    write_manifest(home, "manifest-files", "".join(f"{json.dumps(entry)}\n" for entry in entries))


def write_manifest(home: Path, name: str, text: str) -> None:
    (home / f"{name}.json").write_text(text)
    (home / f"{name}.checksum").write_text(md5(text.encode()))


def md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data).digest()).decode()


def rehashed(item: Item, **changes: Any) -> Item:
    """The item with an event that says something else, and the hash that belongs to it."""
    text = json.dumps(
        {**json.loads(item["event"]), **changes}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    before = changes.get("prev_hash", item["prev_hash"])
    return {**item, "event": text, "hash": hashlib.sha256(text.encode()).hexdigest(), "prev_hash": before}
