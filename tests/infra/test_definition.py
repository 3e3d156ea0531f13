"""The state machine's definition: every task ends, every failure closes the request, no token is ever minted twice."""

import json
import re
from typing import Any

import pytest

from sallyport.adapters.policy_layer import load_policy
from tests.support.template import ROOT, source

TEXT = (ROOT / "statemachine" / "approval.asl.json").read_text()
DEFINITION: dict[str, Any] = json.loads(TEXT)
STATES: dict[str, dict[str, Any]] = DEFINITION["States"]
TASKS = sorted(name for name, state in STATES.items() if state["Type"] == "Task")
TOKENS = [name for name in TASKS if STATES[name]["Resource"].endswith(".waitForTaskToken")]
TRANSIENT = {
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
}


def following(name: str) -> set[str]:
    state = STATES[name]
    found = {state[key] for key in ("Next", "Default") if key in state}
    return found | {branch["Next"] for key in ("Choices", "Catch") for branch in state.get(key, [])}


@pytest.mark.parametrize("name", TASKS)
def test_a_task_has_a_timeout_and_a_catch_of_everything(name: str) -> None:
    state = STATES[name]
    assert ("TimeoutSeconds" in state) != ("TimeoutSecondsPath" in state)
    assert state["Catch"][-1]["ErrorEquals"] == ["States.ALL"]
    assert state["Catch"][-1]["Next"] == ("CloseFailed" if name == "CloseRequest" else "CloseRequest")


def test_states_that_wait_are_retried_only_where_the_function_did_not_run() -> None:
    """A retry mints a new token: after a run that posted a card, its click would be for the old one. A throttled
    function did not run. Their deadlines come from the action."""
    assert TOKENS == ["IssueGrant", "RequestApproval"]
    for name in TOKENS:
        (retry,) = STATES[name]["Retry"]
        assert retry["ErrorEquals"] == ["Lambda.TooManyRequestsException"]
        assert "TimeoutSecondsPath" in STATES[name]


def test_a_new_turn_waits_and_asks_and_takes_nothing_along_but_numbers() -> None:
    """What `ask_again` brings is put where the next turn looks, and nowhere else."""
    again = {"ErrorEquals": ["ask_again"], "ResultPath": "$.error", "Next": "NextTurn"}
    assert again in STATES["RequestApproval"]["Catch"]
    assert (STATES["NextTurn"]["Next"], STATES["Wait"]["Next"]) == ("Wait", "RequestApproval")
    kept = dict(STATES["NextTurn"]["Parameters"])
    assert kept.pop("turn.$") == "States.StringToJson($.error.Cause)"
    assert all(path == f"$.{key.removesuffix('.$')}" for key, path in kept.items())


@pytest.mark.parametrize("name", [name for name in TASKS if name != "CloseRequest"])
def test_only_what_is_transient_is_retried(name: str) -> None:
    for retry in STATES[name].get("Retry", []):
        assert set(retry["ErrorEquals"]) <= TRANSIENT


def test_no_way_ends_but_through_close_request() -> None:
    for name in set(STATES) - {"CloseRequest", "CloseFailed", "Closed"}:
        assert following(name) <= set(STATES) - {"CloseFailed", "Closed"}
        assert following(name), name
    assert following("CloseRequest") == {"CloseFailed", "Closed"}


def test_an_unknown_verdict_closes_the_request() -> None:
    assert STATES["Verdict"]["Default"] == "CloseRequest"


def test_substitutions_are_defined_used_and_aliases() -> None:
    substitutions = source()["Resources"]["Approval"]["Properties"]["DefinitionSubstitutions"]
    assert set(re.findall(r"\$\{(\w+)\}", TEXT)) == set(substitutions)
    assert substitutions.pop("Partition") == {"Ref": "AWS::Partition"}
    assert all(value["Ref"].endswith(".Alias") for value in substitutions.values())


def test_the_machine_reads_ids_codes_numbers_and_tokens_alone() -> None:
    """JSONPath without variables, which two independent emulators run too."""
    assert DEFINITION.get("QueryLanguage", "JSONPath") == "JSONPath"
    assert "Assign" not in TEXT
    known = {"request_id", "verdict", "turn", "last_rung", "rungs", "redemption_seconds", "error", "code"}
    assert set(re.findall(r"(?<!\$)\$\.(\w+)", TEXT)) <= known


def test_the_whole_outlasts_its_parts() -> None:
    longest = max(a.approval.timeout_seconds + a.redemption_seconds for a in load_policy("0" * 12).actions.values())
    assert DEFINITION["TimeoutSeconds"] > longest + 600
