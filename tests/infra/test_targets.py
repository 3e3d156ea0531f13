"""The target roles: what each trusts, what it allows, and that they are what the actions render."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sallyport.domain import session_policy
from sallyport.domain.actions import ActionDefinition
from sallyport.domain.session_policy import at_redemption
from sallyport_cli.main import main
from sallyport_cli.policy.layer import open_layer
from sallyport_cli.targets.render import logical_id, render
from sallyport_cli.targets.widen import role_statements
from tests.support import targets
from tests.support.iam_evaluator import allows, pattern, read_statements
from tests.support.story import NOW
from tests.unit.policy.test_no_value_widens_a_credential import calls, parameters_of

LAYER = open_layer()
ACTIONS = sorted(LAYER.policy.actions)
NAMES = sorted(targets.roles())
PLACES = {"AWS::Partition": "aws", "AWS::AccountId": LAYER.places.account}
TAGS = {f"aws:RequestTag/sallyport:{tag}" for tag in ("request", "agent", "approvers", "action")}


def role_of(action: ActionDefinition) -> list[dict[str, Any]]:
    """What the role of `action` allows once it is deployed into the layer's own account."""
    text = json.dumps(role_statements(action))
    text = re.sub(r'\{"Fn::Sub": ("(?:[^"\\]|\\.)*")\}', r"\1", text)
    found: list[dict[str, Any]] = json.loads(re.sub(r"\$\{([^}]+)\}", lambda m: PLACES[m[1]], text))
    return found


def test_the_committed_file_is_what_the_actions_render_and_rendering_again_gives_the_same_bytes() -> None:
    actions = LAYER.policy.actions.values()
    written = LAYER.targets.read_text(encoding="utf-8")
    assert render(actions) == render(reversed(list(actions))) == written
    assert main(["targets", "render", "--check"]) == 0


def test_a_call_that_leaves_an_action_leaves_its_role() -> None:
    action = LAYER.policy.actions["s3.export"]
    fewer = replace(action, session_policy=action.session_policy[:2])
    before, after = (json.dumps(role_statements(a)) for a in (action, fewer))
    assert "s3:PutObject" in before
    assert "s3:PutObject" not in after


@pytest.mark.parametrize("name", ACTIONS)
def test_a_role_allows_the_calls_of_its_action_and_no_others(name: str) -> None:
    action = LAYER.policy.actions[name]
    wanted = {c for s in action.session_policy if s["Effect"] == "Allow" for c in _listed(s["Action"])}
    role = targets.roles()[name.replace(".", "-").replace("_", "-")]
    assert {c for s in targets.statements(role) for c in _listed(s["Action"])} == wanted
    assert logical_id(name) in targets.template()["Resources"]


@pytest.mark.parametrize("name", ACTIONS)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_a_role_takes_nothing_away_from_what_was_approved(name: str, data: st.DataObject) -> None:
    """What a credential can do is what role and session policy both allow, so the role must allow all that the session
    does."""
    action = LAYER.policy.actions[name]
    parameters = data.draw(parameters_of(action))
    role = read_statements(role_of(action), pattern)
    session = read_statements(_rendered(action, parameters), pattern)
    for call in calls(action, parameters):
        if allows(session, call):
            assert allows(role, call), f"{name}: the role denies {call}"


@pytest.mark.parametrize("name", NAMES)
def test_resources_are_the_accounts_own(name: str) -> None:
    for statement in targets.statements(targets.roles()[name]):
        resources = [r["Fn::Sub"] if isinstance(r, dict) else r for r in _listed(statement["Resource"])]
        buckets = all(r.startswith("arn:${AWS::Partition}:s3:::") for r in resources)
        if buckets:
            assert statement["Condition"]["StringEquals"]["s3:ResourceAccount"] == {"Fn::Sub": "${AWS::AccountId}"}
        else:
            assert all(":${AWS::AccountId}:" in resource for resource in resources), resources


@pytest.mark.parametrize("name", NAMES)
def test_a_key_is_used_through_the_service_that_holds_the_data_alone(name: str) -> None:
    for statement in targets.statements(targets.roles()[name]):
        if any(call.startswith("kms:") for call in _listed(statement["Action"])):
            assert set(_listed(statement["Action"])) <= {"kms:Decrypt", "kms:GenerateDataKey"}
            service = name.split("-", maxsplit=1)[0]
            assert statement["Condition"] == {"StringLike": {"kms:ViaService": f"{service}.*.amazonaws.com"}}


@pytest.mark.parametrize("name", NAMES)
def test_each_call_of_sts_is_trusted_with_the_keys_that_it_has(name: str) -> None:
    trust = targets.trust(targets.roles()[name])
    external_id = {"sts:ExternalId": {"Ref": "ExternalId"}}
    assert trust["sts:AssumeRole"]["Condition"]["StringEquals"] == external_id
    assert set(trust["sts:AssumeRole"]["Condition"]["StringLike"]) == TAGS | {"sts:SourceIdentity"}
    assert set(trust["sts:TagSession"]["Condition"]["StringLike"]) == TAGS
    assert trust["sts:SetSourceIdentity"]["Condition"] == {"StringLike": {"sts:SourceIdentity": "agent=*,approver=*"}}


def test_names_fit_iam_with_the_longest_stack_name_that_the_template_takes() -> None:
    longest = targets.template()["Parameters"]["GateStackName"]["MaxLength"]
    for role in targets.roles().values():
        assert len(role["RoleName"]["Fn::Sub"].replace("${GateStackName}", "s" * longest)) <= 64


def test_an_account_without_a_gate_gets_a_boundary_of_its_own() -> None:
    boundary = targets.template()["Resources"]["Boundary"]
    assert boundary["Condition"] == "MakesBoundary"
    by_sid = {s["Sid"]: s for s in boundary["Properties"]["PolicyDocument"]["Statement"]}
    assert (by_sid["NotSallyport"]["Effect"], by_sid["NotSallyport"]["Action"]) == ("Deny", "*")
    own = "arn:${AWS::Partition}:iam::${AWS::AccountId}:*/sallyport/*"
    assert by_sid["NotSallyport"]["Resource"] == {"Fn::Sub": own}
    assert set(by_sid["NoFurtherRoles"]["Action"]) == {"sts:AssumeRole*", "iam:PassRole"}


def test_the_trail_has_data_events_for_guarded_resources_where_there_are_some() -> None:
    trail = targets.template()["Resources"]["Trail"]
    assert trail["Condition"] == "MakesTrail"
    selectors = json.dumps(trail["Properties"]["AdvancedEventSelectors"])
    assert all(kind in selectors for kind in ("AWS::S3::Object", "AWS::DynamoDB::Table", "HasObjects", "HasTables"))
    assert trail["Properties"]["EnableLogFileValidation"] is True


def _rendered(action: ActionDefinition, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    text = at_redemption(session_policy.render(action.session_policy, parameters, LAYER.places.as_dict()), NOW)
    found: list[dict[str, Any]] = json.loads(text)["Statement"]
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
