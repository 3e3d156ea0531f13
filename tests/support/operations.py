"""Twenty requests of operations as cards: bench/operations/requests.yaml, masked as every request is."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from sallyport.domain.actions import ActionDefinition, PolicyBundle
from sallyport.domain.binding import VaultRecord
from sallyport.domain.ports import Card
from sallyport.domain.requests import ApprovalRequest, RequestStatus, VerdictKind
from sallyport.masking import masking_rules_from_policy
from sallyport.masking.views import view_digest
from sallyport.usecases.cards import card_of
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
        Operation(one["id"], _card(number, one, policy), tuple(one["visible"]), tuple(one["hidden"]))
        for number, one in enumerate(written, 1)
    ]


def _card(number: int, one: dict[str, Any], policy: PolicyBundle) -> Card:
    action = _action(one, policy)
    vaulted = VaultRecord(
        request_id=f"req_{number:026}",
        action=action.name,
        parameters=one["parameters"],
        reason=one["reason"],
        context=one["context"],
        agent="ops-bot",
        on_behalf_of=None,
        duration_seconds=action.duration.default,
        target_role_arn="",
        session_policy="{}",
        policy_digest=policy.digest,
        salt="0" * 64,
    )
    request = ApprovalRequest(
        request_id=vaulted.request_id,
        version=1,
        status=RequestStatus.PENDING,
        agent=vaulted.agent,
        owner="olga.owner",
        on_behalf_of=None,
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
    )
    view = presented_view(vaulted, request, action, masking_rules_from_policy(policy.masking))
    return card_of(replace(request, presented_digest=view_digest(view)), view)


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
    )
