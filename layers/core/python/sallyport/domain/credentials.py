"""The credential and the names it carries into CloudTrail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

# STS issues no session shorter than 900 s, and a chained one (a Lambda's role assuming another) at most 3,600 s.
STS_MINIMUM = 900
STS_MAXIMUM = 3600
POLICY_APPROVED = "policy"


@dataclass(frozen=True, slots=True)
class ScopedCredentials:
    """An STS session for one action. Returned once, stored nowhere, never printed."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expiration: datetime


@dataclass(frozen=True, slots=True)
class CredentialOrder:
    """Everything AssumeRole is called with. Every field has a value, because a call without `policy` would hand out the
    whole role."""

    role_arn: str
    policy: str = field(repr=False)
    session_name: str
    source_identity: str
    duration_seconds: int
    tags: Mapping[str, str]


def order(
    *,
    request_id: str,
    agent: str,
    action: str,
    approvers: tuple[str, ...],
    role_arn: str,
    policy: str,
    seconds: int,
) -> CredentialOrder:
    """`seconds` is the approved life; STS's own floor and ceiling are applied here, the cut-off is in `policy`."""
    return CredentialOrder(
        role_arn=role_arn,
        policy=policy,
        session_name=request_id,
        source_identity=f"agent={agent},approver={approvers[0] if approvers else POLICY_APPROVED}",
        duration_seconds=min(max(seconds, STS_MINIMUM), STS_MAXIMUM),
        tags={
            "sallyport:request": request_id,
            "sallyport:agent": agent,
            "sallyport:approvers": " ".join(approvers) or POLICY_APPROVED,
            "sallyport:action": action,
        },
    )
