"""Twenty requests of operations as cards: bench/operations/requests.yaml, masked as every request is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from sallyport.domain.actions import ActionDefinition, PolicyBundle
from sallyport.domain.binding import VaultRecord
from sallyport.domain.channels import Card
from sallyport.domain.requests import ApprovalRequest, RequestStatus, VerdictKind
from sallyport.masking.views import view_digest
from sallyport.services.cards import card_of
from sallyport.usecases.mask_payload import presented_view
from tests.fakes.ports import FakePorts

REQUESTS = Path(__file__).parents[2] / "bench" / "operations" / "requests.yaml"
EXPIRES = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Operation:
    """A request, what its card must show and what it must not."""

    id: str
    card: Card
    visible: tuple[str, ...]
    hidden: tuple[str, ...]


def operations() -> list[Operation]:
    """All of them, in the order of the file."""
    policy = FakePorts().policy
    # SAM's reader, which other tests use, makes every mapping of PyYAML an ordered one, and that is no JSON.
    written: list[dict[str, Any]] = json.loads(json.dumps(yaml.safe_load(REQUESTS.read_text(encoding="utf-8"))))
    return [
        Operation(
            one["id"],
            card_for(number, _action(one, policy), one, policy),
            tuple(one["visible"]),
            tuple(one["hidden"]),
        )
        for number, one in enumerate(written, 1)
    ]


def card_for(number: int, action: ActionDefinition, one: Mapping[str, Any], policy: PolicyBundle) -> Card:
    """The card of what an agent wrote, masked. `one` has `parameters`, `reason`, `context`, perhaps `on_behalf_of`."""
    vaulted = VaultRecord(
        request_id=f"req-{number:024x}",
        action=action.name,
        parameters=one["parameters"],
        reason=one["reason"],
        context=one["context"],
        agent="ops-bot",
        on_behalf_of=one.get("on_behalf_of"),
        duration_seconds=action.duration.default,
        target_role_arn="",
        session_policy="{}",
        policy_digest=policy.digest,
        salt="0" * 64,
        hidden=tuple(sorted(action.hidden)) if one.get("hides") else (),
    )
    request = ApprovalRequest(
        request_id=vaulted.request_id,
        version=1,
        status=RequestStatus.PENDING,
        agent=vaulted.agent,
        owner="olive.owner",
        on_behalf_of=vaulted.on_behalf_of,
        action=action.name,
        verdict=VerdictKind.REQUIRE_APPROVAL,
        delivery=action.delivery,
        duration_seconds=vaulted.duration_seconds,
        action_digest=vaulted.action_digest,
        policy_digest=policy.digest,
        sameness="",
        created_at=EXPIRES,
        expires_at=EXPIRES,
        quorum=1,
        asked=("data-approvers",),
    )
    view = presented_view(vaulted, request, action, policy, "account clinic-prod")
    return card_of(replace(request, presented_digest=view_digest(view)), view, policy.directory, action)


def _action(one: dict[str, Any], policy: PolicyBundle) -> ActionDefinition:
    """The action of the catalogue, or one that a deployment might add."""
    known = policy.actions.get(one["action"])
    if known is not None:
        return known
    return replace(
        policy.actions["ec2.reboot"],
        name=one["action"],
        title=one["title"],
        review="Check that this is what was agreed.",
        scope=frozenset(one["scope"]),
        harmless={},
        parameters={"properties": {name: {"type": "string"} for name in one["parameters"]}},
        sentence="",
    )
