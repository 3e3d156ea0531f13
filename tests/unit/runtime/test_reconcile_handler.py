"""The function on the schedule: what its log line says, which is all that anybody hears of it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sallyport.domain.ports import PortFailed
from sallyport.usecases.reconcile_requests import Reconciled
from tests.support.house import load_handler


def invoked(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, run: Any) -> tuple[Any, dict[str, Any]]:
    """What the handler answers and the line that it wrote."""
    caplog.set_level("INFO", logger="sallyport")
    handler = load_handler("reconcile_requests")
    monkeypatch.setitem(handler.__globals__, "reconcile_requests", run)
    monkeypatch.setitem(handler.__globals__, "wiring", lambda: None)
    answer = handler({}, None)
    (line,) = [vars(record) for record in caplog.records]
    return answer, line


@pytest.mark.parametrize(("backlog", "outcome"), [(0, "ok"), (2, "reconcile_backlog")])
def test_line_has_the_counts_and_tells_a_backlog(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, backlog: int, outcome: str
) -> None:
    def run(_: object, clock: Any) -> Reconciled:
        assert clock() <= datetime.now(UTC)
        return Reconciled({"started": 3}, backlog)

    answer, line = invoked(monkeypatch, caplog, run)
    assert answer == {"started": 3}
    assert (line["outcome"], line["counts"]) == (outcome, {"started": 3})


@pytest.mark.parametrize("failure", [PortFailed("store_unavailable"), RuntimeError("For John Smith, 123-45-6789")])
def test_run_that_fails_rings_and_quotes_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failure: Exception
) -> None:
    def run(*_: object) -> None:
        raise failure

    answer, line = invoked(monkeypatch, caplog, run)
    assert (answer, line["outcome"]) == ({}, "not_reconciled")
    assert "Smith" not in str(line)
