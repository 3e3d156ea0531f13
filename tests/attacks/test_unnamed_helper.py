"""Threat 36: the agent names nobody and its helper approves; a no is silenced; old decisions meet a stricter policy."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from sallyport.runtime import wiring
from tests.support.attacks import refused_and_written, still_works
from tests.support.elapsed import time_out
from tests.support.house import House
from tests.support.story import agent_arn

HELPER = "quinn.approver"  # export-bot may act for them, and they are in the first group that is asked
WHY = "The quarter closes in an hour"


@contextmanager
def approval(house: House, **changes: Any) -> Iterator[None]:
    actions = wiring.wiring().policy.actions
    action = actions["s3.export"]
    with house.policy(actions={**actions, "s3.export": replace(action, approval=replace(action.approval, **changes))}):
        yield


@contextmanager
def may_act_for(house: House, *people: str) -> Iterator[None]:
    directory = wiring.wiring().policy.directory
    agent = replace(directory.agents["export-bot"], may_act_for=frozenset(people))
    with house.policy(directory=type(directory)(directory.people, {**directory.agents, "export-bot": agent})):
        yield


@pytest.mark.parametrize("channel", ["slack", "api"])
def test_36_whom_the_agent_may_act_for_does_not_approve_what_it_asks_for_nobody(house: House, channel: str) -> None:
    request_id = house.asked()
    if channel == "slack":
        assert house.click(HELPER, request_id) == "self_approval"
    else:
        assert house.decide(HELPER, request_id)[1]["code"] == "self_approval"
    assert refused_and_written(house, request_id, "self_approval", HELPER)
    assert still_works(house, request_id)


def test_36_nor_in_an_emergency(house: House) -> None:
    with approval(house, quorum=2, break_glass_seconds=60, review_seconds=3600):
        request_id = house.asked()
        assert house.decide(HELPER, request_id, break_glass=True, reason=WHY)[1]["code"] == "self_approval"
        assert refused_and_written(house, request_id, "self_approval", HELPER)


def test_36_nor_after_being_taken_off_the_list(house: House) -> None:
    request_id = house.asked()
    with may_act_for(house, "olive.owner"):
        assert house.click(HELPER, request_id) == "self_approval"
    assert refused_and_written(house, request_id, "self_approval", HELPER)
    assert still_works(house, request_id)


@pytest.mark.parametrize("when", ["before the grant", "after the grant"])
def test_36_who_is_put_on_the_list_no_longer_counts(house: House, when: str) -> None:
    if when == "after the grant":
        request_id = house.granted()
        with may_act_for(house, "petra.approver"):
            assert house.redeem(request_id)[1]["code"] == "policy_changed"
        return
    with approval(house, quorum=2):
        request_id = house.asked()
        assert house.click("petra.approver", request_id) == "ok"
        with may_act_for(house, "petra.approver"):
            assert house.click("otto.owner", request_id) == "ok"
            assert house.request(request_id).status == "pending"


def test_36_nobody_behind_it_is_called_upon(house: House) -> None:
    with house.timers(60, 60):
        request_id = house.asked()
        time_out(house, request_id)
        house.until(request_id, lambda r: r.rung == 2)
        house.quiet()
    called = [m["text"] for m in house.slack.sent("chat_postMessage") if "Still undecided" in str(m)]
    mine = [text for text in called if request_id in text]
    assert mine
    assert all("UPETRA0003" in text and "UQUINN0004" not in text and "U0LIVE0001" not in text for text in mine)


@pytest.mark.parametrize(
    ("person", "asked"),
    [
        ("olive.owner", {}),
        ("sam.operator", {}),
        (HELPER, {}),
        (HELPER, {"on_behalf_of": HELPER}),
        ("petra.approver", {}),
    ],
)
@pytest.mark.parametrize("channel", ["slack", "api"])
def test_36_whoever_is_asked_or_stands_behind_it_may_deny(
    house: House, person: str, asked: dict[str, str], channel: str
) -> None:
    request_id = house.asked(**asked)
    if channel == "slack":
        assert house.click(person, request_id, "deny") == "ok"
    else:
        assert house.decide(person, request_id, "deny")[0] == 200
    assert house.request(request_id).status == "denied"
    recorded = next(e for e in house.events(request_id) if e["type"] == "decision.recorded")
    assert (recorded["actor"]["id"], recorded["details"]) == (person, {"decision": "deny"})
    assert house.redeem(request_id)[1]["code"] == "not_approved"


def test_36_a_no_is_not_silenced_by_a_strict_channel(house: House) -> None:
    with approval(house, channels=("api",), reason_required=True):
        request_id = house.asked()
        assert house.click("petra.approver", request_id) == "channel_not_allowed"
        assert house.click("petra.approver", request_id, "deny") == "ok"
    assert house.request(request_id).status == "denied"


@pytest.mark.parametrize("person", ["rosa.security", "nobody.at-all"])
def test_36_strangers_do_not_deny(house: House, person: str) -> None:
    request_id = house.asked()
    assert house.decide(person, request_id, "deny")[1]["code"] == "not_an_approver"
    assert house.request(request_id).status == "pending"
    assert still_works(house, request_id)


def test_36_the_review_of_a_broken_glass_is_no_denial_of_the_owner(house: House) -> None:
    with approval(house, quorum=2, break_glass_seconds=60, review_seconds=3600):
        request_id = house.asked()
        assert house.decide("rosa.security", request_id, break_glass=True, reason=WHY)[0] == 200
        house.until(request_id, lambda r: r.grant is not None)
        for person in ("olive.owner", HELPER):
            assert house.decide(person, request_id, "deny", reason=WHY)[1]["code"] == "self_approval"
        assert house.request(request_id).needs_review


# -- an approval is taken back


def test_36_a_withdrawn_approval_is_none(house: House) -> None:
    with approval(house, quorum=2):
        request_id = house.asked()
        assert house.click("petra.approver", request_id) == "ok"
        status, view = house.decide("petra.approver", request_id, "withdraw", reason="Wrong prefix")
        assert (status, view["status"], view["quorum"]) == (200, "pending", {"needed": 2, "have": 0})
        recorded = house.events(request_id)[-1]
        assert (recorded["type"], recorded["actor"]["id"]) == ("decision.recorded", "petra.approver")
        assert recorded["details"] == {"decision": "withdraw", "comment": "Wrong prefix"}
        assert house.click("otto.owner", request_id) == "ok"
        assert house.request(request_id).status == "pending"
        assert house.redeem(request_id)[1]["code"] == "not_approved"
        # Once taken back, it may be given again, and then stands.
        assert house.click("petra.approver", request_id) == "ok"
        assert house.decide("petra.approver", request_id, "withdraw")[1]["code"] == "already_settled"
        house.until(request_id, lambda r: r.grant is not None)
        assert house.redeem(request_id)[0] == 200


def test_36_only_ones_own_approval_is_taken_back_and_once(house: House) -> None:
    with approval(house, quorum=3):
        request_id = house.asked()
        assert house.decide("otto.owner", request_id, "withdraw")[1]["code"] == "nothing_to_withdraw"
        assert house.decide("rosa.security", request_id, "withdraw")[1]["code"] == "not_an_approver"
        assert house.click("petra.approver", request_id) == "ok"
        assert house.decide("otto.owner", request_id, "withdraw")[1]["code"] == "nothing_to_withdraw"
        assert house.decide("petra.approver", request_id, "withdraw")[0] == 200
        assert house.decide("petra.approver", request_id, "withdraw")[1]["code"] == "nothing_to_withdraw"
        assert house.click("petra.approver", request_id) == "ok"
        assert house.decide("petra.approver", request_id, "withdraw")[1]["code"] == "nothing_to_withdraw"
        assert house.types(request_id)[-1] == "decision.refused"
        assert house.request(request_id).approvers == ("petra.approver",)


def test_36_who_has_lost_authority_can_still_take_it_back(house: House) -> None:
    with approval(house, quorum=2):
        request_id = house.asked()
        assert house.click("petra.approver", request_id) == "ok"
        with may_act_for(house, "petra.approver"):
            assert house.decide("petra.approver", request_id, "withdraw")[0] == 200
        assert house.request(request_id).approvers == ()


def test_36_an_agent_withdraws_nothing(house: House) -> None:
    with approval(house, quorum=2):
        request_id = house.asked()
        assert house.click("petra.approver", request_id) == "ok"
        body = {"decision": "withdraw", "presented_digest": house.request(request_id).presented_digest}
        status, problem = house.call("decide_request", agent_arn("export-bot"), request_id=request_id, body=body)
        assert (status, problem["code"]) == (403, "not_an_approver")
        assert house.request(request_id).approvers == ("petra.approver",)


# -- today's policy is stricter


STRICTER: dict[str, dict[str, Any]] = {
    "another channel": {"channels": ("api",)},
    "a reason": {"reason_required": True},
    "more people": {"quorum": 2},
}


@pytest.mark.parametrize("what", STRICTER)
def test_36_what_a_stricter_policy_does_not_take_does_not_count_at_redemption(house: House, what: str) -> None:
    request_id = house.granted()
    with approval(house, **STRICTER[what]):
        assert house.redeem(request_id)[1]["code"] == "policy_changed"
    assert house.events(request_id)[-1]["details"] == {"code": "policy_changed"}
    assert house.redeem(request_id)[0] == 200  # nothing was lost: under the policy of then it counts


@pytest.mark.parametrize("what", ["another channel", "a reason"])
def test_36_nor_towards_the_quorum(house: House, what: str) -> None:
    with approval(house, quorum=2):
        request_id = house.asked()
        assert house.click("petra.approver", request_id) == "ok"
    with approval(house, **{"quorum": 2, **STRICTER[what]}):
        assert house.decide("otto.owner", request_id, reason="Checked the prefix")[0] == 200
        assert house.request(request_id).status == "pending"
        # It is taken back, and given again as policy wants it.
        assert house.decide("petra.approver", request_id, "withdraw")[0] == 200
        assert house.decide("petra.approver", request_id, reason="Checked the prefix")[1]["status"] == "approved"
        approved = next(e for e in house.events(request_id) if e["type"] == "request.approved")
        assert set(approved["details"]["approvers"]) == {"petra.approver", "otto.owner"}
        house.until(request_id, lambda r: r.grant is not None)
        assert house.redeem(request_id)[0] == 200
