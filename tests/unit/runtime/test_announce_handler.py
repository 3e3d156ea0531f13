"""The announcing handler: what its log lines say, and that what failed comes again."""

from dataclasses import replace
from typing import Any

import pytest

from sallyport.domain.requests import Choice
from tests.fakes.event_bus import AnnounceHouse
from tests.support.house import Handler, load_handler, sample_event
from tests.support.story import Story

ID = "req-0123456789abcdef01234567"


@pytest.fixture
def house() -> AnnounceHouse:
    story = Story().pending().decided(choice=Choice.DENY)
    story.ports.store.requests[ID] = replace(story.request, request_id=ID)
    return AnnounceHouse(story.ports.store)


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, house: AnnounceHouse) -> Handler:
    caplog.set_level("INFO", logger="sallyport")
    loaded = load_handler("announce_settled")
    monkeypatch.setitem(loaded.__globals__, "wiring", lambda: house)
    return loaded


def line(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    (only,) = [vars(record) for record in caplog.records]
    return only


def test_sample_event_is_announced(handler: Handler, house: AnnounceHouse, caplog: pytest.LogCaptureFixture) -> None:
    assert handler(sample_event("announce_settled"), None) == {"announced": 1}
    assert [(heard.request_id, heard.status) for heard in house.event_bus.heard] == [(ID, "denied")]
    assert (line(caplog)["outcome"], line(caplog)["counts"]) == ("ok", {"announced": 1})


def test_bus_that_fails_rings_and_the_records_come_again(
    handler: Handler, house: AnnounceHouse, caplog: pytest.LogCaptureFixture
) -> None:
    house.event_bus.failing = True
    with pytest.raises(Exception, match=r"^event_bus_unavailable$"):
        handler(sample_event("announce_settled"), None)
    assert (line(caplog)["outcome"], line(caplog)["outcome_class"]) == ("not_announced", "backlog")


def test_records_of_another_form_are_not_quoted(handler: Handler, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Exception, match=r"^unforeseen$"):
        handler({"Records": [{"dynamodb": {"Keys": "Jane Doe"}}]}, None)
    assert "Doe" not in str(line(caplog))
