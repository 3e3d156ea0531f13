"""Every rule, tier and threshold of the shipped policy is guarded by a case: taken out, `policy test` fails."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cedarpy
import pytest

from sallyport_cli.policy.cases import run_cases
from sallyport_cli.policy.judge import Asked, judge, people_who
from sallyport_cli.policy.layer import Layer, open_layer
from sallyport_cli.policy.validate_people import rule_ids

SHIPPED = open_layer()


def changed(cedar: str) -> Layer:
    return Layer(SHIPPED.root, replace(SHIPPED.policy, cedar=cedar))


def without(rule: str) -> str:
    written = json.loads(cedarpy.policies_to_json_str(SHIPPED.policy.cedar))
    kept = {k: p for k, p in written["staticPolicies"].items() if p["annotations"]["id"] != rule}
    assert len(kept) == len(written["staticPolicies"]) - 1
    return cedarpy.policies_from_json_str(json.dumps({**written, "staticPolicies": kept}))


def test_the_shipped_policy_answers_as_its_cases_say() -> None:
    outcome = run_cases(SHIPPED, SHIPPED.tests)
    assert outcome.findings == []
    assert outcome.cases >= 35


@pytest.mark.parametrize("rule", rule_ids(SHIPPED))
def test_taking_out_a_rule_fails_a_case(rule: str) -> None:
    assert run_cases(changed(without(rule)), SHIPPED.tests).findings


def test_taking_out_the_operators_fails_a_case() -> None:
    clause = "resource.operators.contains(principal) ||"
    assert run_cases(changed(SHIPPED.policy.cedar.replace(clause, "")), SHIPPED.tests).findings


def test_the_owner_of_then_does_not_decide_when_the_agent_has_another_owner_now() -> None:
    asked = Asked("export-bot", "s3.export", SHIPPED.raw_actions["s3.export"]["example"])
    request = judge(SHIPPED, asked).request
    assert request is not None
    of_then = replace(request, owner="petra.approver")
    assert people_who(SHIPPED, "decide", of_then) == ("otto.owner",)
    without_owner = changed(
        SHIPPED.policy.cedar.replace("resource.owner == principal ||\n  resource.op", "resource.op")
    )
    assert "petra.approver" in people_who(without_owner, "decide", of_then)


def test_taking_out_the_person_acted_for_fails_a_case() -> None:
    clause = "(resource has on_behalf_of && resource.on_behalf_of == principal)"
    assert run_cases(changed(SHIPPED.policy.cedar.replace(clause, "false")), SHIPPED.tests).findings


def test_taking_out_those_whom_an_agent_may_act_for_fails_a_case() -> None:
    clause = "(!(resource has on_behalf_of) && resource.may_act_for.contains(principal))"
    assert run_cases(changed(SHIPPED.policy.cedar.replace(clause, "false", 1)), SHIPPED.tests).findings


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("cases: [{name: no such field, agent: a, action: s3.export, expect: {verdict: deny, oops: 1}}]", "schema"),
        ("cases: [", "unreadable"),
        ("cases: []", "schema"),
        ("cases: [{name: wrong verdict, agent: export-bot, action: s3.export, expect: {verdict: allow}}]", "different"),
        ("cases: [{name: wrong halters, halt: [olive.owner]}]", "different"),
        ("cases: [{name: bad time, agent: export-bot, action: s3.export, at: x, expect: {verdict: allow}}]", "case"),
    ],
)  # fmt: skip
def test_a_case_that_is_wrong_is_a_finding(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "one.yaml").write_text(text, encoding="utf-8")
    assert [finding.code for finding in run_cases(SHIPPED, tmp_path).findings] == [code]
