"""Twenty requests of operations as cards: bench/operations/requests.yaml through the masking that every request passes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from sallyport.domain.actions import ActionDefinition, PolicyBundle
from sallyport.domain.binding import VaultRecord
from sallyport.domain.ports import Card
from sallyport.domain.requests import ApprovalRequest, RequestStatus
from sallyport.domain.requests import VerdictKind
from sallyport.masking import masking_rules_from_policy
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
    written: list[dict[str, Any]] = yaml.safe_load(REQUESTS.read_text(encoding="utf-8"))
    return [
        Operation(one["id"], _card(number, one, policy), tuple(one["visible"]), tuple(one["hidden"]))
        for number, one in enumerate(written, 1)
    ]


def _card(number: int, one: dict[str, Any], policy: PolicyBundle) -> Card:
    action = _action(one, policy)
    vaulted = VaultRecord(
        f"req_{number:026}", action.name, one["parameters"], one["reason"], one["context"], "ops-bot", None,
        action.duration.default, "arn:aws:iam::123456789012:role/target", "{}", "0" * 64, "0" * 64,
    )  # fmt: skip
    request = ApprovalRequest(
        vaulted.request_id, 1, RequestStatus.PENDING, "ops-bot", "olga.owner", None, action.name,
        VerdictKind.REQUIRE_APPROVAL, action.delivery, action.duration.default, vaulted.action_digest, "0" * 64, "", EXPIRES,
        EXPIRES, 1, presented_digest="0" * 64,
    )  # fmt: skip
    view = presented_view(vaulted, request, action, masking_rules_from_policy(policy.masking))
    return card_of(request, view)


def _action(one: dict[str, Any], policy: PolicyBundle) -> ActionDefinition:
    """The action of the catalogue, or one that a deployment might add."""
    known = policy.actions.get(one["action"])
    if known is not None:
        return known
    scope, empty = frozenset(one["scope"]), frozenset[str]()
    return replace(
        policy.actions["ec2.reboot"], name=one["action"], title=one["title"], review="Check that this is what was agreed.",
        scope=scope, sensitive_scope=empty, masked_parameters={}, outlasts=(), resource_ids=empty,
    )  # fmt: skip
