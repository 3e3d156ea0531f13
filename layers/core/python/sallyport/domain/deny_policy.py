"""What a revocation may write on a target role. IAM has no condition on a policy's document, so it is checked here."""

from __future__ import annotations

import json

_STATEMENT = frozenset({"Sid", "Effect", "Action", "Resource", "Condition"})


class NotADeny(Exception):
    """A defect: the document would do something other than deny. Nothing was written."""


def only_denies(document: str) -> str:
    """The policy document, parsed and serialized again, so that what was checked is what is sent. Raises NotADeny."""
    try:
        policy = json.loads(document)
        statements = policy["Statement"]
        shaped = set(policy) == {"Version", "Statement"} and isinstance(statements, list)
        denies = all(s["Effect"] == "Deny" and _STATEMENT.issuperset(s) for s in statements)
    except (ValueError, TypeError, KeyError):
        raise NotADeny from None
    if not (shaped and denies):
        raise NotADeny
    return json.dumps(policy, separators=(",", ":"))
