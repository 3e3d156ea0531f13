"""Which sessions of a target role are denied: one list for each role, written as one inline policy.

A credential cannot be taken back, only denied. The deny goes by the session tag `sallyport:request` alone, so it also
hits a session that is minted a moment later. An entry leaves the list when its session is over.

Nobody holds a list while writing its policy. `RoleList` says who may be writing, and what IAM is known to have.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sallyport.domain.clock import instant, stamp, stamp_seconds
from sallyport.domain.credentials import STS_MAXIMUM, STS_MINIMUM

POLICY_NAME = "sallyport-revoked"
# A role's inline policies have 10,240 characters together (IAM quotas); the role's own policy needs its share.
MAX_LENGTH = 7_000
# AssumeRole may be answered this long after the grant was redeemed: a Lambda's 30 s, and as much again for clocks.
IN_FLIGHT = timedelta(seconds=60)
# A put of a writer that went silent cannot arrive later than this after the writer's call came in: the function ends
# after 30 s, and by then what it sent last has arrived or never will.
WRITER_LIFE = timedelta(seconds=30) + IN_FLIGHT


class ListFull(Exception):
    """There was no room for an agent's own "done". Its session ends at its cut-off anyway."""


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

    def cover(self, session: RevokedSession) -> bool:
        """Whether the session is denied: by its tag, or by its age."""
        by_age = self.older_than is not None and session.redeemed_at + IN_FLIGHT <= self.older_than
        return by_age or any(entry.request_id == session.request_id for entry in self.entries)

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


@dataclass(frozen=True, slots=True)
class RoleList:
    """A role's list as it is stored. `revision` counts saves and is the optimistic lock; `version` counts changes of
    `sessions`; `written` is the newest version that is known to be what IAM has; `writers` may be putting a policy at
    this moment, each with the time of its call.

    A writer joins before its first put and leaves after its last one, which must be of the newest version. When it is
    the only one then, no put of an older version can arrive any more, and what it put stands.
    """

    sessions: RevokedSessions = RevokedSessions()
    revision: int = 0
    version: int = 0
    written: int = 0
    writers: tuple[tuple[str, datetime], ...] = ()

    @property
    def stands(self) -> bool:
        """Whether IAM surely has the newest list."""
        return self.written >= self.version

    def with_sessions(self, sessions: Iterable[RevokedSession], now: datetime) -> RoleList:
        """The list with these in it; the same one when they all were. Raises ListFull, for agents' "done" alone."""
        listed = self.sessions
        for session in sessions:
            if session not in listed.entries:
                listed = listed.with_session(session, now)
        return self if listed == self.sessions else replace(self, sessions=listed, version=self.version + 1)

    def displaced_by(self, newer: RoleList, now: datetime) -> tuple[str, ...]:
        """Agents' "done" sessions that gave way: they may still be alive, and are no longer denied."""
        return tuple(e.request_id for e in self.sessions.entries if e.until > now and not newer.sessions.cover(e))

    def others_write(self, now: datetime) -> bool:
        return any(now < since + WRITER_LIFE for _, since in self.writers)

    def joined(self, writer: str, now: datetime) -> RoleList:
        """With this writer, and without those who have been silent for too long to be writing."""
        others = tuple((w, since) for w, since in self.writers if w != writer and now < since + WRITER_LIFE)
        return replace(self, writers=(*others, (writer, now)))

    def left(self, writer: str, version: int | None) -> RoleList:
        """Without this writer, whose last put was of `version`; None when nothing of it was put."""
        others = tuple((w, since) for w, since in self.writers if w != writer)
        alone = [w for w, _ in self.writers] == [writer]
        written = self.version if alone and version == self.version else self.written
        return replace(self, writers=others, written=written)

    def left_if_newest(self, writer: str, version: int) -> RoleList:
        """As `left`; unchanged when the list has grown meanwhile, because the writer then has another put to make."""
        return self.left(writer, version) if self.version == version else self


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


def to_json(listed: RoleList) -> str:
    """The list as it is stored; its revision is an attribute of its own."""
    sessions = listed.sessions
    return json.dumps(
        {
            "entries": [[e.request_id, stamp(e.redeemed_at), stamp(e.until), e.by_person] for e in sessions.entries],
            "older_than": stamp(sessions.older_than) if sessions.older_than else None,
            "version": listed.version,
            "written": listed.written,
            "writers": [[writer, stamp(since)] for writer, since in listed.writers],
        }
    )


def from_json(text: str, revision: int) -> RoleList:
    """The inverse of `to_json`."""
    raw = json.loads(text)
    entries = tuple(RevokedSession(i, instant(at), instant(until), bool(p)) for i, at, until, p in raw["entries"])
    return RoleList(
        RevokedSessions(entries, instant(raw["older_than"]) if raw["older_than"] else None),
        revision,
        raw["version"],
        raw["written"],
        tuple((writer, instant(since)) for writer, since in raw["writers"]),
    )
