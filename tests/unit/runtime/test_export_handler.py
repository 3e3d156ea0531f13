"""The exporting function: what it starts, and what its log line says, which is all that the alarm hears of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sallyport.domain.exports import Export, ExportStatus
from sallyport.domain.ports import PortFailed
from sallyport.runtime.outcomes import OutcomeClass
from sallyport.usecases.export_audit import export_audit
from tests.fakes.exports import ExportHouse, FakeTableExports
from tests.support.house import Handler, load_handler, sample_event

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture
def exports() -> FakeTableExports:
    return FakeTableExports(now=datetime.now(UTC))


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, exports: FakeTableExports) -> Handler:
    caplog.set_level("INFO", logger="sallyport")
    loaded = load_handler("export_audit")
    monkeypatch.setitem(loaded.__globals__, "wiring", lambda: ExportHouse(exports))
    return loaded


def line(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    (record,) = caplog.records
    caplog.clear()
    return vars(record)


def test_schedule_starts_an_export_and_then_leaves_it_be(
    handler: Handler, exports: FakeTableExports, caplog: pytest.LogCaptureFixture
) -> None:
    assert handler(sample_event("export_audit"), None) == {"started": 1}
    assert line(caplog)["outcome"] == "export_started"
    assert handler(sample_event("export_audit"), None) == {"started": 0}
    assert (line(caplog)["outcome"], len(exports.orders)) == ("ok", 1)


def test_export_that_failed_rings_each_time_until_one_is_done(
    handler: Handler, exports: FakeTableExports, caplog: pytest.LogCaptureFixture
) -> None:
    exports.becomes = ExportStatus.FAILED
    handler(sample_event("export_audit"), None)
    caplog.clear()
    for _ in range(2):
        assert handler(sample_event("export_audit"), None) == {"started": 0}
        said = line(caplog)
        assert (said["outcome"], said["outcome_class"]) == ("not_exported", OutcomeClass.BACKLOG)
        assert said["counts"] == {"failed": 1, "started": 0}


@pytest.mark.parametrize("failure", [PortFailed("export_refused"), RuntimeError("For John Smith, 123-45-6789")])
def test_service_that_refuses_rings_and_is_not_quoted(
    handler: Handler,
    exports: FakeTableExports,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    failure: Exception,
) -> None:
    def fail(_order: object) -> None:
        raise failure

    monkeypatch.setattr(exports, "start", fail)
    assert handler(sample_event("export_audit"), None) == {"started": -1}
    said = line(caplog)
    assert said["outcome"] == "not_exported"
    assert "Smith" not in str(said)


def test_window_that_recovery_lost_begins_a_new_set() -> None:
    before = Export("audit/scheduled/2026/11/01/000512Z", ExportStatus.DONE, NOW, NOW - timedelta(hours=30))
    ports = ExportHouse(FakeTableExports(known=[before], window_gone=True))
    looked = export_audit(ports, NOW)
    assert (looked.started, looked.overdue) == (True, None)
    ((prefix, window),) = [(order.prefix, order.window) for order in ports.table_exports.orders]
    assert (prefix, window) == ("audit/scheduled/2026/11/25/120000Z", None)
