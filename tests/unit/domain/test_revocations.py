"""What a role's list denies, for how long, and who has to give way when it is full."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sallyport.domain.credentials import STS_MAXIMUM, STS_MINIMUM
from sallyport.domain.revocations import (
    IN_FLIGHT,
    MAX_LENGTH,
    WRITER_LIFE,
    ListFull,
    RevokedSession,
    RevokedSessions,
    RoleList,
    session_end,
)

NOW = datetime(2026, 11, 2, 10, 0, 0, 500_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LONGEST = timedelta(seconds=STS_MAXIMUM) + IN_FLIGHT


def session(number: int = 1, *, at: datetime = NOW, by_person: bool = True) -> RevokedSession:
    """A session of fifteen minutes that was redeemed `at`."""
    return RevokedSession(f"req-{number:024x}", at, session_end(at, STS_MINIMUM), by_person)


def full(*, by_person: bool, at: datetime = NOW) -> RevokedSessions:
    listed, number = RevokedSessions(), 0
    while True:
        number += 1
        more = replace(listed, entries=(*listed.entries, session(number, at=at, by_person=by_person)))
        if len(more.policy()) > MAX_LENGTH:
            return listed
        listed = more


def conditions(listed: RevokedSessions) -> list[Any]:
    return [statement["Condition"] for statement in json.loads(listed.policy())["Statement"]]


def test_role_wide_deny_stays_until_no_session_minted_before_it_can_live() -> None:
    whole_role = RevokedSessions((), NOW)
    last = NOW + LONGEST
    assert whole_role.with_session(session(at=last), last).older_than == NOW
    assert {"DateLessThan": {"aws:TokenIssueTime": "2026-11-02T10:00:00Z"}} in conditions(
        whole_role.with_session(session(at=last), last)
    )


def test_role_wide_deny_ends_when_no_session_minted_before_it_can_live() -> None:
    """Otherwise it would be in every policy of the role for good, and each list the shorter for it."""
    over = NOW + LONGEST + SECOND
    ended = RevokedSessions((), NOW).with_session(session(at=over), over)
    assert ended.older_than is None
    assert conditions(ended) == [{"StringEquals": {"aws:PrincipalTag/sallyport:request": [session().request_id]}}]


def test_entry_leaves_when_its_session_is_over_and_not_before() -> None:
    listed = RevokedSessions((session(1),))
    until = session(1).until
    for at, kept in ((until - SECOND, 2), (until, 1)):
        assert len(listed.with_session(session(2, at=at), at).entries) == kept


def test_session_is_over_when_sts_and_what_was_in_flight_are() -> None:
    """STS mints none of less than fifteen minutes, whatever was approved."""
    assert session_end(NOW, 60) == NOW + timedelta(seconds=STS_MINIMUM) + IN_FLIGHT
    assert session_end(NOW, 3600) == NOW + timedelta(seconds=3600) + IN_FLIGHT


def test_list_is_never_longer_than_its_share_of_the_roles_policies() -> None:
    with pytest.raises(ListFull):
        full(by_person=True).with_session(session(999, by_person=False), NOW)
    for before in (full(by_person=True), full(by_person=False)):
        assert len(before.with_session(session(999), NOW).policy()) <= MAX_LENGTH


def test_oldest_done_gives_way_to_a_person_and_no_more_than_are_needed() -> None:
    older = session(500, at=NOW - timedelta(minutes=5), by_person=False)
    before = full(by_person=False)
    before = replace(before, entries=(*before.entries[:-1], older))
    after = before.with_session(session(999), NOW)
    assert {e.request_id for e in before.entries} - {e.request_id for e in after.entries} == {older.request_id}
    assert after.older_than is None


def test_persons_entry_never_gives_way_to_another() -> None:
    """When theirs alone fill the list, every session of the role that was minted until now is denied instead."""
    before = full(by_person=True, at=NOW - timedelta(minutes=5))
    after = before.with_session(session(999), NOW)
    assert after.older_than == datetime(2026, 11, 2, 10, 0, 1, tzinfo=UTC)  # issue times are whole seconds
    assert all(after.cover(entry) for entry in before.entries)
    assert [entry.request_id for entry in after.entries] == [session(999).request_id]


def test_session_that_was_in_flight_at_a_role_wide_deny_needs_its_own() -> None:
    listed = RevokedSessions((), NOW)
    assert listed.cover(session(1, at=NOW - IN_FLIGHT))
    assert not listed.cover(session(1, at=NOW - IN_FLIGHT + SECOND))
    assert RevokedSessions((session(1),), NOW).cover(session(1))


def test_what_gave_way_and_may_still_live_is_told() -> None:
    before = RoleList(RevokedSessions((session(1, by_person=False), session(2))))
    after = replace(before, sessions=RevokedSessions((session(2),)))
    assert before.displaced_by(after, NOW) == (session(1).request_id,)
    assert before.displaced_by(after, session(1).until) == ()
    assert before.displaced_by(before, NOW) == ()


def test_what_was_put_stands_when_it_is_the_newest_and_nobody_else_was_writing() -> None:
    listed = RoleList().with_sessions([session()], NOW)
    alone = listed.joined("a", NOW)
    assert alone.left("a", alone.version).stands
    assert not alone.left("a", alone.version - 1).stands
    assert not alone.left("a", None).stands
    assert not alone.joined("b", NOW).left("a", alone.version).stands


def test_writer_counts_until_nothing_of_it_can_arrive() -> None:
    listed = RoleList().joined("a", NOW)
    for at, writes in ((NOW + WRITER_LIFE - SECOND, True), (NOW + WRITER_LIFE, False)):
        assert listed.others_write(at) is writes
        assert ("a" in dict(listed.joined("b", at).writers)) is writes
