"""What an export says was allowed: one grant for each redeemed request, and how each call compares with them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

from sallyport_cli.audit.cloudtrail import Call
from sallyport_cli.audit.history import History

_SOURCE_IDENTITY = re.compile(r"agent=[a-z0-9._-]+,approver=[a-z0-9._-]+")
# CloudTrail gives times in whole seconds: a call at second t happened before t + 1.
_SECOND = timedelta(seconds=1)


class Sign(StrEnum):
    """What is wrong with a call. docs/audit-format.md describes each."""

    BEFORE_GRANT = "before_grant"
    AFTER_GRANT = "after_grant"
    AFTER_REVOCATION = "after_revocation"
    OTHER_KEY = "other_key"
    OTHER_ROLE = "other_role"
    OTHER_IDENTITY = "other_identity"
    UNACCOUNTED_SESSION = "unaccounted_session"
    ASSUMED_ASIDE = "assumed_aside"
    BYPASS = "bypass"


class When(StrEnum):
    """When a call was made, relative to its grant."""

    BEFORE = "before"
    WITHIN = "within"
    AFTER = "after"
    REVOKED = "after_revocation"


class Group(StrEnum):
    """Where a call is listed. Calls of requests are listed with these."""

    REQUEST = "request"
    NOT_THROUGH = "not_through_sallyport"
    ATTEMPT = "refused_attempt"
    NEWER = "newer_than_export"


@dataclass(frozen=True, slots=True)
class Grant:
    """One redeemed request: whose session may do something, as which role, from when until when."""

    request: str
    action: str
    agent: str
    approvers: tuple[str, ...]
    delivery: str
    role: str
    key: str | None
    since: datetime
    until: datetime
    revoked: datetime | None

    @property
    def source_identity(self) -> str:
        return f"agent={self.agent},approver={self.approvers[0] if self.approvers else 'unknown'}"


@dataclass(frozen=True, slots=True)
class Judged:
    """A call with the request that it belongs to, if any, when it was made relative to the grant, and what is wrong."""

    call: Call
    group: Group
    request: str | None = None
    when: When | None = None
    signs: tuple[Sign, ...] = ()

    @property
    def accuses(self) -> bool:
        return bool(self.signs) and self.group in (Group.REQUEST, Group.NOT_THROUGH)


def grant_of(history: History) -> Grant | None:
    """The grant of a request's chain, if it was redeemed."""
    redeemed = history.first("grant.redeemed")
    if not history.is_request or redeemed is None:
        return None
    issued, revoked = history.first("credentials.issued"), history.all("grant.revoked")
    granted = history.first("grant.issued")
    until = (issued or redeemed).details["until"]
    return Grant(
        request=history.chain,
        action=str(redeemed.said["action"]),
        agent=redeemed.actor,
        approvers=tuple(granted.details["approvers"]) if granted else (),
        delivery=str(redeemed.details["delivery"]),
        role=str(redeemed.details["role"]),
        key=str(issued.details["access_key_id"]) if issued else None,
        since=redeemed.at,
        until=datetime.fromisoformat(until),
        revoked=revoked[0].at if revoked else None,
    )


@dataclass(slots=True)
class Grants:
    """All grants of an export, found by access key id or by request. `exported` is the time that the export shows."""

    exported: datetime | None = None
    by_request: dict[str, Grant] = field(default_factory=dict)
    by_key: dict[str, Grant] = field(default_factory=dict)

    def add(self, histories: Iterable[History]) -> None:
        """Raises KeyError, ValueError or TypeError for a chain that lacks what its events always have."""
        for grant in filter(None, map(grant_of, histories)):
            self.by_request[grant.request] = grant
            if grant.key:
                self.by_key[grant.key] = grant

    def judge(self, call: Call, guarded: Guarded) -> Judged | None:
        """None for a call that concerns nobody here."""
        grant = self.by_key.get(call.key) or (self.by_request.get(call.session) if call.of_a_target_role else None)
        if grant is not None:
            when = _when(call, grant)
            signs = () if call.refused else tuple(_signs(call, grant, when))
            return Judged(call, Group.REQUEST, grant.request, when, signs)
        if call.of_a_target_role or _SOURCE_IDENTITY.fullmatch(call.source_identity):
            return self._outside(call, Sign.UNACCOUNTED_SESSION)
        if call.assumes and call.assumes not in self.by_request:
            return self._outside(call, Sign.ASSUMED_ASIDE)
        if guarded.covers(call) and not guarded.expects(call):
            return Judged(call, Group.ATTEMPT if call.refused else Group.NOT_THROUGH, signs=(Sign.BYPASS,))
        return None

    def _outside(self, call: Call, sign: Sign) -> Judged:
        """A session that is newer than the export may belong to a request that is newer, too."""
        newer = self.exported is not None and call.at + _SECOND > self.exported
        passed = Group.NEWER if newer else Group.NOT_THROUGH
        return Judged(call, Group.ATTEMPT if call.refused else passed, signs=(sign,))


def _when(call: Call, grant: Grant) -> When:
    if call.at + _SECOND <= grant.since:
        return When.BEFORE
    if grant.revoked is not None and call.at >= grant.revoked:
        return When.REVOKED
    return When.AFTER if call.at >= grant.until else When.WITHIN


_OUT_OF_TIME = {
    When.BEFORE: Sign.BEFORE_GRANT,
    When.AFTER: Sign.AFTER_GRANT,
    When.REVOKED: Sign.AFTER_REVOCATION,
}


def _signs(call: Call, grant: Grant, when: When) -> Iterable[Sign]:
    if when in _OUT_OF_TIME:
        yield _OUT_OF_TIME[when]
    # For what Sallyport executes itself the evidence has no key, and a discarded credential has made no call.
    if call.key != grant.key and grant.delivery == "credential":
        yield Sign.OTHER_KEY
    if call.role and call.role != grant.role:
        yield Sign.OTHER_ROLE
    # An issued key is proof enough: AWS's records of its own calls on behalf of a session sometimes omit the identity.
    if call.source_identity != grant.source_identity and (call.source_identity or call.key != grant.key):
        yield Sign.OTHER_IDENTITY


@dataclass(frozen=True, slots=True)
class Guarded:
    """What only Sallyport should reach, and who else may: ARN patterns with `*` and `?`.

    A pattern covers what it matches and everything below it (`arn:aws:s3:::records` its objects, a table its indexes).
    """

    resources: tuple[str, ...]
    expected: tuple[str, ...] = ()

    def covers(self, call: Call) -> bool:
        return any(_matches(self.resources, arn) for arn in call.resources)

    def expects(self, call: Call) -> bool:
        """The application that owns the data, by its role or user; and AWS's services where they act for nobody."""
        return call.by_aws or _matches(self.expected, call.role) or _matches(self.expected, call.caller)

    @property
    def needs_data_events(self) -> bool:
        return any(arn.split(":")[2:3] in (["s3"], ["dynamodb"]) for arn in self.resources)


def _matches(patterns: Collection[str], arn: str) -> bool:
    return any(_compiled(pattern).fullmatch(arn) for pattern in patterns)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    text = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".").removesuffix("/")
    return re.compile(f"{text}(?:/.*)?", re.DOTALL)
