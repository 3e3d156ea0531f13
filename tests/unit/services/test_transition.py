"""Load, decide, save with the evidence: what no change may do, and what overtakes one."""

from dataclasses import replace
from typing import Any

import pytest

from sallyport.domain.events import SYSTEM, Draft, EventType
from sallyport.domain.requests import ApprovalRequest, RequestStatus
from sallyport.services.transition import record
from tests.support.story import Story, refused


def test_no_status_changes_without_an_event() -> None:
    story = Story().pending()
    before, types = story.request, story.types
    with pytest.raises(ValueError, match="evidence"):
        record(story.ports, story.request_id, lambda r: (r.moved(RequestStatus.APPROVED), ()), story.now)
    assert story.request == before
    assert story.types == types


def test_switch_that_is_pulled_between_the_look_and_the_save_stops_it() -> None:
    story = Story().pending()
    save, pulled = story.ports.store.save, ["all"]

    def overtaken(*arguments: Any) -> None:
        while pulled:
            story.halted(pulled.pop())
        save(*arguments)

    def change(request: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        return replace(request, code="changed"), (Draft(EventType.GRANT_ISSUED, SYSTEM, {}),)

    story.ports.store.save = overtaken  # type: ignore[method-assign, assignment]
    before = story.types
    with refused("halted"):
        record(story.ports, story.request_id, change, story.now, unless_halted=True)
    assert story.types == before
    assert story.request.code is None
