"""The accounts whose resources are guarded, by the names that people know them by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# What an action may let its agent choose; the regions on offer are those of the accounts.
ACCOUNT, REGION = "account", "region"


@dataclass(frozen=True, slots=True)
class GuardedAccount:
    """An AWS account and the regions in which its resources are. The first one applies where none is chosen."""

    name: str
    id: str
    regions: tuple[str, ...]


def place_parameters(chosen: frozenset[str], accounts: Mapping[str, GuardedAccount]) -> dict[str, dict[str, Any]]:
    """JSON Schemas of the parameters by which an agent says where: choices, so they are always shown exactly."""
    regions = sorted({region for account in accounts.values() for region in account.regions})
    schemas: dict[str, dict[str, Any]] = {
        ACCOUNT: {"description": "Account that holds the resources, by name", "enum": sorted(accounts)},
        REGION: {"description": "Region of the account that holds the resources", "enum": regions},
    }
    return {name: schema for name, schema in schemas.items() if name in chosen}
