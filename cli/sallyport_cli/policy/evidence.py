"""Where a request that is to be explained comes from: a request view in a file, or the deployment's own tables."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sallyport.domain.requests import REQUEST_ID
from sallyport_cli.errors import UsageError
from sallyport_cli.policy.layer import Layer


@dataclass(frozen=True)
class Evidence:
    """What is known about a request. `parameters` are as its approvers saw them: exact, except for hidden ones.
    None where the view cannot be read."""

    request_id: str
    action: str
    agent: str
    on_behalf_of: str | None
    status: str
    created_at: datetime
    policy_digest: str
    quorum: int
    decisions: tuple[tuple[str, str, str, str], ...]
    parameters: Mapping[str, Any] | None
    owner: str | None = None
    rung: int | None = None


def from_view(path: Path) -> Evidence:
    """Reads a request view as `GET /v1/requests/{id}` answers it. Raises UsageError for anything else."""
    try:
        view = json.loads(path.read_text(encoding="utf-8"))
        masked = view.get("masked") or {}
        return Evidence(
            request_id=view["request_id"],
            action=view["action"],
            agent=view["agent"],
            on_behalf_of=view.get("on_behalf_of"),
            status=view["status"],
            created_at=datetime.fromisoformat(view["created_at"]),
            policy_digest=view["policy_digest"],
            quorum=view["quorum"]["needed"],
            decisions=tuple((d["by"], d["decision"], d["at"], d["channel"]) for d in view.get("decisions", ())),
            parameters=masked.get("parameters"),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(f"{path} is not a request view (the JSON that GET /v1/requests/{{id}} answers)") from None


def from_stack(request_id: str, stack: Path) -> Evidence:
    """Reads the running stack's tables with the administrator's keys of its `stack.json`. Raises UsageError."""
    if not REQUEST_ID.fullmatch(request_id):
        raise UsageError(f"{request_id} is neither a file nor a request id")
    try:
        told = json.loads(stack.read_text(encoding="utf-8"))
        os.environ.update(
            AWS_ENDPOINT_URL=told["aws_endpoint_url"],
            AWS_REGION=told["region"],
            AWS_DEFAULT_REGION=told["region"],
            AWS_ACCESS_KEY_ID=told["admin"]["access_key_id"],
            AWS_SECRET_ACCESS_KEY=told["admin"]["secret_access_key"],
        )
        os.environ.pop("AWS_SESSION_TOKEN", None)
        return _stored(request_id, told["tables"]["requests"], told["buckets"]["views"], told["region"])
    except (OSError, ValueError, KeyError):
        raise UsageError(f"{stack} does not describe a running stack (`make up` writes it)") from None


def _stored(request_id: str, table: str, bucket: str, region: str) -> Evidence:
    # Imports pynamodb and boto3, half a second that only this command pays.
    import boto3

    from sallyport.adapters.dynamodb_store import DynamoDbStore
    from sallyport.adapters.s3 import S3Views
    from sallyport.domain.clock import stamp
    from sallyport.domain.ports import PortFailed

    try:
        request = DynamoDbStore(table, table, region).load(request_id)
    except PortFailed as failed:
        raise UsageError(f"the requests table does not answer ({failed.code})") from None
    if request is None:
        raise UsageError(f"there is no request {request_id}")
    parameters = None
    if request.presented_digest is not None:
        try:
            view = S3Views(boto3.client("s3", region_name=region), bucket).get(request.presented_digest)
            parameters = view.members["masked"]["parameters"]
        except PortFailed:
            parameters = None  # somebody who may read the table may still not be allowed to read views
    return Evidence(
        request_id=request.request_id,
        action=request.action,
        agent=request.agent,
        on_behalf_of=request.on_behalf_of,
        status=request.status.value,
        created_at=request.created_at,
        policy_digest=request.policy_digest,
        quorum=request.quorum,
        decisions=tuple((d.by, d.choice.value, stamp(d.at), d.channel) for d in request.decisions),
        parameters=parameters,
        owner=request.owner,
        rung=request.rung,
    )


def find(request: str, stack: Path | None, layer: Layer) -> Evidence:
    """A file wins over a request id. Raises UsageError, also for a request of an agent or action unknown today."""
    found = from_view(Path(request)) if Path(request).is_file() else from_stack(request, stack or Path())
    if found.action not in layer.policy.actions:
        raise UsageError(
            f"this policy has no action {found.action}: pass the layer that it was submitted under (--layer)"
        )
    if found.agent not in layer.policy.directory.agents:
        raise UsageError(
            f"this policy has no agent {found.agent}: pass the layer that it was submitted under (--layer)"
        )
    return found
