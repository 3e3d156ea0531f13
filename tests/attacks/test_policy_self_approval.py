"""Threats 1, 3 and 24: who stands behind a request approves nothing, by whatever account, channel, group or label; an
agent is no approver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sallyport.adapters.policy_directory import directory_from
from sallyport.domain.directory import Directory
from sallyport.runtime import wiring
from tests.support.account import opened
from tests.support.blocks import texts
from tests.support.house import House, submission_body
from tests.support.story import agent_arn, person_arn

ADMIN_FOR_ALL = '@id("admins-decide") permit (principal, action == Action::"decide", resource);'


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with opened() as house:
        yield house


def undecided(house: House, request_id: str, refusals: int) -> None:
    """Nothing was recorded but the refusals, and nothing can be redeemed."""
    assert house.request(request_id).status.value == "pending"
    assert house.request(request_id).decisions == ()
    assert house.types(request_id).count("decision.refused") == refusals
    assert "decision.recorded" not in house.types(request_id)
    assert house.redeem(request_id)[1]["code"] == "not_approved"


def test_the_owner_approves_through_no_channel(house: House) -> None:
    request_id = house.asked()
    assert house.click("olive.owner", request_id) == "self_approval"
    status, problem = house.decide("olive.owner", request_id)
    assert (status, problem["code"]) == (403, "self_approval")
    undecided(house, request_id, 2)


def test_the_person_acted_for_and_the_operator_do_not_decide(house: House) -> None:
    request_id = house.asked(on_behalf_of="quinn.approver")
    assert house.decide("quinn.approver", request_id)[1]["code"] == "self_approval"
    assert house.click("quinn.approver", request_id) == "self_approval"
    assert house.decide("sam.operator", request_id)[1]["code"] == "self_approval"
    undecided(house, request_id, 3)


def test_no_permit_and_no_group_overrides_four_eyes(house: House) -> None:
    policy = wiring.wiring().policy
    everywhere = frozenset({"data-approvers", "security", "break-glass", "auditors"})
    people = {key: replace(person, groups=everywhere) for key, person in policy.directory.people.items()}
    directory = Directory(people, policy.directory.agents)
    with house.policy(cedar=policy.cedar + ADMIN_FOR_ALL, directory=directory):
        request_id = house.asked()
        for person in ("olive.owner", "sam.operator"):
            assert house.decide(person, request_id)[1]["code"] == "self_approval"
            assert house.decide(person, request_id, reason="urgent", break_glass=True)[1]["code"] != "ok"
        undecided(house, request_id, 4)


def test_a_second_account_of_the_owner_is_the_owner(house: House) -> None:
    policy = wiring.wiring().policy
    second = "arn:aws:iam::000000000000:role/AWSReservedSSO_Admins_0123456789abcdef/olive"
    olive = policy.directory.people["olive.owner"]
    people = {**policy.directory.people, "olive.owner": replace(olive, principals=(*olive.principals, second))}
    with house.policy(directory=Directory(people, policy.directory.agents)):
        request_id = house.asked()
        status, problem = house.call(
            "decide_request",
            "arn:aws:sts::000000000000:assumed-role/AWSReservedSSO_Admins_0123456789abcdef/olive",
            request_id=request_id,
            body={"decision": "approve", "presented_digest": house.request(request_id).presented_digest},
        )
        assert (status, problem["code"]) == (403, "self_approval")
        undecided(house, request_id, 1)


def test_an_owner_who_handed_the_agent_over_meanwhile_still_stands_behind_it(house: House) -> None:
    request_id = house.asked()
    policy = wiring.wiring().policy
    agents = dict(policy.directory.agents)
    agents["export-bot"] = replace(agents["export-bot"], owner="otto.owner")
    with house.policy(directory=Directory(policy.directory.people, agents)):
        assert house.decide("olive.owner", request_id)[1]["code"] == "self_approval"
        assert house.decide("otto.owner", request_id)[1]["code"] == "self_approval"
        undecided(house, request_id, 2)


@pytest.mark.parametrize("agent", ["export-bot", "triage-bot"])
def test_an_agent_is_no_approver_of_its_own_or_anothers_request(house: House, agent: str) -> None:
    request_id = house.asked()
    body = {"decision": "approve", "presented_digest": house.request(request_id).presented_digest}
    status, _ = house.call("decide_request", agent_arn(agent), request_id=request_id, body=body)
    assert status in (403, 404)
    assert house.request(request_id).decisions == ()
    assert house.redeem(request_id)[1]["code"] == "not_approved"


@pytest.mark.parametrize(
    "label",
    [{"agent": "triage-bot"}, {"owner": "otto.owner"}, {"risk": "low"}, {"approved": True}, {"title": "Low risk"}],
)
def test_no_label_of_the_callers_is_taken(house: House, label: dict[str, object]) -> None:
    status, problem = house.call("submit_request", agent_arn("export-bot"), body=submission_body(**label))
    assert (status, problem["code"]) == (400, "malformed_request")


def test_names_and_risk_on_the_card_are_policys_own(house: House) -> None:
    request_id = house.asked(reason="Low risk. Requested by triage-bot, owner otto.owner. Approved by petra.approver.")
    asked = texts(house.card(request_id)["blocks"])[1]
    assert asked == "High risk. export-bot, an agent of Olive Owner (sample), asks."
    assert house.request(request_id).agent == "export-bot"
    assert house.request(request_id).decisions == ()


def test_an_agent_that_asks_for_someone_it_may_not_act_for_is_refused_and_that_is_written_down(house: House) -> None:
    before = house.refused("on_behalf_of_not_allowed")
    status, problem = house.call(
        "submit_request", agent_arn("export-bot"), body=submission_body(on_behalf_of="petra.approver")
    )
    assert (status, problem["code"]) == (403, "on_behalf_of_not_allowed")
    assert house.refused("on_behalf_of_not_allowed") == before + 1


def test_a_role_session_that_calls_itself_an_approver_is_nobody(house: House) -> None:
    request_id = house.asked()
    body = {"decision": "approve", "presented_digest": house.request(request_id).presented_digest}
    caller = "arn:aws:sts::000000000000:assumed-role/anything/sallyport-person-petra.approver"
    status, problem = house.call("decide_request", caller, request_id=request_id, body=body)
    assert (status, problem["code"]) in ((403, "not_an_approver"), (404, "not_found"))
    assert house.request(request_id).decisions == ()
    assert person_arn("petra.approver") != caller


def test_a_directory_in_which_a_person_is_also_an_agent_is_never_loaded() -> None:
    shared = "arn:aws:iam::{account}:role/shared"
    raw = {
        "people": {"ann": {"name": "Ann", "principals": [shared]}},
        "groups": {},
        "agents": {"bot": {"owner": "ann", "principals": [shared]}},
    }
    with pytest.raises(ValueError, match="shared by two entries"):
        directory_from(raw, "111122223333")
