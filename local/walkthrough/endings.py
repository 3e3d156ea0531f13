"""What a request looks like from all sides once its workflow has ended."""

import time
from typing import Any

from local.clients import AgentClient, NotThereError, buttons, texts
from local.walkthrough.timeline import holds, same
from local.walkthrough.world import World

_PATIENCE_SECONDS = 30


def settled(world: World, agent: AgentClient, part: str, status: str) -> dict[str, Any]:
    """Wait until the request has this status and its workflow has ended; then its vault must be empty and its card must
    say how it ended, with nothing left to decide. The card."""
    request_id = world.requests[part]
    agent.until(request_id, lambda found: found["status"] == status, _PATIENCE_SECONDS)
    _await_end(world, request_id)
    same("what the vault still holds", [key for key, _ in vault(world, request_id)], [])
    cards = _cards(world, request_id)
    same("the number of cards", len(cards), 1)
    left = {button["action_id"] for button in buttons(cards[0])}
    holds("the card can still be decided", not left & {"approve", "deny", "withdraw"})
    holds(f"the card does not say `Status: {status}`", f"Status: {status}" in texts(cards[0]))
    return cards[0]


def vault(world: World, request_id: str) -> list[tuple[str, bytes]]:
    """Every version of the raw action. Only the emulated account's root can read it here: on AWS, the key's policy
    refuses root too."""
    s3: Any = world.stack.admin.client("s3")
    bucket = world.stack.document["buckets"]["vault"]
    versions = [
        (entry["Key"], entry["VersionId"])
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
        for entry in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if request_id in entry["Key"]
    ]
    return [(key, s3.get_object(Bucket=bucket, Key=key, VersionId=version)["Body"].read()) for key, version in versions]


def _await_end(world: World, request_id: str) -> None:
    states: Any = world.stack.admin.client("stepfunctions")
    machine = str(world.stack.document["state_machine_arn"])
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{request_id}"
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (status := states.describe_execution(executionArn=arn)["status"]) == "RUNNING":
        if time.monotonic() > deadline:
            raise NotThereError(f"the workflow of {request_id} still runs after {_PATIENCE_SECONDS} s")
        time.sleep(0.05)
    same("how the workflow ended", status, "SUCCEEDED")


def _cards(world: World, request_id: str) -> list[dict[str, Any]]:
    """The messages that ever had buttons for this request, as they are now."""
    return [
        entry["versions"][-1]["message"]
        for entry in world.desk.control("messages")["messages"]
        if any(button["value"] == request_id for version in entry["versions"] for button in buttons(version["message"]))
    ]
