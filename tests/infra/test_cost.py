"""docs/cost.md says what the template, the handlers and the table of prices come to."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.cost import __main__ as cost
from bench.cost import approval, idle
from tests.support.template import ROOT, of_type

LISTED = json.loads((ROOT / "bench/cost/prices.json").read_text())


@pytest.fixture(scope="module")
def computed() -> str:
    return cost.tables()


def test_the_page_is_what_is_computed(computed: str) -> None:
    assert cost.MARKS[0] + computed + cost.MARKS[1] in cost.PAGE.read_text(), "make cost"


def test_an_idle_month_is_under_ten_dollars_besides_what_is_free_and_the_key_that_an_audit_account_can_have() -> None:
    """Signing the audit log in the gate's own account, the default, is one key more; the page's table has it."""
    month = idle.quantities()
    key = LISTED["prices"]["kms_key_month"]
    assert cost.total(month, LISTED, free=True) - key < 10
    assert f"another ${key:.2f}" in cost.PAGE.read_text()


def test_an_approval_costs_less_than_a_tenth_of_a_cent_and_its_waiting_less_than_a_fifth() -> None:
    assert 0 < cost.total(approval.quantities(), LISTED, free=False) < 0.001
    assert 0 < cost.total(approval.waiting(cost.MINUTES), LISTED, free=False) < 0.002


def test_every_quantity_has_a_price_with_a_date_and_a_source() -> None:
    named = set(idle.quantities()) | set(approval.quantities()) | set(approval.waiting(1))
    assert named <= set(LISTED["prices"]) & set(cost.NAMES)
    assert LISTED["date"]
    assert LISTED["source"]


def test_what_the_template_has_is_counted() -> None:
    month = idle.quantities()
    assert month["kms_key_month"] == len(of_type("AWS::KMS::Key"))
    assert month["alarm_metric_month"] >= len(of_type("AWS::CloudWatch::Alarm"))
    assert month["snapstart_cache_gigabyte_second"] == pytest.approx(2 * 0.5 * 730 * 3600)
    assert month["lambda_request"] == pytest.approx(730 * (12 + 4 + 12 + 12))


def test_an_approved_request_takes_the_transitions_that_are_counted() -> None:
    definition: dict[str, Any] = json.loads((ROOT / "statemachine/approval.asl.json").read_text())
    assert len(way(definition)) == approval.TRANSITIONS


def way(definition: dict[str, Any]) -> list[str]:
    """The states of a request that a person approves and whose grant is redeemed."""
    states, name, passed = definition["States"], definition["StartAt"], []
    while True:
        passed.append(name)
        state = states[name]
        if state["Type"] in ("Succeed", "Fail"):
            return passed
        asked = [c["Next"] for c in state.get("Choices", []) if c.get("StringEquals") == "approval"]
        (name,) = asked or [state["Next"]]


def test_functions_of_an_approval_are_functions_of_the_template() -> None:
    assert set(approval.CALLS) < set(of_type("AWS::Lambda::Function"))
    assert Path(cost.__file__).parent.joinpath("prices.json").exists()
