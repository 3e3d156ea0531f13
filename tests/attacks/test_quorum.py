"""Threats 12, 13 and 18: one person in several seats, clicks at once and late ones, and an approval used for more."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from sallyport.runtime import wiring
from tests.support.account import opened
from tests.support.house import House, submission_body
from tests.support.story import agent_arn


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with opened() as house:
        yield house


@contextmanager
def quorum(house: House, needed: int, **changes: Any) -> Iterator[None]:
    """`s3.export` with this many approvals for a while."""
    actions = wiring.wiring().policy.actions
    action = actions["s3.export"]
    changed = replace(action, approval=replace(action.approval, quorum=needed, **changes))
    with house.policy(actions={**actions, "s3.export": changed}):
        yield


def test_one_person_fills_one_seat_through_whatever_channel(house: House) -> None:
    with quorum(house, 2):
        request_id = house.asked(on_behalf_of="olive.owner")
        assert house.click("petra.approver", request_id) == "ok"
        assert house.click("petra.approver", request_id) == "already_decided"
        status, problem = house.decide("petra.approver", request_id)
        assert (status, problem["code"]) == (409, "already_decided")
        assert house.request(request_id).status.value == "pending"
        assert house.types(request_id).count("decision.recorded") == 1
        assert house.types(request_id).count("decision.refused") == 2
        assert house.redeem(request_id)[1]["code"] == "not_approved"


def test_decisions_beyond_the_quorum_change_nothing_and_are_in_the_trail(house: House) -> None:
    request_id = house.asked(on_behalf_of="olive.owner")
    assert house.click("petra.approver", request_id) == "ok"
    assert house.decide("quinn.approver", request_id)[1]["code"] == "already_settled"
    assert house.decide("otto.owner", request_id, "deny")[1]["code"] == "already_settled"
    assert [d.by for d in house.request(request_id).decisions] == ["petra.approver"]
    assert house.types(request_id).count("decision.refused") == 2


def test_any_denial_settles_whoever_approved_before(house: House) -> None:
    with quorum(house, 3):
        request_id = house.asked(on_behalf_of="olive.owner")
        assert house.click("petra.approver", request_id) == "ok"
        assert house.click("quinn.approver", request_id, "deny") == "ok"
        assert house.click("otto.owner", request_id) == "already_settled"
        assert house.request(request_id).status.value == "denied"
        assert house.redeem(request_id)[1]["code"] == "not_approved"


def test_four_decisions_at_once_settle_once(house: House) -> None:
    with quorum(house, 2):
        request_id = house.asked(on_behalf_of="olive.owner")
        people = ["petra.approver", "quinn.approver", "otto.owner", "petra.approver"]
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda person: house.decide(person, request_id), people))
        assert sum(status == 200 for status, _ in answers) == 2
        assert house.types(request_id).count("request.approved") == 1
        assert len(set(house.request(request_id).approvers)) == 2


def test_seats_of_distinct_groups_are_not_filled_from_one(house: House) -> None:
    ladder = (
        replace(wiring.wiring().policy.actions["s3.export"].approval.ladder[0], groups=("data-approvers", "security")),
    )
    with quorum(house, 2, ladder=ladder, distinct_groups=True):
        request_id = house.asked(on_behalf_of="olive.owner")
        assert house.decide("quinn.approver", request_id)[0] == 200
        assert house.decide("otto.owner", request_id)[1]["status"] == "pending"
        assert house.decide("rosa.security", request_id)[1]["status"] == "approved"


def test_approver_who_left_before_redemption_no_longer_counts(house: House) -> None:
    request_id = house.granted()
    directory = wiring.wiring().policy.directory
    left = {k: v for k, v in directory.people.items() if k != "petra.approver"}
    with house.policy(directory=replace(directory, people=left)):
        status, problem = house.redeem(request_id)
    assert (status, problem["code"]) == (409, "policy_changed")
    assert house.types(request_id)[-1] == "credentials.refused"


def test_one_decision_never_makes_two_grants(house: House) -> None:
    body = submission_body()
    first = house.call("submit_request", agent_arn("export-bot"), body=body)[1]["request_id"]
    house.until(first, lambda r: r.card is not None and r.task_token is not None)
    again_status, again = house.call("submit_request", agent_arn("export-bot"), body=body)
    assert (again_status, again["request_id"]) == (200, first)
    assert house.click("petra.approver", first) == "ok"
    house.until(first, lambda r: r.grant is not None)
    assert house.redeem(first)[0] == 200
    status, anew = house.call("submit_request", agent_arn("export-bot"), body=body)
    assert status == 202
    assert anew["request_id"] != first
    assert house.redeem(anew["request_id"])[1]["code"] == "not_approved"
    assert house.redeem(first)[1]["code"] == "already_redeemed"


def test_approval_is_for_that_request_alone(house: House) -> None:
    approved, other = house.granted(), house.asked(on_behalf_of="olive.owner")
    digest = house.request(approved).presented_digest
    assert house.decide("quinn.approver", other, presented_digest=digest)[1]["code"] == "stale_digest"
    assert house.redeem(other)[1]["code"] == "not_approved"
    assert house.request(other).decisions == ()
