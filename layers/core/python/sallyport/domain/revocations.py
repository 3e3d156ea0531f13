"""Which sessions of a target role are denied: one list for each role, written as one inline policy.

A credential cannot be taken back, only denied. The deny goes by the session tag `sallyport:request` alone, so it also
hits a session that is minted a moment later. An entry leaves the list when its session is over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sallyport.domain.clock import instant, stamp, stamp_seconds
from sallyport.domain.credentials import STS_MAXIMUM, STS_MINIMUM

POLICY_NAME = "sallyport-revoked"
# A role's inline policies have 10,240 characters together (IAM quotas); the role's own policy needs its share.
MAX_LENGTH = 7_000
# AssumeRole may be answered this long after the grant was redeemed: a Lambda's 30 s, and as much again for clocks.
IN_FLIGHT = timedelta(seconds=60)


class ListFull(Exception):
    """An agent's own "done" found no room. Its session ends at its cut-off anyway."""


@dataclass(frozen=True, slots=True)
class RevokedSession:
    """One request's session. `by_person`: a person revoked it; otherwise its agent said that it is done."""

    request_id: str
    redeemed_at: datetime
    until: datetime
    by_person: bool


@dataclass(frozen=True, slots=True)
class RevokedSessions:
    """A role's list. With `older_than` every session of the role minted before then is denied as well."""

    entries: tuple[RevokedSession, ...] = ()
    older_than: datetime | None = None

    def with_session(self, session: RevokedSession, now: datetime) -> RevokedSessions:
        """The list with this session in it and what is over left out.

        A person's revocation always finds room: first agents' "done" entries give way, the oldest first; when persons'
        alone fill the list, all sessions of the role that were minted until now are denied instead. Raises ListFull.
        """
        kept = self._without_what_is_over(now)
        others = tuple(e for e in kept.entries if e.request_id != session.request_id)
        wanted = replace(kept, entries=(*others, session))
        if len(wanted.policy()) <= MAX_LENGTH:
            return wanted
        if not session.by_person:
            raise ListFull
        done = sorted((e for e in others if not e.by_person), key=lambda e: e.redeemed_at)
        for count in range(1, len(done) + 1):
            gone = set(done[:count])
            wanted = replace(kept, entries=(*(e for e in others if e not in gone), session))
            if len(wanted.policy()) <= MAX_LENGTH:
                return wanted
        return _whole_role(wanted, now)

    def policy(self) -> str:
        """The inline policy document."""
        by_tag = {"StringEquals": {"aws:PrincipalTag/sallyport:request": [e.request_id for e in self.entries]}}
        statements = [_deny("RevokedRequests", by_tag)] if self.entries else []
        if self.older_than is not None:
            by_age = {"DateLessThan": {"aws:TokenIssueTime": stamp_seconds(self.older_than)}}
            statements.append(_deny("OlderSessions", by_age))
        return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))

    def _without_what_is_over(self, now: datetime) -> RevokedSessions:
        older_than = self.older_than
        if older_than is not None and now > older_than + timedelta(seconds=STS_MAXIMUM) + IN_FLIGHT:
            older_than = None
        return RevokedSessions(tuple(e for e in self.entries if e.until > now), older_than)


def session_end(redeemed_at: datetime, seconds: int) -> datetime:
    """When a session that was redeemed then is surely over: STS's own expiry or the cut-off, and what was in flight."""
    return redeemed_at + timedelta(seconds=max(seconds, STS_MINIMUM)) + IN_FLIGHT


def _whole_role(full: RevokedSessions, now: datetime) -> RevokedSessions:
    """Token issue times are whole seconds, so the bound is the next one. Only sessions that may still be minted after
    it need their entries."""
    bound = (now + timedelta(seconds=1)).replace(microsecond=0)
    listed = RevokedSessions(tuple(e for e in full.entries if e.redeemed_at + IN_FLIGHT > now), bound)
    while len(listed.policy()) > MAX_LENGTH:
        listed = replace(listed, entries=listed.entries[1:])
    return listed


def _deny(sid: str, condition: Mapping[str, object]) -> dict[str, object]:
    return {"Sid": sid, "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}


def to_json(sessions: RevokedSessions) -> str:
    """The list as it is stored."""
    entries = [[e.request_id, stamp(e.redeemed_at), stamp(e.until), e.by_person] for e in sessions.entries]
    return json.dumps({"entries": entries, "older_than": stamp(sessions.older_than) if sessions.older_than else None})


def from_json(text: str) -> RevokedSessions:
    """The inverse of `to_json`."""
    raw = json.loads(text)
    entries = tuple(RevokedSession(i, instant(at), instant(until), bool(p)) for i, at, until, p in raw["entries"])
    return RevokedSessions(entries, instant(raw["older_than"]) if raw["older_than"] else None)
