"""Handlers of the workflow: codes in, codes out. Those of token states never raise, whatever happens."""

import json
import logging
from types import SimpleNamespace
from typing import Any

import pytest

from sallyport.domain.channels import Trouble
from sallyport.domain.ports import PortFailed
from sallyport.domain.refusals import DigestMismatch, NotApproved
from sallyport.masking import MaskingFailed
from sallyport.runtime import workflow
from sallyport.runtime.log import log_call
from sallyport.usecases.request_approval import CannotAsk, NotPosted
from tests.fakes.ports import FakeWorkflow

EVENT = {"request_id": "req-0123456789abcdef01234567", "task_token": "AAAA-token", "error": "ok"}
FAILURES: dict[str, Exception] = {
    "not_approved": NotApproved(),
    "digest_mismatch": DigestMismatch(),
    "views_unavailable": PortFailed("views_unavailable"),
    "unpresentable": CannotAsk("unpresentable"),
    "over_budget": MaskingFailed("over_budget"),
    "unforeseen": RuntimeError("John Smith"),
}


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> FakeWorkflow:
    fake = FakeWorkflow()
    monkeypatch.setattr(workflow, "wiring", lambda: SimpleNamespace(workflow=fake))
    return fake


def failing(code: str) -> Any:
    def step(_: dict[str, Any]) -> None:
        raise FAILURES[code]

    return step


def fine(_: dict[str, Any]) -> None:
    return None


def test_a_plain_state_answers_ok() -> None:
    assert workflow.task_handler(fine)(EVENT, None) == {"request_id": EVENT["request_id"], "code": "ok"}


@pytest.mark.parametrize("code", FAILURES)
def test_a_plain_state_answers_its_code(code: str) -> None:
    assert workflow.task_handler(failing(code))(EVENT, None)["code"] == code


@pytest.mark.parametrize("code", FAILURES)
def test_a_token_state_that_cannot_go_on_is_failed_with_its_code(machine: FakeWorkflow, code: str) -> None:
    assert workflow.token_handler(failing(code))(EVENT, None)["code"] == code
    assert machine.failed == [("AAAA-token", code)]


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [(Trouble.BUSY, "refused"), (Trouble.UNAVAILABLE, "failed"), (Trouble.CLOSED, "failed")],
)
def test_a_card_that_waits_leaves_the_machine_alone_and_is_counted(
    machine: FakeWorkflow, caplog: pytest.LogCaptureFixture, trouble: Trouble, kind: str
) -> None:
    """A queue is no failure; an outage, or a channel that nobody can be asked in, is one that an alarm listens for."""

    def waits(_: dict[str, Any]) -> None:
        raise NotPosted(trouble)

    with caplog.at_level(logging.INFO):
        assert workflow.token_handler(waits)(EVENT, None)["code"] == trouble
    assert not machine.failed
    assert kind in [getattr(line, "outcome_class", None) for line in caplog.records]


def test_a_token_state_that_is_done_leaves_the_machine_waiting(machine: FakeWorkflow) -> None:
    assert workflow.token_handler(fine)(EVENT, None)["code"] == "ok"
    assert not machine.failed
    assert not machine.succeeded


def test_a_token_state_does_not_raise_even_when_the_machine_cannot_be_told(
    machine: FakeWorkflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> bool:
        raise PortFailed("workflow_unavailable")

    monkeypatch.setattr(machine, "fail", gone)
    assert workflow.token_handler(failing("unforeseen"))(EVENT, None)["code"] == "unforeseen"


@pytest.mark.parametrize(
    ("reached", "code"),
    [
        ("ok", "ok"),
        ("States.Timeout", "timed_out"),
        ("not_approved", "not_approved"),
        ("Lambda.TooManyRequestsException", "unforeseen"),
        ("States.TaskFailed", "unforeseen"),
        ("RuntimeError: John Smith", "unforeseen"),
        ("", "unforeseen"),
        ("x" * 65, "unforeseen"),
    ],
)
def test_the_last_state_hands_on_our_own_words_alone(reached: str, code: str) -> None:
    seen: list[str] = []
    workflow.closing_handler(lambda _, given: seen.append(given))({**EVENT, "error": reached}, None)
    assert seen == [code]


@pytest.mark.parametrize("code", FAILURES)
def test_the_last_state_fails_visibly_so_that_it_is_tried_again(code: str) -> None:
    def close(_: dict[str, Any], __: str) -> None:
        raise FAILURES[code]

    with pytest.raises(workflow.NotClosed, match=f"^{code}$"):
        workflow.closing_handler(close)(EVENT, None)


def lines(records: list[logging.LogRecord]) -> str:
    return json.dumps([{k: str(v) for k, v in vars(record).items()} for record in records])


@pytest.mark.parametrize("code", FAILURES)
def test_a_state_writes_one_line_without_token_or_text(caplog: pytest.LogCaptureFixture, code: str) -> None:
    caplog.set_level(logging.INFO, logger="sallyport")
    workflow.task_handler(failing(code))(EVENT, None)
    (record,) = caplog.records
    assert vars(record)["outcome"] == code
    assert vars(record)["request_id"] == EVENT["request_id"]
    assert "AAAA-token" not in lines(caplog.records)
    assert "Smith" not in lines(caplog.records)


def test_an_unforeseen_error_is_logged_by_class_and_place(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise KeyError("patient 123-45-6789")
    except KeyError as error:
        log_call(0.0, "unforeseen", error=error)
    (record,) = caplog.records
    assert vars(record)["error_class"] == "KeyError"
    assert vars(record)["error_at"].startswith("test_workflow_handlers.py:")
    assert record.exc_info is None
    assert "123-45" not in lines(caplog.records)
