"""Threat 37: taking a rogue agent or its action out of policy must not make its live sessions irrevocable."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import boto3
import pytest

from sallyport.runtime import wiring
from tests.support.account import opened
from tests.support.house import House
from tests.support.story import agent_arn, person_arn

ROLE = "sallyport-target-s3-export"
ROSA, OLIVE, SAM = (person_arn(p) for p in ("rosa.security", "olive.owner", "sam.operator"))


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with opened() as house:
        boto3.client("iam").create_role(RoleName=ROLE, Path="/sallyport/target/", AssumeRolePolicyDocument="{}")
        yield house


@contextmanager
def removed(house: House, what: str) -> Iterator[None]:
    """Policy without the agent, without the action, or without both."""
    policy = wiring.wiring().policy
    agents = {k: v for k, v in policy.directory.agents.items() if k != "export-bot"}
    actions = {k: v for k, v in policy.actions.items() if k != "s3.export"}
    changes: dict[str, Any] = {"digest": "ab" * 32}
    if what != "the action":
        changes["directory"] = type(policy.directory)(policy.directory.people, agents)
    if what != "the agent":
        changes["actions"] = actions
    with house.policy(**changes):
        yield


REMOVED = ["the agent", "the action", "both"]


def revoke(house: House, request_id: str, caller: str) -> tuple[int, Any]:
    return house.call(
        "revoke_grant", caller, request_id=request_id, route=("DELETE", "/v1/requests/{request_id}/grant")
    )


def revoke_agent(house: House, agent: str, caller: str = ROSA) -> tuple[int, Any]:
    return house.call("revoke_agent", caller, path={"agent": agent}, route=("DELETE", "/v1/agents/{agent}/grants"))


def pull(house: House, switch: str, method: str = "POST") -> tuple[int, Any]:
    if method == "DELETE":
        return house.call("set_halt", ROSA, query={"switch": switch}, route=("DELETE", "/v1/halts"))
    return house.call("set_halt", ROSA, body={"switch": switch, "reason": "Rogue"}, route=("POST", "/v1/halts"))


def live(house: House) -> str:
    request_id = house.granted()
    assert house.redeem(request_id)[0] == 200
    return request_id


def denied() -> str:
    iam = boto3.client("iam")
    names = iam.list_role_policies(RoleName=ROLE)["PolicyNames"]
    return str([iam.get_role_policy(RoleName=ROLE, PolicyName=name)["PolicyDocument"] for name in names])


@pytest.mark.parametrize("caller", [ROSA, OLIVE, person_arn("petra.approver")])
@pytest.mark.parametrize("what", REMOVED)
def test_37_its_live_session_is_revoked_by_those_who_could_before(house: House, what: str, caller: str) -> None:
    request_id = live(house)
    with removed(house, what):
        status, view = revoke(house, request_id, caller)
    assert (status, view.get("status")) == (200, "revoked")
    assert request_id in denied()
    revoked = [e for e in house.events(request_id) if e["type"] == "grant.revoked"]
    assert [e["judged_by"] for e in revoked] == ["ab" * 32]


@pytest.mark.parametrize("what", REMOVED)
def test_37_a_grant_that_waits_is_void(house: House, what: str) -> None:
    request_id = house.granted()
    with removed(house, what):
        assert house.redeem(request_id)[0] >= 400
        assert revoke(house, request_id, ROSA)[1]["status"] == "revoked"
    assert "credentials.issued" not in house.types(request_id)


@pytest.mark.parametrize("what", REMOVED)
def test_37_all_its_sessions_are_revoked_at_once(house: House, what: str) -> None:
    first, second = live(house), house.granted()
    with removed(house, what):
        status, answer = revoke_agent(house, "export-bot")
    assert status == 200
    assert {first, second} <= set(answer["revoked"])
    assert first in denied()


@pytest.mark.parametrize("what", REMOVED)
def test_37_it_can_be_read_and_denied(house: House, what: str) -> None:
    request_id = house.asked()
    with removed(house, what):
        for caller in (OLIVE, SAM, person_arn("petra.approver")):
            assert house.call("get_request", caller, request_id=request_id)[0] == 200
        assert house.decide("petra.approver", request_id)[1]["code"] == "not_an_approver"
        assert house.decide("olive.owner", request_id, "deny")[0] == 200
    assert house.request(request_id).status == "denied"


@pytest.mark.parametrize("stage", ["pending", "granted", "live"])
def test_37_a_switch_that_an_open_request_names_is_pulled(house: House, stage: str) -> None:
    _ = {"pending": house.asked, "granted": house.granted, "live": lambda: live(house)}[stage]()
    # An action's live requests are found by their agents: without policy it is the agent that can be halted.
    for what, switch in (("both", "agent:export-bot"), ("the action", "action:s3.export")):
        with removed(house, what):
            assert pull(house, switch)[0] == 200
            assert pull(house, switch, "DELETE")[0] == 200


def test_37_what_nobody_names_is_still_no_switch(house: House) -> None:
    for switch in ("agent:exprot-bot", "action:s3.exprot", "agent:", "owner:olive.owner", ""):
        assert pull(house, switch)[0] == 400
    assert revoke_agent(house, "exprot-bot")[1]["code"] == "not_found"


@pytest.mark.parametrize("caller", [person_arn("otto.owner"), agent_arn("triage-bot"), person_arn("nobody")])
def test_37_removal_lets_in_nobody_else(house: House, caller: str) -> None:
    request_id = live(house)
    directory = wiring.wiring().policy.directory
    people = {**directory.people, "otto.owner": replace(directory.people["otto.owner"], groups=frozenset[str]())}
    with house.policy(directory=type(directory)(people, directory.agents)), removed(house, "both"):
        assert house.call("get_request", caller, request_id=request_id)[0] == 404
        assert revoke(house, request_id, caller)[0] == 404
    assert house.request(request_id).status != "revoked"
