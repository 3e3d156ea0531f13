"""The notary's handler: what its log lines say, which is all that an alarm hears of it."""

import json
from typing import Any

import pytest

from sallyport.domain.notary import Busy, LogInconsistent
from sallyport.domain.ports import PortFailed
from tests.fakes.notary import NotaryHouse
from tests.support.house import Handler, load_handler, sample_event

SCHEDULED = {"source": "aws.events", "detail-type": "Scheduled Event"}


@pytest.fixture
def house() -> NotaryHouse:
    return NotaryHouse()


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, house: NotaryHouse) -> Handler:
    caplog.set_level("INFO", logger="sallyport")
    loaded = load_handler("notarize_audit")
    monkeypatch.setitem(loaded.__globals__, "wiring", lambda: house)
    return loaded


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [vars(record) for record in caplog.records]


def test_records_of_the_stream_are_appended(handler: Handler, caplog: pytest.LogCaptureFixture) -> None:
    assert handler(sample_event("notarize_audit"), None) == {"appended": 1}
    (line,) = lines(caplog)
    assert (line["outcome"], line["counts"]) == ("ok", {"appended": 1, "size": 1})


def test_schedule_signs_and_says_so(handler: Handler, house: NotaryHouse, caplog: pytest.LogCaptureFixture) -> None:
    assert handler(SCHEDULED, None) == {"appended": 0}
    (line,) = lines(caplog)
    assert (line["outcome"], line["counts"]["size"]) == ("checkpoint_signed", 0)
    assert "checkpoint" in house.worm.versions


@pytest.mark.parametrize("kind", ["MODIFY", "REMOVE"])
def test_changed_item_rings_with_its_chain_and_without_its_content(
    handler: Handler, house: NotaryHouse, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    event = sample_event("notarize_audit")
    record = event["Records"][0]
    record["eventName"], images = kind, record["dynamodb"]
    images["OldImage"] = images.pop("NewImage")
    if kind == "MODIFY":
        images["NewImage"] = images["OldImage"] | {"event": {"S": "Jane Doe, MRN 0048213"}}
    handler(event, None)
    assert [line["outcome"] for line in lines(caplog)] == ["audit_tampered", "ok"]
    assert lines(caplog)[0]["request_id"] == "req-01"
    ((path, (kept,)),) = house.worm.versions.items()
    assert path.startswith("tampering/req-01/0000000000/")
    assert json.loads(kept)["old"]["event"] == images["OldImage"]["event"]["S"]
    assert "Jane" not in str(lines(caplog)) + kept.decode()


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (PortFailed("worm_unavailable"), "not_notarized"),
        (Busy(), "not_notarized"),
        (LogInconsistent("root_differs"), "log_inconsistent"),
        (RuntimeError("For John Smith, 123-45-6789"), "not_notarized"),
    ],
)
def test_failure_is_raised_so_that_the_records_come_again_and_quotes_nothing(
    handler: Handler,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    failure: Exception,
    outcome: str,
) -> None:
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setitem(handler.__globals__, "notarize_on_schedule", fail)
    with pytest.raises(Exception) as raised:  # noqa: PT011 - its class is the handler's own
        handler(SCHEDULED, None)
    assert (type(raised.value).__name__, raised.value.__cause__) == ("NotNotarized", None)
    assert [line["outcome"] for line in lines(caplog)] == [outcome]
    assert "Smith" not in str(lines(caplog)) + str(raised.value)
