"""Threats 4, 14, 18 and 25: policy that changes after the approval, values that would widen the credential, and ways
around the gate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from sallyport.adapters.policy_layer import load_policy
from sallyport.domain.actions import target_role_name
from sallyport.domain.directory import Directory
from sallyport.runtime import wiring
from tests.support import targets
from tests.support.account import opened
from tests.support.house import House, submission_body
from tests.support.story import EXPORT, agent_arn


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with opened() as house:
        yield house


def export(**changes: Any) -> dict[str, Any]:
    policy = wiring.wiring().policy
    action = policy.actions["s3.export"]
    return {"actions": {**policy.actions, "s3.export": replace(action, **changes)}}


def stricter() -> dict[str, dict[str, Any]]:
    """Each a policy under which the grant of the old one must not be redeemed."""
    policy = wiring.wiring().policy
    action = policy.actions["s3.export"]
    properties = dict(action.parameters["properties"]) | {"bucket": {"enum": ["another-bucket"]}}
    wider = ({**action.session_policy[0], "Resource": "arn:{partition}:s3:::{bucket}/*"}, *action.session_policy[1:])
    people = {k: replace(p, groups=frozenset()) for k, p in policy.directory.people.items()}
    gone = {k: a for k, a in policy.directory.agents.items() if k != "export-bot"}
    return {
        "a forbid": {"cedar": policy.cedar + 'forbid (principal, action == Action::"request", resource);'},
        "a larger quorum": export(approval=replace(action.approval, quorum=2)),
        "another template": export(session_policy=wider),
        "a tighter schema": export(parameters={**action.parameters, "properties": properties}),
        "on behalf of somebody": export(on_behalf_of_required=True),
        "a shorter life": export(duration=replace(action.duration, default=60, maximum=300)),
        "an approver without a group": {"directory": Directory(people, policy.directory.agents)},
        "no such action": {"actions": {k: a for k, a in policy.actions.items() if k != "s3.export"}},
        "no such agent": {"directory": Directory(policy.directory.people, gone)},
    }


@pytest.mark.parametrize(
    "change",
    [
        "a forbid",
        "a larger quorum",
        "another template",
        "a tighter schema",
        "on behalf of somebody",
        "a shorter life",
        "an approver without a group",
        "no such action",
        "no such agent",
    ],
)
def test_a_grant_of_the_old_policy_is_not_redeemed_under_a_stricter_one(house: House, change: str) -> None:
    request_id = house.granted()
    with house.policy(**stricter()[change]):
        status, problem = house.redeem(request_id)
    # An agent that is not in the directory any more is told nothing at all.
    code = "not_found" if change == "no such agent" else "policy_changed"
    assert problem["code"] == code, change
    assert status in (404, 409)
    assert "grant.redeemed" not in house.types(request_id)
    assert "credentials.refused" in house.types(request_id)


def test_an_unchanged_policy_redeems_once_and_not_again(house: House) -> None:
    request_id = house.granted()
    assert house.redeem(request_id)[0] == 200
    assert house.redeem(request_id)[1]["code"] == "already_redeemed"
    assert house.types(request_id).count("credentials.issued") == 1


def test_an_approval_covers_one_request_and_the_next_is_asked_about_again(house: House) -> None:
    first = house.granted()
    assert house.redeem(first)[0] == 200
    second = house.asked()
    assert second != first
    assert house.redeem(second)[1]["code"] == "not_approved"


HOSTILE = ["*", "a*/", "?/", "${aws:username}/", "../", "a/../b/", "%2F/", "a%2Fb/", "a//b/", "/a/", "arn:aws:s3:::x/",
           "a\n/", "\u0430/", "a\u202e/", 'a"/', "a", ""]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", ["prefix", "destination_prefix"])
def test_a_prefix_that_could_mean_more_is_refused_and_that_is_written_down(house: House, name: str, value: str) -> None:
    before = house.refused("invalid_parameters")
    status, problem = house.call(
        "submit_request", agent_arn("export-bot"), body=submission_body(parameters={**EXPORT, name: value})
    )
    assert (status, problem["code"]) == (400, "invalid_parameters")
    assert problem["paths"] == [f"$.parameters.{name}"]
    assert house.refused("invalid_parameters") == before + 1


@pytest.mark.parametrize("value", ["*", "a*", "arn:aws:s3:::a", "a/b", "sallyport-sample-dаta", "Sallyport", "a\n"])
def test_a_bucket_that_is_no_buckets_name_is_refused(house: House, value: str) -> None:
    body = submission_body(parameters={**EXPORT, "bucket": value})
    status, problem = house.call("submit_request", agent_arn("export-bot"), body=body)
    assert (status, problem["code"]) == (400, "invalid_parameters")


@pytest.mark.parametrize("name", sorted(targets.roles()))
def test_nobody_but_the_one_function_assumes_a_target_role(name: str) -> None:
    role = targets.roles()[name]
    statements = targets.trust(role)
    assert set(statements) == {"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"}
    (principal,) = {statement["Principal"]["AWS"]["Ref"] for statement in statements.values()}
    assert principal in ("IssueCredentialsRoleArn", "ExecuteActionRoleArn")
    conditions = statements["sts:AssumeRole"]["Condition"]
    assert conditions["StringEquals"]["sts:ExternalId"] == {"Ref": "ExternalId"}
    assert set(conditions["StringLike"]) == {
        "sts:SourceIdentity",
        *(f"aws:RequestTag/sallyport:{tag}" for tag in ("request", "agent", "approvers", "action")),
    }
    assert role["PermissionsBoundary"] == {"Fn::If": ["HasBoundary", {"Ref": "BoundaryArn"}, {"Ref": "Boundary"}]}


def test_every_action_has_a_target_role_that_its_own_delivery_assumes() -> None:
    for action in load_policy("000000000000").actions.values():
        role = targets.roles()[target_role_name("", action.name).removeprefix("-target-")]
        function = "ExecuteActionRoleArn" if action.execute is not None else "IssueCredentialsRoleArn"
        assert {s["Principal"]["AWS"]["Ref"] for s in targets.trust(role).values()} == {function}, action.name
