"""What came of a request: one reading of its events, and a word for each ending in every view of the audit trail."""

from __future__ import annotations

from typing import Any

import pytest

from sallyport_cli.audit import summary as table
from sallyport_cli.audit.endings import Ending, ending_of
from sallyport_cli.audit.history import Event, History
from sallyport_cli.audit.report import summary as report

APPROVED = ["request.submitted", "request.approved", "grant.issued"]


def history(*types: str) -> History:
    """`type`, or `type person` for who did it, or `request.closed failed` for how."""
    return History("req-1", tuple(_event(*told.split()) for told in types))


def _event(kind: str, said: str = "") -> Event:
    details: dict[str, Any] = {"status": said} if kind == "request.closed" else {}
    return Event("", "", {"type": kind, "actor": {"kind": said or "system", "id": "x"}, "details": details})


@pytest.mark.parametrize(
    ("told", "ending"),
    [
        (["request.submitted", "request.masked"], Ending.OPEN),
        (["request.submitted", "request.closed failed"], Ending.FAILED),
        (["request.submitted", "request.denied"], Ending.DENIED),
        (["request.submitted", "request.cancelled"], Ending.CANCELLED),
        (["request.submitted", "request.expired", "request.closed expired"], Ending.EXPIRED),
        (APPROVED, Ending.APPROVED),
        ([*APPROVED[:2], "request.closed expired"], Ending.LAPSED),
        ([*APPROVED[:2], "request.closed failed"], Ending.FAILED),
        ([*APPROVED, "grant.expired", "request.closed expired"], Ending.LAPSED),
        ([*APPROVED, "grant.revoked person"], Ending.REVOKED),
        ([*APPROVED, "grant.revoked agent"], Ending.RETURNED),
        ([*APPROVED, "grant.redeemed"], Ending.REDEEMED),
        ([*APPROVED, "grant.redeemed", "credentials.issued", "request.closed redeemed"], Ending.ISSUED),
        ([*APPROVED, "grant.redeemed", "credentials.issued", "grant.revoked agent"], Ending.ISSUED),
        ([*APPROVED, "grant.redeemed", "credentials.issued", "grant.revoked person"], Ending.REVOKED_LATE),
        ([*APPROVED, "grant.redeemed", "grant.revoked person", "credentials.failed"], Ending.STOPPED),
        ([*APPROVED, "grant.redeemed", "credentials.failed"], Ending.FAILED),
        ([*APPROVED, "grant.redeemed", "action.failed", "action.executed"], Ending.EXECUTED),
    ],
)
def test_the_events_say_how_it_ended(told: list[str], ending: Ending) -> None:
    assert ending_of(history(*told)) is ending


@pytest.mark.parametrize("view", [table, report])
def test_every_ending_has_a_word(view: Any) -> None:
    assert view._OUTCOMES.keys() == set(Ending)
