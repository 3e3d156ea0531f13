"""The accounts file of the policy layer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sallyport.adapters.policy_yaml import PolicyInvalid
from sallyport.domain.accounts import GuardedAccount

_WHERE = "accounts.yaml"
# Cards show it and agents ask for it, so it must look like a name and not like a number.
_NAME = re.compile(r"[a-z][a-z0-9-]{1,39}")
_ID = re.compile(r"\d{12}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+){1,3}-\d{1,2}")


def accounts_from(raw: Mapping[str, Any], account: str) -> dict[str, GuardedAccount]:
    """Accounts by name; `{account}` stands for the gate's own. Raises PolicyInvalid."""
    found: dict[str, GuardedAccount] = {}
    for name, entry in (raw.get("accounts") or {}).items():
        if not _NAME.fullmatch(str(name)) or not isinstance(entry, Mapping) or set(entry) != {"id", "regions"}:
            raise PolicyInvalid(f"{_WHERE}: {name}: a lower-case name with `id` and `regions`, and nothing else")
        account_id, regions = str(entry["id"]).replace("{account}", account), entry["regions"]
        if not _ID.fullmatch(account_id):
            raise PolicyInvalid(
                f"{_WHERE}: {name}: an account id has 12 digits; quote it, or YAML takes it for a number"
            )
        if not isinstance(regions, list) or not regions or not all(_REGION.fullmatch(str(r)) for r in regions):
            raise PolicyInvalid(f"{_WHERE}: {name}: `regions` lists at least one region")
        found[name] = GuardedAccount(name, account_id, tuple(regions))
    ids = [one.id for one in found.values()]
    if len(ids) != len(set(ids)):
        raise PolicyInvalid(f"{_WHERE}: two names for one account: an approver would take them for two")
    return found
