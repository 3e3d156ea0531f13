"""Threats 23 and 24: a credential that outlives its grant, a revocation that stops nothing, or is the wrong hand's."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from sallyport.domain.ports import PortFailed
from sallyport.runtime import wiring
from tests.support.account import opened
from tests.support.house import House
from tests.support.story import agent_arn, person_arn

ROLE = "sallyport-target-s3-export"
ROSA = person_arn("rosa.security")


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with opened() as house:
        boto3.client("iam").create_role(RoleName=ROLE, Path="/sallyport/target/", AssumeRolePolicyDocument="{}")
        yield house


def revoke(house: House, request_id: str, caller: str = ROSA) -> tuple[int, Any]:
    route = ("DELETE", "/v1/requests/{request_id}/grant")
    return house.call("revoke_grant", caller, request_id=request_id, route=route)


def denied() -> list[str]:
    """Request ids that the role's policy denies."""
    iam = boto3.client("iam")
    if "sallyport-revoked" not in iam.list_role_policies(RoleName=ROLE)["PolicyNames"]:
        return []
    document: Any = iam.get_role_policy(RoleName=ROLE, PolicyName="sallyport-revoked")["PolicyDocument"]
    (statement,) = document["Statement"]
    found: list[str] = statement["Condition"]["StringEquals"]["aws:PrincipalTag/sallyport:request"]
    return found


def test_revoked_grant_gives_no_credential_and_its_workflow_ends(house: House) -> None:
    request_id = house.granted()
    assert revoke(house, request_id)[1]["status"] == "revoked"
    status, problem = house.redeem(request_id)
    assert (status, problem["code"]) == (409, "grant_revoked")
    assert house.ended(request_id) == "SUCCEEDED"
    assert house.request(request_id).status.value == "revoked"
    assert {"grant.revoked", "credentials.refused"} <= set(house.types(request_id))
    assert "credentials.issued" not in house.types(request_id)
    assert not house.vaulted(request_id)


def test_live_session_is_denied_on_its_role_and_the_trail_says_so(house: House) -> None:
    request_id = house.granted()
    assert house.redeem(request_id)[0] == 200
    status, view = revoke(house, request_id)
    assert (status, view["status"], view["grant"]["status"]) == (200, "revoked", "revoked")
    assert request_id in denied()
    assert house.types(request_id).count("grant.revoked") == 1
    assert house.broken_at(request_id) is None


def test_revocation_in_the_middle_of_a_redemption_lets_no_credential_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_id = house.granted()
    issuer = wiring.wiring().issuer
    issue = issuer.issue

    def revoked_meanwhile(order: Any) -> Any:
        minted = issue(order)
        assert revoke(house, request_id)[0] == 200
        return minted

    monkeypatch.setattr(issuer, "issue", revoked_meanwhile)
    status, problem = house.redeem(request_id)
    assert (status, problem["code"]) == (409, "grant_revoked")
    assert "AccessKeyId" not in problem
    assert request_id in denied()
    assert house.events(request_id)[-1]["type"] in ("credentials.failed", "request.closed")
    assert "credentials.issued" not in house.types(request_id)


def test_nobody_revokes_what_is_not_theirs(house: House) -> None:
    request_id = house.granted()
    assert house.redeem(request_id)[0] == 200
    for stranger in (agent_arn("triage-bot"), "arn:aws:iam::000000000000:user/nobody"):
        assert revoke(house, request_id, stranger)[0] == 404
    status, problem = revoke(house, request_id, person_arn("sam.operator"))
    assert (status, problem["code"]) == (403, "not_an_approver")
    refused = [event for event in house.events(request_id) if event["type"] == "decision.refused"]
    assert [event["actor"]["id"] for event in refused] == ["triage-bot", "unknown", "sam.operator"]
    assert house.request(request_id).status.value == "redeemed"
    assert request_id not in denied()


def test_agent_cannot_revoke_by_agent_nor_touch_a_switch(house: House) -> None:
    request_id = house.granted()
    by_agent = ("DELETE", "/v1/agents/{agent}/grants")
    for caller in (agent_arn("export-bot"), agent_arn("triage-bot")):
        assert house.call("revoke_agent", caller, path={"agent": "export-bot"}, route=by_agent)[0] == 403
    assert house.request(request_id).status.value == "approved"


def test_all_of_an_agents_live_grants_end_at_once(house: House) -> None:
    live, undecided = house.granted(), house.asked()
    by_agent = ("DELETE", "/v1/agents/{agent}/grants")
    status, answer = house.call("revoke_agent", ROSA, path={"agent": "export-bot"}, route=by_agent)
    assert status == 200
    assert live in answer["revoked"]
    assert answer["refused"] == {}
    assert house.request(live).status.value == "revoked"
    assert house.request(undecided).status.value == "pending"


def test_revocation_that_cannot_be_audited_does_nothing_and_says_so(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_id = house.granted()
    assert house.redeem(request_id)[0] == 200

    def unwritable(*_: Any) -> None:
        raise PortFailed("store_unavailable")

    with monkeypatch.context() as broken:
        broken.setattr(wiring.wiring().store, "save", unwritable)
        status, problem = revoke(house, request_id)
    assert (status, problem["code"]) == (503, "unavailable")
    assert request_id not in denied()
    assert revoke(house, request_id)[0] == 200
    assert request_id in denied()
