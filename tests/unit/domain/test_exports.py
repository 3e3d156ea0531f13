"""Which export of the audit table comes next, and when somebody must hear of it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from sallyport.domain.exports import SETS, Export, ExportStatus, Order, next_export, overdue

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
SET = f"{SETS}2026/11/01/000512Z"
HOUR = timedelta(hours=1)


def export(status: ExportStatus, ago: timedelta, prefix: str = SET) -> Export:
    """One that began then and shows the table of then."""
    return Export(prefix, status, NOW - ago, NOW - ago)


def done(ago: timedelta, prefix: str = SET) -> Export:
    return export(ExportStatus.DONE, ago, prefix)


def test_first_export_is_of_everything_and_begins_a_set() -> None:
    assert next_export([], NOW) == Order(f"{SETS}2026/11/25/120000Z")


def test_each_month_begins_a_set_and_then_days_are_added_to_it() -> None:
    october = f"{SETS}2026/10/01/000512Z"
    assert next_export([done(HOUR, october)], NOW) == Order(f"{SETS}2026/11/25/120000Z")
    assert next_export([done(22 * HOUR)], NOW) is None
    added = next_export([done(23 * HOUR)], NOW)
    assert added is not None
    assert added.prefix == SET


@pytest.mark.parametrize("hours", [23, 23.5, 24, 30, 36, 72, 500])
def test_window_overlaps_what_was_exported_and_is_one_that_dynamodb_takes(hours: float) -> None:
    order = next_export([done(hours * HOUR)], NOW)
    assert order is not None
    assert order.window is not None
    since, until = order.window
    assert since < NOW - hours * HOUR - timedelta(minutes=1)  # a full export is a minute off at most
    assert timedelta(minutes=15) <= until - since <= timedelta(hours=24)
    assert until < NOW


def test_after_an_outage_windows_follow_each_other_without_a_gap_until_the_last_has_caught_up() -> None:
    now, last, windows = NOW, done(80 * HOUR), []
    while (order := next_export([last], now)) is not None:
        assert order.window is not None
        windows.append(order.window)
        last = Export(SET, ExportStatus.DONE, now, order.window[1])
        now += timedelta(minutes=5)
    assert len(windows) == 3
    assert all(after[0] < before[1] for before, after in pairwise(windows))
    assert now - last.until < 24 * HOUR


def test_one_export_at_a_time_and_a_failed_one_is_tried_again_after_an_hour() -> None:
    under_way, failed = ExportStatus.UNDER_WAY, ExportStatus.FAILED
    assert next_export([export(under_way, HOUR), done(30 * HOUR)], NOW) is None
    assert next_export([export(failed, HOUR / 2), done(30 * HOUR)], NOW) is None
    for newest in (export(under_way, 12 * HOUR), export(failed, HOUR)):
        order = next_export([newest, done(30 * HOUR)], NOW)
        assert order is not None
        assert order.window is not None
    assert next_export([export(failed, HOUR)], NOW) == Order(f"{SETS}2026/11/25/120000Z")


def test_what_somebody_must_hear_of() -> None:
    under_way, failed = ExportStatus.UNDER_WAY, ExportStatus.FAILED
    assert overdue([], NOW) is None
    assert overdue([done(35 * HOUR)], NOW) is None
    assert overdue([export(under_way, HOUR), done(35 * HOUR)], NOW) is None
    assert overdue([done(37 * HOUR)], NOW) == "late"
    assert overdue([export(under_way, HOUR), done(37 * HOUR)], NOW) == "late"
    assert overdue([export(under_way, 12 * HOUR)], NOW) == "stuck"
    assert overdue([export(failed, HOUR), done(HOUR)], NOW) == "failed"
    assert overdue([done(HOUR), export(failed, HOUR)], NOW) is None
