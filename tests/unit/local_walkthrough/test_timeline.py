"""What is told of a step, and that nothing that differs passes for good."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.walkthrough.aws import refused
from local.walkthrough.timeline import DiffersError, Timeline, holds, same


class _Said(list[str]):
    """A printer that remembers, and a clock that goes 10 ms at each look."""

    now = 0.0

    def clock(self) -> float:
        self.now += 0.01
        return self.now


def _timeline() -> tuple[Timeline, _Said]:
    said = _Said()
    return Timeline(said.append, said.clock), said


def test_a_step_is_told_with_its_duration_and_remarks() -> None:
    timeline, said = _timeline()
    with timeline.step("a", "asked") as remarks:
        remarks += ["req-1", "new"]
    assert said[0].split() == ["a", "✓", "asked", "10", "ms", "req-1;", "new"]
    assert [(stage.name, round(stage.ms), stage.good) for stage in timeline.stages] == [("asked", 10, True)]
    assert timeline.good


def _miss(missed: Exception) -> None:
    raise missed


@pytest.mark.parametrize("missed", [DiffersError("x"), OSError("no route"), KeyError("grant"), ValueError("no JSON")])
def test_what_differs_is_told_and_ends_its_chapter_alone(missed: Exception) -> None:
    timeline, said = _timeline()
    with timeline.chapter("One"):
        with timeline.step("a", "first"):
            _miss(missed)
        timeline.say("never")
    with timeline.chapter("Two"), timeline.step("b", "second"):
        pass
    assert [(stage.name, stage.good) for stage in timeline.stages] == [("first", False), ("second", True)]
    assert not timeline.good
    assert "never" not in said
    assert any("✗ first" in line for line in said)


def test_what_differs_between_steps_is_told_too() -> None:
    timeline, _ = _timeline()
    with timeline.chapter("One"):
        same("the status", "pending", "closed")
    assert [(stage.name, stage.good) for stage in timeline.stages] == [("One", False)]
    assert "'closed' was expected, not 'pending'" in timeline.stages[0].remark


def test_a_defect_of_the_walkthrough_is_not_taken_for_a_finding() -> None:
    timeline, _ = _timeline()
    with pytest.raises(ZeroDivisionError), timeline.chapter("One"), timeline.step("a", "first"):
        raise ZeroDivisionError


def test_no_step_at_all_is_not_good() -> None:
    assert not _timeline()[0].good


def test_holds_tells_what_does_not_hold() -> None:
    holds("fine", found=True)
    with pytest.raises(DiffersError, match="nothing to export"):
        holds("nothing to export", found={})


def _answering(code: str, status: int) -> Any:
    def call() -> object:
        raise ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Call")  # type: ignore[typeddict-item]

    return call


def test_refusals_of_iam_are_counted_by_name() -> None:
    calls = [("one", _answering("AccessDenied", 403)), ("two", _answering("AccessDeniedException", 400))]
    assert refused([*calls, ("head", _answering("403", 403))]) == ["one", "two", "head"]


@pytest.mark.parametrize(("code", "status"), [("NoSuchKey", 404), ("ValidationException", 400), ("InternalError", 500)])
def test_a_refusal_for_another_reason_is_no_refusal_of_iam(code: str, status: int) -> None:
    with pytest.raises(DiffersError, match=code):
        refused([("call", _answering(code, status))])


def test_a_call_that_is_done_is_told() -> None:
    with pytest.raises(DiffersError, match="call: IAM should have refused it, and it was done"):
        refused([("call", dict)])
